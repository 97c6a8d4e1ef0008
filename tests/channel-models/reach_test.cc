// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradwave::channel {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LinkOptions at(const std::string& technology, std::vector<Point> places) {
  LinkOptions options;
  options.technology = technology;
  options.workers = static_cast<std::int64_t>(places.size());
  options.placement.layout = "list";
  options.placement.positions_m = std::move(places);
  return options;
}

std::string refusal(const LinkOptions& options, double connect_timeout_s = 30) {
  try {
    check_reach(options, connect_timeout_s);
  } catch (const OptionError& error) {
    return error.what();
  }
  return "";
}

TEST(Reach, RobotsThatStandOutOfItAreNamedForEveryTechnology) {
  for (const char* technology : {"wifi", "nr", "lte"}) {
    EXPECT_EQ(refusal(at(technology, {{10, 0}, {20, 0}})), "") << technology;
    const std::string far = refusal(at(technology, {{10, 0}, {20, 0}, {90000, 0}}));
    EXPECT_THAT(far, HasSubstr("robot 2 (90000.0 m")) << technology;
    EXPECT_THAT(far, Not(HasSubstr("robot 1"))) << technology;
  }
}

TEST(Reach, OfAMeshIsARoute) {
  LinkOptions mesh = at("mesh", {{40, 0}, {80, 0}});
  EXPECT_EQ(refusal(mesh), "") << "over robot 0";
  mesh.placement.positions_m = {{40, 0}, {90000, 0}};
  EXPECT_THAT(refusal(mesh), HasSubstr("from robot 1"));
  EXPECT_THAT(outage_lines(outages(mesh)), testing::ElementsAre("robot 1 has no route"));
  mesh.mesh.unreached = "wait";
  EXPECT_EQ(refusal(mesh), "");
  // From 40 m at 10 m/s to 1,000 m and back: away from between 40 and 80 m of the next one.
  mesh.placement.layout = "disc";
  mesh.placement.positions_m.clear();
  mesh.mobility.model = "waypoints";
  mesh.mobility.file = {"w.csv", "robot,t_s,x_m,y_m\n0,0,40,0\n1,0,80,0\n1,10,1080,0\n1,20,80,0\n"};
  const Outages found = outages(mesh);
  EXPECT_TRUE(found.of_robots[0].empty());
  ASSERT_EQ(found.of_robots[1].size(), 1u);
  EXPECT_LT(found.of_robots[1][0].first, 0.6);
  EXPECT_GT(found.of_robots[1][0].second, 19.4);
}

TEST(Reach, IsNoQuestionWhereRobotsHaveNoPlaces) {
  LinkOptions wire;
  wire.technology = "wire";
  EXPECT_EQ(refusal(wire), "");
  EXPECT_TRUE(outages(wire).of_robots.empty());
}

// The farthest place on a line at which a robot that stands is in reach, to 0.1 m.
double farthest_m() {
  double near = 10, far = 1000;
  while (far - near > 0.1) {
    const double middle = (near + far) / 2;
    (refusal(at("wifi", {{middle, 0}})).empty() ? near : far) = middle;
  }
  return near;
}

LinkOptions on_patrol(double from_m, double to_m, double speed_mps) {
  LinkOptions options;
  options.workers = 1;
  options.mobility.model = "patrol";
  options.mobility.loops_m = {{{from_m, 0}, {to_m, 0}}};
  options.mobility.speed_min_mps = options.mobility.speed_max_mps = speed_mps;
  options.mobility.pause_s = 0;
  return options;
}

TEST(Reach, OutagesOfAPatrolAreThoseOfItsPlaces) {
  const double edge_m = farthest_m();
  const double there_m = edge_m + 100, speed_mps = 10;
  const Outages found = outages(on_patrol(10, there_m, speed_mps));
  EXPECT_NEAR(found.horizon_s, 2 * (there_m - 10) / speed_mps, 1e-6) << "there and back";
  double out_s = 0;
  for (const auto& [from_s, to_s] : found.of_robots.at(0)) out_s += to_s - from_s;
  EXPECT_NEAR(out_s, 2 * 100 / speed_mps, 4 * found.step_s);
  const std::vector<std::string> lines = outage_lines(found);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines.front(), HasSubstr("robot 0 is out of reach for"));
  EXPECT_TRUE(outage_lines(outages(on_patrol(10, edge_m - 5, speed_mps))).empty());
  for (const auto& [from_s, to_s] : found.of_robots.at(0)) EXPECT_LT(from_s, to_s);
}

TEST(Reach, ARobotThatComesIntoItWhileTheNetworkConnectsIsNotRefused) {
  const double edge_m = farthest_m();
  EXPECT_EQ(refusal(on_patrol(edge_m + 60, 10, 10)), "") << "after 6 s";
  EXPECT_THAT(refusal(on_patrol(edge_m + 600, 10, 10)), HasSubstr("robot 0")) << "after 60 s";
  EXPECT_EQ(refusal(on_patrol(edge_m + 600, 10, 10), 90), "");
}

TEST(Reach, RandomWalksAreLookedAtByTheRunsOwnStreams) {
  LinkOptions options;
  options.workers = 4;
  options.placement.radius_m = 200;
  options.mobility.model = "random-waypoint";
  options.mobility.speed_min_mps = options.mobility.speed_max_mps = 5;
  const Outages one = outages(options), again = outages(options);
  EXPECT_EQ(one.of_robots, again.of_robots);
  EXPECT_FALSE(outage_lines(one).empty());
  options.seed = 2;
  EXPECT_NE(outages(options).of_robots, one.of_robots);
}

}  // namespace
}  // namespace gradwave::channel
