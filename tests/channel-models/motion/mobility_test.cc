// SPDX-License-Identifier: GPL-2.0-only
// Where robots are at given times, by every way of moving.
#include "channel-models/motion/mobility.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ns3/mobility-model.h>
#include <ns3/simulator.h>

#include <cmath>
#include <functional>

#include "channel-models/motion/placement.h"

namespace gradwave::channel {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// [times][robots]
std::vector<std::vector<ns3::Vector>> seen(const LinkOptions& options,
                                           const std::vector<double>& times_s) {
  apply_defaults(options);
  check_mobility(options);
  ns3::NodeContainer robots;
  robots.Create(options.workers);
  set_moving(robots, options);
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) robots.Get(i)->Initialize();
  std::vector<std::vector<ns3::Vector>> all;
  for (const double time_s : times_s) {
    ns3::Simulator::Schedule(ns3::Seconds(time_s), [&] {
      std::vector<ns3::Vector> places;
      for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
        places.push_back(robots.Get(i)->GetObject<ns3::MobilityModel>()->GetPosition());
      }
      all.push_back(places);
    });
  }
  ns3::Simulator::Stop(ns3::Seconds(times_s.back() + 1));
  ns3::Simulator::Run();
  ns3::Simulator::Destroy();
  return all;
}

std::string refusal(const LinkOptions& options) {
  try {
    apply_defaults(options);
    check_mobility(options);
  } catch (const OptionError& error) {
    return error.what();
  }
  return "";
}

void expect_at(const ns3::Vector& place, double x, double y, double z = 1) {
  EXPECT_NEAR(place.x, x, 1e-9);
  EXPECT_NEAR(place.y, y, 1e-9);
  EXPECT_NEAR(place.z, z, 1e-9);
}

LinkOptions patrol() {
  LinkOptions options;
  options.workers = 1;
  options.mobility.model = "patrol";
  options.mobility.loops_m = {{{0, 0}, {10, 0}, {10, 5}}};
  options.mobility.speed_min_mps = options.mobility.speed_max_mps = 2;
  options.mobility.pause_s = 1;
  return options;
}

// A pause and a side each: 1 + 5, 1 + 2.5, 1 + sqrt(125) / 2 s.
TEST(Patrol, WalksFromCornerToCornerAndPauses) {
  const double round_s = 3 + 7.5 + std::sqrt(125) / 2;
  const auto places = seen(
      patrol(), {0.5, 2, 6, 6.5, 8.25, 9.5, 10, 10.5, round_s, round_s + 2, 20 * round_s + 8.25});
  expect_at(places[0][0], 0, 0);
  expect_at(places[1][0], 2, 0);
  expect_at(places[2][0], 10, 0);
  expect_at(places[3][0], 10, 0);
  expect_at(places[4][0], 10, 2.5);
  expect_at(places[5][0], 10, 5);
  expect_at(places[6][0], 10, 5);
  expect_at(places[7][0], 10, 5);
  expect_at(places[8][0], 0, 0);
  expect_at(places[9][0], 2, 0);
  expect_at(places[10][0], 10, 2.5);
}

TEST(Patrol, RobotsThatShareALoopAreSpreadOverIt) {
  LinkOptions options = patrol();
  options.mobility.loops_m = {{{0, 0}, {8, 0}}, {{0, 5}, {0, 9}}};
  options.mobility.pause_s = 0;
  options.workers = 5;  // three on the first loop, of 8 s, two on the second, of 4
  const auto places = seen(options, {0, 1});
  expect_at(places[0][0], 0, 0);
  expect_at(places[0][1], 0, 5);
  expect_at(places[0][2], 16.0 / 3, 0);
  expect_at(places[0][3], 0, 9);
  expect_at(places[0][4], 16 - 32.0 / 3, 0);
  expect_at(places[1][0], 2, 0);
  expect_at(places[1][3], 0, 7);
}

