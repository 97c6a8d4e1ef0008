// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/floor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradwave::channel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kHall = R"(
[[wall]]
material = "light"
points = [[0, 0], [20, 0], [20, 10], [0, 10], [0, 0]]
[[wall]]
material = "light"
points = [[10, 0], [10, 10]]
[[door]]
points = [[10, 4], [10, 6]]
)";

LinkOptions in_hall(std::vector<Point> places) {
  LinkOptions options;
  options.workers = static_cast<std::int64_t>(places.size());
  options.placement.layout = "list";
  options.placement.positions_m = std::move(places);
  options.floor.plan = {"hall.toml", kHall};
  options.placement.access_point_m = {2, 2};
  return options;
}

LinkOptions patrolling(std::vector<Point> loop) {
  LinkOptions options = in_hall({{1, 1}});
  options.mobility.model = "patrol";
  options.mobility.loops_m = {std::move(loop)};
  return options;
}

TEST(Floor, ARobotInAWallIsRefused) {
  EXPECT_NO_THROW(check_link(in_hall({{1, 1}, {19, 1}})));
  try {
    check_link(in_hall({{1, 1}, {10.04, 3}}));
    FAIL();
  } catch (const OptionError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("robot 1 starts at [10.04, 3], in the wall of light from [10, 0] to "
                          "[10, 4] of hall.toml"));
  }
  EXPECT_NO_THROW(check_link(in_hall({{10, 5}}))) << "in the door";
}

TEST(Floor, AStationInAWallIsRefused) {
  const auto refusal = [](const LinkOptions& options) -> std::string {
    try {
      check_link(options);
    } catch (const OptionError& error) {
      return error.what();
    }
    return "";
  };
  LinkOptions options = in_hall({{1, 1}});
  options.placement.access_point_m = {9.96, 3};
  EXPECT_THAT(refusal(options),
              HasSubstr("the access point is at [9.96, 3], in the wall of light from [10, 0] "
                        "to [10, 4] of hall.toml"));
  options.placement.access_point_m = {10, 5};
  EXPECT_EQ(refusal(options), "") << "in the door";
  options.technology = "nr";
  options.nr.server = "core";
  options.nr.station_positions_m = {{2, 2}, {20, 5}};
  EXPECT_THAT(refusal(options), HasSubstr("a station is at [20, 5], in the wall"));
  options.nr.station_positions_m[1] = {19, 5};
  EXPECT_EQ(refusal(options), "");
  options.floor.plan.text =
      "[[wall]]\nmaterial = \"light\"\nheight_m = 2\npoints = [[19, 0], [19, 9]]\n";
  EXPECT_EQ(refusal(options), "") << "on top of it, at 3 m";
}

TEST(Floor, WhoIsOutsideOrGoesThroughWallsIsSaid) {
  EXPECT_THAT(remarks(in_hall({{1, 1}})), ElementsAre());
  EXPECT_THAT(remarks(in_hall({{1, 1}, {30, 0}, {40, 0}})),
              ElementsAre(HasSubstr("robot 1 at [30, 0] (and 1 more) starts outside all walls")));
  EXPECT_THAT(remarks(patrolling({{5, 5}, {15, 5}})), ElementsAre());
  EXPECT_THAT(remarks(patrolling({{5, 1}, {15, 1}})),
              ElementsAre(HasSubstr("robot 0, between [5, 1] and [15, 1] passes through a wall")));
  EXPECT_THAT(remarks(patrolling({{15, 5}, {25, 5}})),
              ElementsAre(HasSubstr("robot 0, at [25, 5] leaves the floor"),
                          HasSubstr("between [15, 5] and [25, 5] passes through")));
  LinkOptions options = in_hall({{5, 5}});
  options.mobility.model = "random-waypoint";
  EXPECT_THAT(remarks(options), ElementsAre(HasSubstr("walk through walls")));
}

}  // namespace
}  // namespace gradwave::channel
