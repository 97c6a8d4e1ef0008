// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/floor_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ns3/constant-position-mobility-model.h>

#include "channel-models/radio/propagation.h"

namespace gradwave::channel {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double k5GHz = 5e9;

FloorPlan plan_of(const std::string& name, const std::string& text,
                  std::map<std::string, double> losses_db = {}) {
  FloorOptions options;
  options.plan = {name, text};
  options.losses_db = std::move(losses_db);
  return read_plan(options, k5GHz);
}

std::string refusal(const std::string& name, const std::string& text,
                    const std::map<std::string, double>& losses_db = {}) {
  try {
    plan_of(name, text, losses_db);
  } catch (const OptionError& error) {
    return error.what();
  }
  return "";
}

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

std::string drawing(const std::string& body) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 50\">\n" + body +
         "\n</svg>\n";
}

TEST(FloorPlan, AnSvgsLinesAreWallsByTheirClassOrGroup) {
  FloorOptions options;
  options.plan = {"p.svg",
                  drawing(R"(<g class="concrete"><rect x="10" y="10" width="80" height="30"/>
    <line id="door" x1="40" y1="10" x2="50" y2="10"/></g>
  <path class="light" d="M 30,10 v 30 h5 L 40 40 Z m 20 0 1 1"/>
  <polyline class="glass" points="0,0 10,0 10,10"/><text>no wall</text>
  <circle r="3"/><polygon id="sofa" points="1,1 2,2 3,1"/>)")};
  options.metres_per_unit = 0.1;
  options.origin_m = {100, 0};
  const FloorPlan plan = read_plan(options, k5GHz);
  int concrete = 0, light = 0, glass = 0;
  for (const Wall& wall : plan.walls) {
    concrete += wall.material == "concrete";
    light += wall.material == "light";
    glass += wall.material == "glass";
  }
  EXPECT_EQ(concrete, 5);  // four sides, one of them in two parts
  EXPECT_EQ(light, 4 + 1);
  EXPECT_EQ(glass, 2);
  EXPECT_EQ(plan.doors.size(), 1u);
  EXPECT_THAT(plan.notes, ElementsAre("no walls: 1 <circle>",
                                      "no walls, for want of a material: 1 lines of \"sofa\""));
  // The upper side, y = 10 of 50 units, is at 4 m.
  EXPECT_EQ(crossing(plan, {102, 3.9, 1}, {102, 4.1, 1}).walls, 1);
  EXPECT_EQ(crossing(plan, {104.5, 3.9, 1}, {104.5, 4.1, 1}).walls, 0);
  EXPECT_EQ(plan.least, Point(100, 1));
  EXPECT_EQ(plan.most, Point(109, 5));
}

TEST(FloorPlan, WhatAnSvgSaysOtherwiseIsRefusedWithItsLine) {
  EXPECT_THAT(refusal("p.svg", "<svg>\n<line</svg>"), HasSubstr("floor.plan: p.svg:2: "));
  EXPECT_THAT(refusal("p.svg", "<html/>"), HasSubstr("is no SVG drawing"));
  EXPECT_THAT(refusal("p.svg", drawing("<path class=\"light\" d=\"M 0 0 C 1 1 2 2 3 3\"/>")),
              HasSubstr("p.svg:2: <path>: path command C: expected straight pieces"));
  EXPECT_THAT(refusal("p.svg", drawing("<path d=\"L 0 0\"/>")), HasSubstr("begins with M"));
  EXPECT_THAT(refusal("p.svg", drawing("<line x1=\"3cm\" class=\"light\"/>")),
              HasSubstr("x1 = \"3cm\": expected a number, without a unit"));
  EXPECT_THAT(refusal("p.svg", drawing("<g transform=\"scale(2)\"><line x2=\"3\"/></g>")),
              HasSubstr("p.svg:2: <g>: transform is not followed"));
  EXPECT_THAT(refusal("p.svg", "<svg><line class=\"light\" x2=\"3\"/></svg>"),
              HasSubstr("p.svg:1: <svg>: expected a viewBox or a height"));
  EXPECT_THAT(refusal("p.svg", "<svg viewBox=\"0 0 0 0\"/>"), HasSubstr("the last two above 0"));
  EXPECT_THAT(refusal("p.svg", drawing("<svg x=\"5\"><line x2=\"3\"/></svg>")),
              HasSubstr("p.svg:2: <svg>: a drawing within a drawing"));
  EXPECT_THAT(refusal("p.svg", drawing("<g style=\"display: none\"><line class=\"light\" "
                                       "x2=\"3\"/></g>")),
              HasSubstr("has no walls; no walls: 1 <g> that is not displayed"));
  EXPECT_THAT(refusal("p.svg", drawing("<line x2=\"3\" id=\"sofa\"/>")),
              HasSubstr("has no walls; no walls, for want of a material: 1 lines of \"sofa\""));
}

std::string dxf(const std::string& entities) {
  return "0\nSECTION\n2\nENTITIES\n" + entities + "0\nENDSEC\n0\nEOF\n";
}

TEST(FloorPlan, ADxfsLinesAreWallsByTheirLayer) {
  const FloorPlan plan =
      plan_of("p.dxf",
              dxf("0\nLINE\n8\nA-WALL\n10\n0.0\n20\n0.0\n11\n10.0\n21\n0.0\n"
                  "0\nLWPOLYLINE\n8\nglass\n90\n3\n70\n1\n10\n0.0\n20\n1.0\n10\n4.0\n20\n1.0\n"
                  "10\n4.0\n20\n3.0\n"
                  "0\nLINE\n8\ndoor\n10\n4.0\n20\n0.1\n11\n6.0\n21\n0.1\n"
                  "0\nLINE\n8\nsofas\n10\n4.0\n20\n0.1\n11\n6.0\n21\n0.1\n"
                  "0\nARC\n8\nA-WALL\n10\n0.0\n20\n0.0\n40\n1.0\n50\n0.0\n51\n90.0\n"),
              {{"A-WALL", 7}});
  ASSERT_EQ(plan.walls.size(), 2u + 3u);
  EXPECT_EQ(crossing(plan, {2, -1, 1}, {2, 0.5, 1}).loss_db, 7);
  EXPECT_EQ(crossing(plan, {5, -1, 1}, {5, 0.5, 1}).loss_db, 0);
  EXPECT_DOUBLE_EQ(crossing(plan, {2, 0.5, 1}, {2, 1.5, 1}).loss_db, 3);
  EXPECT_THAT(plan.notes, ElementsAre(HasSubstr("1 arcs"), HasSubstr("1 lines of \"sofas\"")));
}

TEST(FloorPlan, ADxfsNamesHaveNoCaseAndItsUnitIsNoted) {
  const FloorPlan plan = plan_of(
      "p.dxf",
      "0\nSECTION\n2\nHEADER\n9\n$INSUNITS\n70\n4\n0\nENDSEC\n" +
          dxf("0\nLINE\n8\nCONCRETE\n10\n0\n20\n0.0\n11\n10.0\n21\n0.0\n"
              "0\nLWPOLYLINE\n8\nGlass\n90\n2\n70\n0\n10\n0\n20\n1\n42\n0.5\n10\n4\n20\n1\n"));
  ASSERT_EQ(plan.walls.size(), 2u);
  EXPECT_EQ(plan.walls[0].material, "concrete");
  EXPECT_EQ(plan.walls[1].material, "glass");
  EXPECT_THAT(plan.notes, ElementsAre("arcs of 1 polylines count as straight",
                                      HasSubstr("says that its unit is 0.001 m")));
}

TEST(FloorPlan, ABrokenDxfIsRefusedWithItsLine) {
  EXPECT_THAT(refusal("p.dxf", "no drawing"), HasSubstr("p.dxf: is no DXF drawing"));
  const std::string line = "0\nLINE\n8\nlight\n10\n0\n20\n0\n11\n9\n";
  EXPECT_THAT(refusal("p.dxf", dxf(line + "21\nxx\n")),
              HasSubstr("p.dxf:16: \"xx\": expected a number, of group 21"));
  EXPECT_THAT(refusal("p.dxf", dxf(line)),
              HasSubstr("p.dxf:5: this LINE has no coordinate of group 21"));
  EXPECT_THAT(refusal("p.dxf", dxf("0\nLWPOLYLINE\n8\nlight\n10\n0\n20\n0\n10\n1\n")),
              HasSubstr("p.dxf:5: this LWPOLYLINE has a point with one coordinate"));
  EXPECT_THAT(refusal("p.dxf", "0\nSECTION\n2\nENTITIES\n" + line + "21\n1\n"),
              HasSubstr("is cut off: its section ENTITIES has no end"));
  EXPECT_THAT(refusal("p.dxf", "0\nSECTION\n2\nHEADER\n0\nENDSEC\n0\nEOF\n"),
              HasSubstr("has no section ENTITIES"));
  EXPECT_THAT(refusal("p.dxf", dxf("LINE\n")), HasSubstr("\"LINE\": expected a group code"));
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
              AllOf(HasSubstr("p.toml:1: material \"ligth\" has no loss"), HasSubstr("light")));
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