TEST(Patrol, EveryRobotHasASpeedOfItsOwn) {
  LinkOptions options = patrol();
  options.mobility.speed_min_mps = 1;
  options.workers = 2;
  options.mobility.loops_m = {{{0, 0}, {1000, 0}}, {{0, 0}, {1000, 0}}};
  const auto places = seen(options, {101});
  EXPECT_NE(places[0][0].x, places[0][1].x);
  EXPECT_GT(places[0][0].x, 100);
  EXPECT_LT(places[0][0].x, 200);
  EXPECT_LE(fastest_mps(options), 2);
}

TEST(Patrol, RefusesWhatIsNoLoop) {
  LinkOptions options = patrol();
  options.mobility.loops_m = {};
  EXPECT_THAT(refusal(options), HasSubstr("needs a loop"));
  options.mobility.loops_m = {{{0, 0}, {1, 0}}, {{3, 3}}};
  EXPECT_THAT(refusal(options), HasSubstr("loop 1 has no two corners"));
  options.mobility.loops_m = {{{0, 0}, {1, 0}, {1, 0}}};
  EXPECT_THAT(refusal(options), HasSubstr("loop 0 has the same corner twice"));
  options.mobility.loops_m = {{{0, 0}, {1, 0}, {0, 0}}};  // closed by hand
  EXPECT_THAT(refusal(options), HasSubstr("loop 0 has the same corner twice"));
  options = patrol();
  options.mobility.speed_min_mps = 3;
  EXPECT_THAT(refusal(options), HasSubstr("speed_min_mps is above"));
}

LinkOptions waypoints(const std::string& text, std::int64_t workers = 1) {
  LinkOptions options;
  options.workers = workers;
  options.mobility.model = "waypoints";
  options.mobility.file = {"log.csv", text};
  return options;
}

TEST(Waypoints, AreReachedAtTheirTimes) {
  const auto places = seen(waypoints("robot,t_s,x_m,y_m,z_m\n# a comment\n"
                                     "1,0,5,5,\n0,2,0,0,0.5\n\n0,4,10,0,0.5\n0,5,10,-3,1.5\n",
                                     2),
                           {0, 2, 3, 4.5, 5, 90});
  expect_at(places[0][0], 0, 0, 0.5);
  expect_at(places[1][0], 0, 0, 0.5);
  expect_at(places[2][0], 5, 0, 0.5);
  expect_at(places[3][0], 10, -1.5, 1);
  expect_at(places[4][0], 10, -3, 1.5);
  expect_at(places[5][0], 10, -3, 1.5);
  for (const auto& at : places) expect_at(at[1], 5, 5);
}

TEST(Waypoints, BeginAnewIfTheyAreTo) {
  LinkOptions options = waypoints("t_s,robot,y_m,x_m\r\n1,0,0,0\r\n3,0,0,8\r\n");
  options.mobility.ending = "repeat";
  const auto places = seen(options, {0.5, 2, 3.5, 5, 7.999});
  expect_at(places[0][0], 0, 0);
  expect_at(places[1][0], 4, 0);
  expect_at(places[2][0], 0, 0);
  expect_at(places[3][0], 4, 0);
  EXPECT_NEAR(places[4][0].x, 4, 0.01);
  EXPECT_DOUBLE_EQ(fastest_mps(options), 4);
}

