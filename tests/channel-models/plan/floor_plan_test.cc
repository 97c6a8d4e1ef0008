// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/floor_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ns3/constant-position-mobility-model.h>

#include "channel-models/radio/propagation.h"
#include "tests/channel-models/plan/plans.h"

namespace gradwave::channel {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Two rooms side by side, a door between them, and a rack of 2 m in the left one.
constexpr const char* kRooms = R"(
[materials]
brick = 8
[[wall]]
material = "brick"
points = [[0, 0], [20, 0], [20, 10], [0, 10], [0, 0]]
[[wall]]
material = "light"
points = [[10, 0], [10, 10]]
[[wall]]
loss_db = 2.5
height_m = 2
points = [[4, 2], [4, 8]]
[[door]]
points = [[10, 4], [10, 6]]
)";

TEST(FloorPlan, WallsAddUpByHand) {
  const FloorPlan plan = plan_of("p.toml", kRooms);
  const auto db = [&](Spot one, Spot other) {
    const Crossing there = crossing(plan, one, other), back = crossing(plan, other, one);
    EXPECT_EQ(there.walls, back.walls);
    EXPECT_DOUBLE_EQ(there.loss_db, back.loss_db);
    return there.loss_db;
  };
  EXPECT_DOUBLE_EQ(db({5, 1, 1}, {9, 9, 1}), 0);         // one room
  EXPECT_DOUBLE_EQ(db({5, 1, 1}, {15, 1, 1}), 3.4);      // through the light wall
  EXPECT_DOUBLE_EQ(db({5, 5, 1}, {15, 5, 1}), 0);        // through the door
  EXPECT_DOUBLE_EQ(db({1, 5, 1}, {9, 5, 1}), 2.5);       // through the rack
  EXPECT_DOUBLE_EQ(db({1, 5, 1}, {9, 5, 5}), 0);         // over it, at 1 + 3/8 * 4 = 2.5 m
  EXPECT_DOUBLE_EQ(db({1, 5, 1}, {9, 5, 3}), 2.5);       // at 1.75 m
  EXPECT_DOUBLE_EQ(db({5, 5, 1}, {-5, 5, 1}), 8 + 2.5);  // out of the house
  EXPECT_DOUBLE_EQ(db({-5, 1, 1}, {25, 1, 1}), 8 + 3.4 + 8);
  EXPECT_DOUBLE_EQ(db({-1, -1, 1}, {1, 1, 1}), 8);  // through the corner, once
  EXPECT_DOUBLE_EQ(db({5, 5, 1}, {5, 5, 3}), 0);    // straight up
  EXPECT_EQ(plan.least, Point(0, 0));
  EXPECT_EQ(plan.most, Point(20, 10));
}

TEST(FloorPlan, MaterialsTakeWhatTheirSourcesSay) {
  const auto loss_db = [](const std::string& material, double frequency_hz) {
    FloorOptions options;
    options.plan = {"p.toml",
                    "[[wall]]\nmaterial = \"" + material + "\"\npoints = [[0, 0], [1, 0]]\n"};
    return read_plan(options, frequency_hz).walls.at(0).loss_db;
  };
  EXPECT_DOUBLE_EQ(loss_db("glass", 3.5e9), 2.7);
  EXPECT_DOUBLE_EQ(loss_db("coated-glass", 3.5e9), 24.05);
  EXPECT_DOUBLE_EQ(loss_db("concrete", 3.5e9), 19);
  EXPECT_DOUBLE_EQ(loss_db("wood", 3.5e9), 5.27);
  EXPECT_DOUBLE_EQ(loss_db("concrete", 28e9), 117);
  EXPECT_DOUBLE_EQ(loss_db("light", 3.5e9), 3.4);
  EXPECT_DOUBLE_EQ(loss_db("heavy", 60e9), 6.9);
}

