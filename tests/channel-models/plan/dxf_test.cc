// SPDX-License-Identifier: GPL-2.0-only
// Drawings as CAD programs write them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/channel-models/plan/plans.h"

namespace gradwave::channel {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// "0 LINE 8 light" with a line each.
std::string groups(const std::string& words) {
  std::string text;
  for (const char c : words) text += c == ' ' ? '\n' : c;
  return text + "\n";
}

std::string section(const std::string& name, const std::string& words) {
  return groups("0 SECTION 2 " + name) + (words.empty() ? "" : groups(words)) + groups("0 ENDSEC");
}

std::string dxf(const std::string& entities, const std::string& before = "") {
  return before + section("ENTITIES", entities) + groups("0 EOF");
}

// Upright at x, on the layer.
std::string line(const std::string& layer, double x, const std::string& more = "") {
  const std::string at = std::to_string(x);
  return "0 LINE 8 " + layer + more + " 10 " + at + " 20 -40.0 30 0 11 " + at + " 21 40 31 0";
}

FloorPlan plan(const std::string& entities, const std::string& before = "") {
  return plan_of("p.dxf", dxf(entities, before));
}

TEST(Dxf, LinesAreWallsByTheirLayer) {
  const FloorPlan plan = plan_of(
      "p.dxf",
      dxf("0 LINE 8 A-WALL 10 0.0 20 0.0 11 10.0 21 0.0 "
          "0 LWPOLYLINE 8 glass 90 3 70 1 10 0.0 20 1.0 10 4.0 20 1.0 10 4.0 20 3.0 "
          "0 LINE 8 door 10 4.0 20 0.1 11 6.0 21 0.1 "
          "0 LINE 8 Sofas 10 4.0 20 0.1 11 6.0 21 0.1 "
          "0 ARC 8 A-WALL 10 0.0 20 0.0 40 1.0 50 0.0 51 90.0 0 TEXT 8 A-WALL 10 0 20 0 1 Room"),
      {{"A-WALL", 7}}, {"sofas"});
  ASSERT_EQ(plan.walls.size(), 2u + 3u);
  EXPECT_EQ(crossing(plan, {2, -1, 1}, {2, 0.5, 1}).loss_db, 7);
  EXPECT_EQ(crossing(plan, {5, -1, 1}, {5, 0.5, 1}).loss_db, 0);
  EXPECT_DOUBLE_EQ(crossing(plan, {2, 0.5, 1}, {2, 1.5, 1}).loss_db, 3);
  EXPECT_THAT(plan.notes, ElementsAre("no walls, not read: 1 arcs"));
}

TEST(Dxf, WallsOnALayerOfNoMaterialAreRefused) {
  EXPECT_THAT(refusal("p.dxf", dxf(line("light", 1) + " " + line("A-WALL", 2) + " " + line("0", 3) +
                                   " " + line("A-WALL", 4))),
              AllOf(HasSubstr("floor.plan: p.dxf:21: layer \"A-WALL\" (2 lines) is no material"),
                    HasSubstr("\"0\" (1 line, from line 37)"), HasSubstr("floor.not_walls")));
  EXPECT_THAT(refusal("p.dxf", dxf(line("Conrete", 1))), HasSubstr("nearest is \"concrete\""));
}

TEST(Dxf, NamesHaveNoCaseAndItsUnitIsNoted) {
  const FloorPlan plan =
      plan_of("p.dxf", dxf("0 LINE 8 CONCRETE 10 0 20 0.0 11 10.0 21 0.0 "
                           "0 LWPOLYLINE 8 Glass 90 2 70 0 10 0 20 1 42 0.5 10 4 20 1",
                           section("HEADER", "9 $INSUNITS 70 4")));
  ASSERT_EQ(plan.walls.size(), 2u);
  EXPECT_EQ(plan.walls[0].material, "concrete");
  EXPECT_EQ(plan.walls[1].material, "glass");
  EXPECT_THAT(plan.notes, ElementsAre("arcs of 1 polylines count as straight",
                                      HasSubstr("says that its unit is 0.001 m")));
}

TEST(Dxf, TheUnitIsThatOfTheHeaderAlone) {
  for (const int layers : {0, 1, 2, 4, 5, 6, 14}) {
    std::string tables = "0 TABLE 2 LAYER 70 " + std::to_string(layers);
    for (int i = 0; i < layers; ++i) {
      tables += " 0 LAYER 2 L" + std::to_string(i) + " 70 0 62 7 6 CONTINUOUS";
    }
    tables = section("TABLES", tables + " 0 ENDTAB");
    EXPECT_THAT(plan(line("light", 1), section("HEADER", "9 $INSUNITS 70 6") + tables).notes,
                ElementsAre());
    EXPECT_THAT(plan(line("light", 1), section("HEADER", "9 $INSUNITS 70 4") + tables).notes,
                ElementsAre(HasSubstr("its unit is 0.001 m")));
    EXPECT_THAT(
        plan(line("light", 1),
             section("HEADER", "9 $INSUNITS 70 4 9 $MEASUREMENT 70 1 9 $LUNITS 70 2") + tables)
            .notes,
        ElementsAre(HasSubstr("its unit is 0.001 m")));
    EXPECT_THAT(plan(line("light", 1), tables).notes, ElementsAre());
  }
}

TEST(Dxf, AnExtrusionDownwardsMirrorsX) {
  const std::string down = " 210 0 220 0 230 -1";
  for (const std::string& wall :
       {"0 LWPOLYLINE 8 light 90 2 70 0 10 -10 20 -40 10 -10 20 40" + down,
        "0 POLYLINE 8 light 66 1 70 0 10 0 20 0" + down +
            " 0 VERTEX 8 light 10 -10 20 -40 0 VERTEX 8 light 10 -10 20 40 0 SEQEND",
        line("light", 10, down),  // in the world's coordinates
        "0 POLYLINE 8 light 66 1 70 8" + down +
            std::string(" 0 VERTEX 10 10 20 -40 0 VERTEX 10 10 20 40 0 SEQEND")}) {
    const FloorPlan mirrored = plan(wall);
    ASSERT_EQ(mirrored.walls.size(), 1u);
    EXPECT_EQ(mirrored.walls[0].from, Point(10, -40)) << wall;
    EXPECT_EQ(mirrored.walls[0].to, Point(10, 40));
  }
}

TEST(Dxf, WhatIsNotShownIsNoWall) {
  const std::string layers =
      section("TABLES",
              "0 TABLE 2 LAYER 70 3 0 LAYER 2 Concrete 70 1 62 7 0 LAYER 2 GLASS 70 0 62 -7 "
              "0 LAYER 2 light 70 0 62 7 0 ENDTAB");
  const FloorPlan seen =
      plan(line("light", 1) + " " + line("light", 2, " 67 1") + " " + line("light", 3, " 60 1") +
               " " + line("light", 4, " 67 0 60 0") + " " + line("concrete", 5) + " " +
               line("glass", 6) + " " + line("A-OFF", 7, " 67 1"),
           layers);
  EXPECT_EQ(walls_between(seen, {0, 0}, {10, 0}), 2);
  EXPECT_THAT(seen.notes,
              ElementsAre("no walls, not shown: 2 in paper space, 1 invisible, 1 on the frozen "
                          "layer \"concrete\", 1 on the layer \"glass\", which is off"));
}

TEST(Dxf, KindsThatAreNotReadAreCountedInOneNote) {
  const FloorPlan read = plan(
      line("light", 1) +
      " 0 MLINE 8 light 10 10 20 -40 11 10 21 -40 11 10 21 40 0 MLINE 8 light 10 1 20 4 "
      "0 3DFACE 8 light 10 1 20 0 11 1 21 4 12 1 22 4 13 1 23 0 0 SOLID 8 light 10 1 20 2 "
      "0 XLINE 8 light 10 1 20 2 11 0 21 1 0 CIRCLE 8 light 10 1 20 1 40 3 "
      "0 POLYLINE 8 light 70 64 0 VERTEX 8 light 10 0 20 0 0 SEQEND 0 MTEXT 8 light 10 0 20 0");
  EXPECT_THAT(read.notes,
              ElementsAre("no walls, not read: 1 3DFACE, 1 circles, 2 MLINE, 1 POLYLINE, 1 SOLID, "
                          "1 XLINE"));
  EXPECT_THAT(refusal("p.dxf", dxf("0 MLINE 8 light 10 1 20 4")),
              HasSubstr("has no walls; no walls, not read: 1 MLINE"));
}

TEST(Dxf, PointsThatAreGivenTwiceAreOne) {
  const FloorPlan closed = plan(
      "0 LWPOLYLINE 8 light 90 5 70 1 10 10 20 -40 10 20 20 -40 10 20 20 40 10 10 20 40 "
      "10 10 20 -40 0 LWPOLYLINE 8 light 90 3 70 0 10 30 20 -40 10 30 20 -40 10 30 20 40 "
      "0 LINE 8 light 10 1 20 1 11 1 21 1");
  EXPECT_EQ(closed.walls.size(), 4u + 1u);
  EXPECT_THAT(closed.notes, ElementsAre("no walls: 1 lines without length"));
}

TEST(Dxf, InsertedBlocksAreWallsAtTheirPlaces) {
  const std::string blocks =
      section("BLOCKS", "0 BLOCK 8 0 2 Room 70 0 10 1 20 0 " + line("0", 1) +
                            " 0 ENDBLK 8 0 "
                            "0 BLOCK 8 0 2 HOUSE 70 0 10 0 20 0 0 INSERT 8 0 2 ROOM 10 2 20 0 " +
                            line("glass", 5) + " 0 ENDBLK 0 BLOCK 2 *Paper_Space 10 0 20 0 " +
                            line("light", 3) + " 0 ENDBLK");
  const auto at = [&](const std::string& insert) { return plan(insert, blocks); };
  EXPECT_EQ(at("0 INSERT 8 light 2 room 10 10 20 0").walls.at(0).from, Point(10, -40));
  EXPECT_EQ(at("0 INSERT 8 light 2 room 10 10 20 0 41 2 42 0.5 50 0").walls.at(0).from,
            Point(10, -20));
  const FloorPlan turned = at("0 INSERT 8 light 2 room 10 10 20 0 50 90");
  EXPECT_NEAR(turned.walls.at(0).from.first, 50, 1e-9);
  EXPECT_NEAR(turned.walls.at(0).from.second, 0, 1e-9);
  EXPECT_EQ(at("0 INSERT 8 light 2 room 10 -10 20 0 210 0 220 0 230 -1").walls.at(0).from,
            Point(10, -40));
  EXPECT_EQ(walls_between(at("0 INSERT 8 light 2 room 10 10 20 0 70 3 71 1 44 2"), {0, 0}, {20, 0}),
            3);
  const FloorPlan house = at("0 INSERT 8 light 2 house 10 10 20 0");
  ASSERT_EQ(house.walls.size(), 2u);
  EXPECT_EQ(house.walls[0].material, "light");
  EXPECT_EQ(house.walls[0].from, Point(12, -40));
  EXPECT_EQ(house.walls[1].material, "glass");
  EXPECT_EQ(house.walls[1].from, Point(15, -40));
  EXPECT_THAT(at(line("light", 1) + " 0 INSERT 8 light 2 other 10 0 20 0").notes,
              ElementsAre(HasSubstr("1 INSERT of blocks that are not in the file")));
}

TEST(Dxf, ADoorsSymbolNeedNotBeInAWall) {
  const std::string blocks =
      section("BLOCKS",
              "0 BLOCK 2 leaf 10 0 20 0 0 LINE 8 0 10 0 20 0 11 1 21 0 0 ARC 8 0 10 0 20 0 40 1 50 "
              "0 51 90 0 ENDBLK");
  const FloorPlan with = plan(line("light", 5) + " 0 INSERT 8 door 2 leaf 10 5 20 0", blocks);
  EXPECT_EQ(with.doors.size(), 0u);
  EXPECT_EQ(with.notes.size(), 2u);
  EXPECT_THAT(refusal("p.dxf", dxf(line("light", 5) + " 0 LINE 8 door 10 5 20 0 11 6 21 0")),
              HasSubstr("p.dxf:21: this door is in no wall"));
}

TEST(Dxf, ADoorMayCloseAGap) {
  const FloorPlan gap = plan(
      "0 LINE 8 light 10 10 20 -40 11 10 21 18 0 LINE 8 light 10 10 20 22 11 10 21 40 "
      "0 LINE 8 door 10 10 20 18 11 10 21 22");
  EXPECT_EQ(walls_between(gap, {2, 20}, {28, 20}), 0);
  EXPECT_EQ(walls_between(gap, {2, 20}, {28, 38}), 1);
}

TEST(Dxf, ABrokenOneIsRefusedWithItsLine) {
  EXPECT_THAT(refusal("p.dxf", "no drawing"), HasSubstr("p.dxf: is no DXF drawing"));
  const std::string wall = "0 LINE 8 light 10 0 20 0 11 9";
  EXPECT_THAT(refusal("p.dxf", dxf(wall + " 21 xx")),
              HasSubstr("p.dxf:16: \"xx\": expected a number, of group 21"));
  EXPECT_THAT(refusal("p.dxf", dxf(wall)),
              HasSubstr("p.dxf:5: this LINE has no coordinate of group 21"));
  EXPECT_THAT(refusal("p.dxf", dxf("0 LWPOLYLINE 8 light 10 0 20 0 10 1")),
              HasSubstr("p.dxf:5: this LWPOLYLINE has a point with one coordinate"));
  EXPECT_THAT(refusal("p.dxf", groups("0 SECTION 2 ENTITIES " + wall + " 21 1")),
              HasSubstr("is cut off: its section ENTITIES has no end"));
  EXPECT_THAT(refusal("p.dxf", section("HEADER", "") + groups("0 EOF")),
              HasSubstr("has no section ENTITIES"));
  EXPECT_THAT(refusal("p.dxf", dxf("LINE")), HasSubstr("\"LINE\": expected a group code"));
  EXPECT_THAT(refusal("p.dxf", "AutoCAD Binary DXF\r\n"), HasSubstr("is a binary DXF"));
}

}  // namespace
}  // namespace gradwave::channel