TEST(Waypoints, ABrokenLogIsRefusedWithItsLine) {
  const std::string head = "robot,t_s,x_m,y_m\n";
  const auto said = [&](const std::string& text, std::int64_t workers = 1) {
    return refusal(waypoints(text, workers));
  };
  EXPECT_THAT(said(""), HasSubstr("mobility.file: log.csv: has no rows"));
  EXPECT_THAT(said("robot,t_s,x_m\n0,0,0\n"), HasSubstr("log.csv:1: there is no column \"y_m\""));
  EXPECT_THAT(said("robot,t_s,x,y_m\n0,0,0\n"), HasSubstr("log.csv:1: unknown column \"x\""));
  EXPECT_THAT(said(head + "0,0,0\n"), HasSubstr("log.csv:2: found 3 cells, expected 4"));
  EXPECT_THAT(said(head + "0,0,0,1m\n"),
              AllOf(HasSubstr("log.csv:2: y_m = \"1m\": expected a number")));
  EXPECT_THAT(said(head + "0,nan,0,1\n"), HasSubstr("t_s = \"nan\": expected a number from 0"));
  EXPECT_THAT(said(head + "1,0,0,1\n"), HasSubstr("log.csv:2: robot = \"1\": expected an integer "
                                                  "from 0 to 0"));
  EXPECT_THAT(said(head + "0,1,0,1\n0,1,0,2\n"), HasSubstr("log.csv:3: t_s = 1: time runs back"));
  EXPECT_THAT(said(head + "0,1,0,1\n", 2), HasSubstr("has no row of robot 1"));
  EXPECT_THAT(said(head + "0,1,\"0,1\n"), HasSubstr("log.csv:2: "));
}

TEST(Waypoints, HeightsAreThoseOfThePathLoss) {
  LinkOptions options = waypoints("robot,t_s,x_m,y_m,z_m\n0,0,20,0,1.5\n0,1,20,0,0\n");
  EXPECT_EQ(refusal(options), "") << "with a path loss of no height";
  options.placement.height_m = 1.5;
  options.placement.access_point_height_m = 25;
  for (const auto& [path_loss, range] : std::vector<std::pair<std::string, std::string>>{
           {"umi", "1.5 m to 22.5 m"}, {"uma", "1.5 m to 13 m"}, {"rma", "1 m to 10 m"}}) {
    options.radio.path_loss = path_loss;
    EXPECT_THAT(refusal(options), HasSubstr("mobility.file: log.csv:3: z_m = 0: path loss \"" +
                                            path_loss + "\" expects robots at " + range));
  }
  options.radio.path_loss = "inf-dh";
  EXPECT_EQ(refusal(options), "");
  options.mobility.file.text = "robot,t_s,x_m,y_m,z_m\n0,0,20,0,6\n";
  EXPECT_THAT(refusal(options), HasSubstr("log.csv:2: z_m = 6: path loss \"inf-dh\" expects robots "
                                          "below the clutter's top at 6 m"));
}

TEST(Waypoints, RoundZeroBeginsAtTheOriginOfTheirTimes) {
  LinkOptions options =
      waypoints("robot,t_s,x_m,y_m\n0,36000,0,0\n0,36010,100,0\n1,36004,5,20\n", 2);
  EXPECT_THAT(refusal(options), AllOf(HasSubstr("log.csv: begins at t = 36000 s"),
                                      HasSubstr("mobility.time_origin_s = 36000")));
  options.mobility.time_origin_s = 36000;
  EXPECT_EQ(refusal(options), "");
  auto places = seen(options, {0, 5, 30});
  expect_at(places[0][0], 0, 0);
  expect_at(places[1][0], 50, 0);
  expect_at(places[2][0], 100, 0);
  expect_at(places[2][1], 5, 20);
  options.mobility.time_origin_s = 36004;
  places = seen(options, {0, 3, 30});
  expect_at(places[0][0], 40, 0);
  expect_at(places[1][0], 70, 0);
  EXPECT_EQ(known_paths(options)[0].places.size(), 2u);
  options.mobility.ending = "repeat";
  EXPECT_DOUBLE_EQ(known_paths(options)[0].period_s, 6);
  options.mobility.time_origin_s = 36011;
  EXPECT_THAT(refusal(options), HasSubstr("log.csv: ends at t = 36010 s, before "
                                          "mobility.time_origin_s = 36011"));
  options = waypoints("robot,t_s,x_m,y_m\n0,1764500000.25,0,0\n0,1764500010.25,100,0\n");
  EXPECT_THAT(refusal(options), HasSubstr("expected mobility.time_origin_s = 1764500000.25"));
  options.mobility.time_origin_s = 1764500000.25;
  EXPECT_DOUBLE_EQ(seen(options, {5})[0][0].x, 50);
}