TEST(FloorPlan, TheScenariosLossesComeBeforeTheUsualAndThePlansBeforeThese) {
  EXPECT_DOUBLE_EQ(
      plan_of("p.toml", "[[wall]]\nmaterial = \"light\"\npoints = [[0, 0], [1, 0]]", {{"light", 5}})
          .walls.at(0)
          .loss_db,
      5);
  EXPECT_DOUBLE_EQ(plan_of("p.toml", kRooms, {{"brick", 1}}).walls.at(0).loss_db, 8);
}

TEST(FloorPlan, WhatActsOnNoWallIsRefused) {
  EXPECT_THAT(refusal("p.toml", kRooms, {{"concret", 9}}),
              HasSubstr("p.toml has no wall of \"concret\"; its materials are "));
  FloorOptions options;
  options.plan = {"p.toml", kRooms};
  options.origin_m = {5, 5};
  EXPECT_THROW(read_plan(options, k5GHz), OptionError);
  options.origin_m = {0, 0};
  options.metres_per_unit = 0.1;
  EXPECT_THROW(read_plan(options, k5GHz), OptionError);
  EXPECT_THAT(refusal("p.toml", kRooms, {}, {"sofa"}), HasSubstr("floor.not_walls is of drawings"));
}

TEST(FloorPlan, PointsThatAreGivenTwiceAreOne) {
  const FloorPlan plan = plan_of(
      "p.toml", "[[wall]]\nmaterial = \"light\"\npoints = [[0, 0], [0, 0], [9, 0], [9, 0]]\n");
  ASSERT_EQ(plan.walls.size(), 1u);
  EXPECT_EQ(plan.walls[0].to, Point(9, 0));
}

// A wall of 20 cm with openings, and one of the same material about a room.
TEST(FloorPlan, AThinOutlineIsOneWallAndARoomsIsNot) {
  const auto outline = [](const std::string& points) {
    return "[[wall]]\nmaterial = \"light\"\npoints = [" + points + "]\n";
  };
  const FloorPlan plan =
      plan_of("p.toml", outline("[9.9, 0], [10.1, 0], [10.1, 40], [9.9, 40], [9.9, 0]") +
                            outline("[20, 0], [24, 0], [24, 4], [20, 4], [20, 0]") +
                            "[[door]]\npoints = [[10, 18], [10, 22]]\n"
                            "[[door]]\npoints = [[9.9, 30], [9.9, 32]]\n");
  EXPECT_EQ(walls_between(plan, {0, 10}, {15, 10}), 1);
  EXPECT_EQ(walls_between(plan, {0, 10}, {15, 12}), 1);
  EXPECT_EQ(walls_between(plan, {10, -5}, {10, 10}), 1) << "a path that ends in it";
  EXPECT_EQ(walls_between(plan, {10, -5}, {10, 45}), 3) << "along it, between its openings";
  EXPECT_EQ(walls_between(plan, {0, 20}, {15, 20}), 0) << "through the door";
  EXPECT_EQ(walls_between(plan, {0, 31}, {15, 31}), 0) << "through the door drawn on a face";
  EXPECT_EQ(walls_between(plan, {9.8, 17.95}, {10.2, 18.05}), 1)
      << "in by the wall, out by the door";
  EXPECT_EQ(walls_between(plan, {15, 2}, {30, 2}), 2) << "in and out of a room";
  EXPECT_NE(wall_at(plan, {10, 5, 1}, 0.05), nullptr) << "within the wall";
  EXPECT_EQ(wall_at(plan, {10, 20, 1}, 0.05), nullptr) << "in the door";
  EXPECT_EQ(wall_at(plan, {22, 2, 1}, 0.05), nullptr) << "in the room";
}

