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
  expect_at(places[0][0], 10, 20, 0);
  expect_at(places[1][0], 10, 20, 0);
  expect_at(places[2][0], 10, 30, 0);
  expect_at(places[3][0], 10, 40, 0);
  expect_at(places[4][0], 10, 40, 0);
  expect_at(places[5][0], 15, 40, 0);
  expect_at(places[6][0], 20, 40, 0);
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
  EXPECT_THAT(refusal(ns2("$node_(0) set X_ 1.0\n$ns_ at 1 \"$node_(0) setdest 1 1 0\"\n")),
              HasSubstr("walk.ns2:2: expected a speed above 0"));
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