LinkOptions ns2(const std::string& text, std::int64_t workers = 1) {
  LinkOptions options;
  options.workers = workers;
  options.mobility.model = "ns2";
  options.mobility.file = {"walk.ns2", text};
  return options;
}

constexpr const char* kWalk = R"(# two nodes
$node_(0) set X_ 10.0
$node_(0) set Y_ 20.0
$node_(0) set Z_ 0.0
$node_(1) set X_ -5
$node_(1) set Y_ 0
$ns_ at 2.0 "$node_(0) setdest 10.0 40.0 4.0"
$ns_ at 10.0 "$node_(0) setdest 20.0 40.0 1.0"
$god_ set-dist 0 1 1
)";

TEST(Ns2, MovesAsTheFileSays) {
  const auto places = seen(ns2(kWalk, 2), {0, 2, 4.5, 7, 9, 15, 30});
  expect_at(places[0][0], 10, 20);
  expect_at(places[1][0], 10, 20);
  expect_at(places[2][0], 10, 30);
  expect_at(places[3][0], 10, 40);
  expect_at(places[4][0], 10, 40);
  expect_at(places[5][0], 15, 40);
  expect_at(places[6][0], 20, 40);
  for (const auto& at : places) expect_at(at[1], -5, 0);
  EXPECT_EQ(fastest_mps(ns2(kWalk, 2)), 4);
  EXPECT_EQ(starts(ns2(kWalk, 2))[1], ns3::Vector(-5, 0, 1));
}

TEST(Ns2, WhatIsNotUnderstoodIsRefusedWithItsLine) {
  EXPECT_THAT(refusal(ns2("$node_(0) set X_ 10.0\n$node_(0) sett Y_ 20.0\n")),
              AllOf(HasSubstr("mobility.file: walk.ns2:2: expected"), HasSubstr("sett Y_ 20.0")));
  const std::string start = "$node_(0) set X_ 0\n$node_(0) set Y_ 0\n";
  EXPECT_THAT(refusal(ns2(start + "$ns_ at 9.0 \"$node_(0) setdest 1 1 1\"\n"
                                  "$ns_ at 4.0 \"$node_(0) setdest 9 9 1\"\n")),
              HasSubstr("walk.ns2:4: node 0: time runs back"));
  EXPECT_THAT(refusal(ns2(start + "$node_(0) set X_ 4\n")),
              HasSubstr("walk.ns2:3: node 0 has its X_ already"));
  EXPECT_THAT(refusal(ns2(kWalk)), HasSubstr("walk.ns2:5: moves node 1, but team.workers = 1"));
  EXPECT_THAT(refusal(ns2(kWalk, 3)), HasSubstr("does not say where node 2 starts"));
  EXPECT_THAT(refusal(ns2("$node_(0) set X_ 1.0\n$ns_ at 1 \"$node_(0) setdest 1 1 1\"\n")),
              HasSubstr("walk.ns2:2: node 0 moves before its X_ and Y_ are set"));
  EXPECT_THAT(refusal(ns2(start + "$ns_ at 1 \"$node_(0) setdest 1 1 -1\"\n")),
              HasSubstr("walk.ns2:3: speed \"-1\": expected a number from 0"));
}