TEST(FloorPlan, ADoorMayCloseAGap) {
  const std::string walls =
      "[[wall]]\nmaterial = \"light\"\npoints = [[10, -40], [10, 18]]\n"
      "[[wall]]\nmaterial = \"light\"\npoints = [[10, 22], [10, 40]]\n";
  const FloorPlan plan = plan_of("p.toml", walls + "[[door]]\npoints = [[10, 18], [10, 22]]\n");
  EXPECT_EQ(plan.doors.size(), 1u);
  EXPECT_EQ(plan.walls.size(), 2u);
  EXPECT_EQ(walls_between(plan, {0, 20}, {20, 20}), 0);
  EXPECT_EQ(walls_between(plan, {0, 17}, {20, 17}), 1);
  EXPECT_EQ(plan_of("p.toml", walls + "[[door]]\npoints = [[10, 17.5], [10, 22.1]]\n").doors.size(),
            1u);
  EXPECT_THAT(refusal("p.toml", walls + "[[door]]\npoints = [[10, 18], [14, 18]]\n"),
              HasSubstr("p.toml:7: this door is in no wall"));
}

TEST(FloorPlan, ABrokenPlanIsRefusedWithItsLine) {
  const std::string wall = "[[wall]]\nmaterial = \"light\"\npoints = ";
  EXPECT_THAT(refusal("p.txt", ""), HasSubstr("ends in .toml, .svg or .dxf"));
  EXPECT_THAT(refusal("p.toml", ""), HasSubstr("floor.plan: p.toml: has no walls"));
  EXPECT_THAT(refusal("p.toml", "[[wall]\n"), HasSubstr("p.toml:1: "));
  EXPECT_THAT(refusal("p.toml", wall + "[[0, 0]]"), HasSubstr("p.toml:1: a wall has two points"));
  EXPECT_THAT(refusal("p.toml", wall + "[[0, 0], [0, 0]]"),
              HasSubstr("points of a wall are the same"));
  EXPECT_THAT(refusal("p.toml", wall + "[[0, 0], [0]]"),
              HasSubstr("p.toml:3: points: expected pairs"));
  EXPECT_THAT(refusal("p.toml", wall + "[[0, 0], [0, \"1\"]]"),
              HasSubstr("p.toml:3: y: expected a number"));
  EXPECT_THAT(refusal("p.toml", "[[wall]]\npoints = [[0, 0], [1, 0]]"),
              HasSubstr("p.toml:1: a wall needs a material or loss_db"));
  EXPECT_THAT(refusal("p.toml", "[[wall]]\nmaterial = \"ligth\"\npoints = [[0, 0], [1, 0]]"),
              AllOf(HasSubstr("p.toml:1: material \"ligth\" has no loss"),
                    HasSubstr("the nearest is \"light\"")));
  EXPECT_THAT(refusal("p.toml", "[[walls]]\n"), HasSubstr("p.toml:1: unknown key \"walls\""));
  EXPECT_THAT(refusal("p.toml", wall + "[[0, 0], [9, 0]]\n[[door]]\npoints = [[2, 1], [3, 1]]"),
              HasSubstr("p.toml:4: this door is in no wall"));
  EXPECT_THAT(refusal("p.toml", wall + "[[0, 0], [9, 0]]\nheight_m = -1"),
              HasSubstr("p.toml:4: height_m: expected a number from 0"));
}

TEST(FloorPlan, WallsAreAddedToAnyPathLoss) {
  const auto at = [](double x) {
    const auto place = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
    place->SetPosition({x, 5, 1});
    return place;
  };
  for (const std::string path_loss : {"log-distance", "friis"}) {
    LinkOptions options;
    options.radio.path_loss = path_loss;
    apply_defaults(options);
    const auto open = make_path_loss(options, k5GHz);
    options.floor.plan = {"p.toml", kRooms};
    const auto walled = make_path_loss(options, k5GHz);
    for (const auto& [x, loss_db] :
         std::map<double, double>{{3, 0}, {9, 2.5}, {15, 2.5}, {25, 10.5}}) {
      for (int again = 0; again < 2; ++again) {
        EXPECT_NEAR(walled->CalcRxPower(20, at(1), at(x)),
                    open->CalcRxPower(20, at(1), at(x)) - loss_db, 1e-9);
      }
    }
  }
}

}  // namespace
}  // namespace gradwave::channel