TEST(Ns2, ANumberIsReadToItsEnd) {
  for (const char* number :
       {"1.2.3", "1..2", "0x10", "nan", "inf", "1e", "1,5", "--1", "1m", "."}) {
    const std::string line = "$node_(0) set X_ " + std::string(number) + "\n";
    EXPECT_THAT(refusal(ns2(line + "$node_(0) set Y_ 0\n")), HasSubstr("walk.ns2:1: ")) << number;
    const std::string move = "$ns_ at 1 \"$node_(0) setdest 1 " + std::string(number) + " 1\"\n";
    EXPECT_THAT(refusal(ns2("$node_(0) set X_ 0\n$node_(0) set Y_ 0\n" + move)),
                HasSubstr("walk.ns2:3: "))
        << number;
  }
  for (const char* number : {"1.", ".5", "+1.5e1", "-3E-2"}) {
    EXPECT_EQ(refusal(ns2("$node_(0) set X_ " + std::string(number) + "\n$node_(0) set Y_ 0\n")),
              "")
        << number;
  }
}

// The forms of setdest 1 and 2, and of SUMO's traceExporter.
TEST(Ns2, ReadsWhatProgramsWrite) {
  const auto places = seen(ns2(R"(#
# nodes: 2, pause: 1.00, max speed: 2.00  max x = 60.00, max y: 60.00
#
set god_ [God instance]
$node_(0) set X_ 10.500000000000
$node_(0) set Y_ 4.250000000000
$node_(0) set Z_ 0.000000000000
$god_ set-dist 0 1 1
$ns_ at 1.000000000000 "$node_(0) setdest 30.500000000000 4.250000000000 2.000000000000"
$ns_ at 3.402190313067 "$god_ set-dist 0 1 2"
$ns_ at 11.0 "$node_(0) setdest 30.5 4.25 0.000000000000"
$ns_ at 12.0 "$node_(0) setdest 30.5 8.25 2.0"
$ns_ at 13.0 "$node_(0) setdest 0 0 0.00"
$node_(1) set X_ 12.35
$node_(1) set Y_ 8.4
$node_(1) set Z_ 0
$ns_ at 0.0 "$node_(1) setdest 12.35 8.4 0.00"
$ns_ at 1.0 "$node_(1) setdest 13.95 8.4 1.60"
$ns_ at 2.0 "$node_(1) setdest 17.05 8.4 3.10"
$ns_ at 3.0 "$node_(1) setdest 17.05 8.4 0.00"
)",
                               2),
                           {0, 6, 11.5, 12.5, 13, 40});
  expect_at(places[0][0], 10.5, 4.25);
  expect_at(places[1][0], 20.5, 4.25);
  expect_at(places[2][0], 30.5, 4.25);
  expect_at(places[3][0], 30.5, 5.25);
  expect_at(places[4][0], 30.5, 6.25);
  expect_at(places[5][0], 30.5, 6.25);
  expect_at(places[0][1], 12.35, 8.4);
  expect_at(places[5][1], 17.05, 8.4);
}

TEST(Ns2, APlaceThatIsSetDuringTheRunKeepsTheHeight) {
  const LinkOptions options = ns2(R"($node_(0) set X_ 10.0
$node_(0) set Y_ 0.0
$ns_ at 2.0 "$node_(0) set X_ 30.0"
$node_(1) set X_ 0.0
$node_(1) set Y_ 5.0
$ns_ at 1.0 "$node_(1) setdest 0.0 25.0 5.0"
$ns_ at 3.0 "$node_(1) set X_ 8.0"
$ns_ at 4.0 "$node_(1) set Z_ 2.5"
)",
                                  2);
  const auto places = seen(options, {1.99, 2.01, 2.5, 3, 3.5, 30});
  expect_at(places[0][0], 10, 0);
  expect_at(places[1][0], 30, 0);
  expect_at(places[5][0], 30, 0);
  expect_at(places[2][1], 0, 12.5);
  expect_at(places[3][1], 8, 15);
  EXPECT_LT(places[4][1].x, 8) << "on to its goal";
  EXPECT_GT(places[4][1].y, 15);
  expect_at(places[5][1], 0, 25, 2.5);
  EXPECT_DOUBLE_EQ(fastest_mps(options), 5) << "a jump has no speed";
}

TEST(Ns2, HeightsAreThoseOfThePathLoss) {
  const std::string start = "$node_(0) set X_ 20\n$node_(0) set Y_ 0\n";
  LinkOptions options = ns2(start + "$node_(0) set Z_ 0.0\n");
  options.radio.path_loss = "umi";
  options.placement.height_m = 1.5;
  options.placement.access_point_height_m = 10;
  EXPECT_EQ(starts(options).at(0).z, 1.5);
  options.mobility.file.text = start + "$node_(0) set Z_ 1.0\n";
  EXPECT_THAT(refusal(options), HasSubstr("walk.ns2:3: Z_ 1.0: path loss \"umi\" expects robots at "
                                          "1.5 m to 22.5 m"));
  options.mobility.file.text = start + "$ns_ at 4 \"$node_(0) set Z_ 12\"\n";
  EXPECT_THAT(refusal(options), HasSubstr("walk.ns2:3: Z_ 12: path loss \"umi\" expects robots no "
                                          "higher than the station, at 10 m"));
  options.radio.path_loss = "friis";
  EXPECT_EQ(refusal(options), "");
  options.mobility.file.text = start + "$node_(0) set Z_ -1\n";
  EXPECT_THAT(refusal(options), HasSubstr("walk.ns2:3: Z_ \"-1\": expected a number from 0"));
}

LinkOptions wanderers(double memory) {
  LinkOptions options;
  options.mobility.model = "gauss-markov";
  options.placement.access_point_m = {100, 50};
  options.mobility.memory = memory;
  return options;
}

TEST(GaussMarkov, StaysInTheSquareOfThePlacement) {
  const LinkOptions options = wanderers(0.8);
  for (const auto& at : seen(options, {0, 10, 100, 1000, 5000})) {
    for (const ns3::Vector& place : at) {
      EXPECT_LE(std::abs(place.x - 100), 30);
      EXPECT_LE(std::abs(place.y - 50), 30);
      EXPECT_EQ(place.z, 1);
    }
  }
}

TEST(GaussMarkov, StepsThatWouldLeaveTheSquareAreRefused) {
  LinkOptions options = wanderers(0.8);
  options.mobility.step_s = 60;
  EXPECT_THAT(refusal(options), HasSubstr("mobility.step_s: in one step a robot goes up to"));
}

// Of steps of a second, the cosine of the angle between one and the next.
double straightness(const LinkOptions& options) {
  std::vector<double> times_s;
  for (int i = 0; i < 200; ++i) times_s.push_back(0.5 + i);
  const auto places = seen(options, times_s);
  double sum = 0;
  int count = 0;
  for (std::size_t t = 2; t < places.size(); ++t) {
    for (std::size_t i = 0; i < places[t].size(); ++i) {
      const ns3::Vector one = places[t - 1][i] - places[t - 2][i],
                        two = places[t][i] - places[t - 1][i];
      if (one.GetLength() == 0 || two.GetLength() == 0) continue;
      sum += (one.x * two.x + one.y * two.y) / one.GetLength() / two.GetLength();
      ++count;
    }
  }
  return sum / count;
}

TEST(GaussMarkov, WithMemoryRobotsTurnLess) {
  EXPECT_GT(straightness(wanderers(0.95)), straightness(wanderers(0)) + 0.05);
}

TEST(RandomWaypoint, TheSquareIsAboutTheAccessPoint) {
  LinkOptions options;
  options.mobility.model = "random-waypoint";
  options.placement.access_point_m = {1000, 0};
  for (const auto& at : seen(options, {0, 50, 500})) {
    for (const ns3::Vector& place : at) EXPECT_LE(std::abs(place.x - 1000), 30);
  }
}

TEST(Ns2, RoundZeroBeginsAtTheOriginOfItsTimes) {
  LinkOptions options =
      ns2("$node_(0) set X_ 0\n$node_(0) set Y_ 0\n$ns_ at 36000 \"$node_(0) setdest 100 0 10\"\n");
  EXPECT_THAT(refusal(options), AllOf(HasSubstr("walk.ns2: begins at t = 36000 s"),
                                      HasSubstr("mobility.time_origin_s = 36000")));
  options.mobility.time_origin_s = 36004;
  const auto places = seen(options, {0, 3, 30});
  expect_at(places[0][0], 40, 0);
  expect_at(places[1][0], 70, 0);
  expect_at(places[2][0], 100, 0);
  options.mobility.time_origin_s = 0;
  options.mobility.file.text =
      "$node_(0) set X_ 0\n$node_(0) set Y_ 0\n$ns_ at 900 \"$node_(0) setdest 9 0 1\"\n";
  EXPECT_EQ(refusal(options), "") << "a pause of setdest's";
}

// [t] of a robot when round 0 begins at `begin_s` of the network.
std::vector<ns3::Vector> seen_from(const LinkOptions& options, double begin_s,
                                   const std::vector<double>& times_s) {
  apply_defaults(options);
  ns3::NodeContainer robots;
  robots.Create(options.workers);
  set_moving(robots, options);
  wait_on_paths(robots);
  ns3::Simulator::Schedule(ns3::Seconds(begin_s), [&] { begin_paths(robots); });
  std::vector<ns3::Vector> places;
  for (const double time_s : times_s) {
    ns3::Simulator::Schedule(ns3::Seconds(begin_s + time_s), [&] {
      places.push_back(robots.Get(0)->GetObject<ns3::MobilityModel>()->GetPosition());
    });
  }
  ns3::Simulator::Run();
  ns3::Simulator::Destroy();
  return places;
}

TEST(Mobility, KnownPathsBeginWithRoundZeroHoweverLongTheNetworkTakes) {
  const LinkOptions log = waypoints("robot,t_s,x_m,y_m\n0,0,3,4\n0,9,30,0\n");
  const LinkOptions walk =
      ns2("$node_(0) set X_ 0\n$node_(0) set Y_ 0\n$ns_ at 1 \"$node_(0) setdest 100 0 10\"\n");
  for (const LinkOptions& options : {patrol(), log, walk}) {
    const Path path = known_paths(options).at(0);
    for (const double begin_s : {0.0, 0.2, 4.0, 13.0}) {
      const auto places = seen_from(options, begin_s, {1e-6, 0.5, 3, 40});
      EXPECT_NEAR(places[0].x, path.at(0).x, 1e-3) << begin_s;
      for (int i = 1; i < 4; ++i) EXPECT_EQ(places[i], path.at(i == 1 ? 0.5 : i == 2 ? 3 : 40));
    }
    // Before: at the start, and along the path where that takes long.
    const double waited_s = PathMobilityModel::kWaiting_s;
    const auto before =
        seen_from(options, 13, {-13, waited_s / 2 - 13, waited_s - 13, waited_s - 5});
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(before[i].x, path.at(0).x, 1e-6);
    EXPECT_NEAR(before[3].x, path.at(8).x, 1e-6);
  }
}

TEST(Mobility, StartsAreWhereRobotsAreAtFirst) {
  LinkOptions log = waypoints("robot,t_s,x_m,y_m\n0,1,3,4\n0,2,0,0\n");
  LinkOptions grid;
  grid.placement.layout = "grid";
  grid.placement.access_point_m = {7, 7};
  for (const LinkOptions& options : {patrol(), log, ns2(kWalk, 2), grid, wanderers(0.5)}) {
    const auto now = seen(options, {0});
    const auto said = starts(options);
    ASSERT_EQ(said.size(), now[0].size());
    for (std::size_t i = 0; i < said.size(); ++i) EXPECT_EQ(said[i], now[0][i]);
  }
}

}  // namespace
}  // namespace gradwave::channel
