// SPDX-License-Identifier: GPL-2.0-only
// Drawings as programs write them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "channel-models/plan/affine.h"
#include "channel-models/plan/svg_path.h"
#include "tests/channel-models/plan/plans.h"

namespace gradwave::channel {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string drawing(const std::string& body, const std::string& root = "viewBox=\"0 0 100 50\"") {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" "
         "xmlns:inkscape=\"http://www.inkscape.org/namespaces/inkscape\" "
         "xmlns:xlink=\"http://www.w3.org/1999/xlink\" " +
         root + ">\n" + body + "\n</svg>\n";
}

FloorPlan svg(const std::string& body, const std::string& root = "viewBox=\"0 0 100 50\"") {
  return plan_of("p.svg", drawing(body, root));
}

// The only wall's ends.
std::vector<Point> ends(const FloorPlan& plan) {
  EXPECT_EQ(plan.walls.size(), 1u);
  return {plan.walls.at(0).from, plan.walls.at(0).to};
}

void expect_ends(const FloorPlan& plan, const Point& from, const Point& to) {
  const auto points = ends(plan);
  EXPECT_NEAR(points[0].first, from.first, 1e-9);
  EXPECT_NEAR(points[0].second, from.second, 1e-9);
  EXPECT_NEAR(points[1].first, to.first, 1e-9);
  EXPECT_NEAR(points[1].second, to.second, 1e-9);
}

TEST(Svg, LinesAreWallsByTheirClassOrGroup) {
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
  EXPECT_THAT(plan.notes, ElementsAre("no walls, without a material: 2 lines"));
  // The upper side, y = 10 of 50 units, is at 4 m.
  EXPECT_EQ(walls_between(plan, {102, 3.9}, {102, 4.1}), 1);
  EXPECT_EQ(walls_between(plan, {104.5, 3.9}, {104.5, 4.1}), 0);
  EXPECT_EQ(plan.least, Point(100, 1));
  EXPECT_EQ(plan.most, Point(109, 5));
}

TEST(Svg, OnePictureIsOnePlanWhateverItsViewBox) {
  const auto line = [](double x, double y) {
    return "<line class=\"light\" x1=\"" + std::to_string(x) + "\" y1=\"" + std::to_string(y) +
           "\" x2=\"" + std::to_string(x) + "\" y2=\"" + std::to_string(y + 80) + "\"/>";
  };
  for (const double shift : {0.0, -20.0, 300.0}) {
    const std::string at = std::to_string(shift);
    expect_ends(svg(line(15 + shift, shift), "viewBox=\"" + at + " " + at + " 80 80\""), {15, 80},
                {15, 0});
  }
  expect_ends(svg(line(15, 0), "width=\"80\" height=\"80px\""), {15, 80}, {15, 0});
  expect_ends(svg(line(15, 0), "width=\"1in\" height=\"25.4mm\""), {15, 96}, {15, 16});
}

TEST(Svg, TransformsApplyFromTheOutsideIn) {
  const auto at = [](const std::string& transform, const std::string& outer = "") {
    return svg("<g inkscape:label=\"light\" transform=\"" + outer + "\"><path transform=\"" +
               transform + "\" d=\"M 10,0 V 40\"/></g>");
  };
  expect_ends(at("translate(0,0)"), {10, 50}, {10, 10});
  expect_ends(at("translate(-5)"), {5, 50}, {5, 10});
  expect_ends(at("scale(2,.5)"), {20, 50}, {20, 30});
  expect_ends(at("matrix(1 0 0 1 3 4)"), {13, 46}, {13, 6});
  expect_ends(at("rotate(90)"), {0, 40}, {-40, 40});
  expect_ends(at("rotate(90 10 0)"), {10, 50}, {-30, 50});
  expect_ends(at("skewX(45)"), {10, 50}, {50, 10});
  expect_ends(at("skewY(45)"), {10, 40}, {10, 0});
  expect_ends(at("translate(1,2) scale(2)"), {21, 48}, {21, -32});
  expect_ends(at("scale(2),translate(1 2)"), {22, 46}, {22, -34});
  expect_ends(at("translate(1,2)", "scale(2)"), {22, 46}, {22, -34});
  EXPECT_THAT(refusal("p.svg", drawing("<line class=\"light\" transform=\"turn(3)\" x2=\"9\"/>")),
              HasSubstr("p.svg:2: <line>: transform = \"turn(3)\""));
  EXPECT_NO_THROW(svg("<text transform=\"turn(3)\">Room</text><line class=\"light\" x2=\"9\"/>"));
}

using Lines = std::vector<std::vector<Point>>;

TEST(Svg, PathDataNeedNoSpaces) {
  const auto lines = [](const std::string& path) { return read_path(path, 0.01); };
  EXPECT_EQ(lines("M10-5L10 40"), (Lines{{{10, -5}, {10, 40}}}));
  EXPECT_EQ(lines("m10 0v40m5-40v40"), (Lines{{{10, 0}, {10, 40}}, {{15, 0}, {15, 40}}}));
  EXPECT_EQ(lines("M.5.5-1e1,2E-1"), (Lines{{{0.5, 0.5}, {-10, 0.2}}}));
  EXPECT_EQ(lines("m1 1 2 0 0 2z"), (Lines{{{1, 1}, {3, 1}, {3, 3}, {1, 1}}}));
  EXPECT_EQ(lines("M1,1H3h-1V4v-1"), (Lines{{{1, 1}, {3, 1}, {2, 1}, {2, 4}, {2, 3}}}));
  EXPECT_EQ(lines("M0 0L1 0L1 1zl0-1"),
            (Lines{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}, {{0, 0}, {0, -1}}}));
  EXPECT_EQ(lines("M+1+2L3,4"), (Lines{{{1, 2}, {3, 4}}}));
  EXPECT_EQ(lines(""), Lines{});
  for (const char* path : {"L 0 0", "M 1", "M 1 1 L 2", "M 1 1 B 2 2", "M 1 1 L 1 x", "M 0 0 z 3",
                           "M0 0A1 1 0 2 0 3 3"}) {
    EXPECT_THROW(lines(path), std::invalid_argument) << path;
  }
}

TEST(Svg, CurvesAreChordsWithinTheTolerance) {
  // Halves of a circle of radius 5 about [5, 0], as arcs and, nearly, as cubics.
  for (const char* path : {"M0 0A5 5 0 0 1 10 0", "M0 0a5,5,0,0,0,10,0",
                           "M0 0A5 5 0 01.5 2.17944947L10 0A5 5 0 1 1 10 0",
                           "M0,0C0-2.761423 2.238577-5 5-5S10-2.761423 10 0"}) {
    const auto lines = read_path(path, 0.01);
    ASSERT_EQ(lines.size(), 1u) << path;
    if (std::string(path).find("L") != std::string::npos) continue;
    EXPECT_GT(lines[0].size(), 10u);
    EXPECT_LT(lines[0].size(), 60u);
    for (std::size_t i = 0; i < lines[0].size(); ++i) {
      EXPECT_NEAR(std::hypot(lines[0][i].first - 5, lines[0][i].second), 5, 0.002) << path;
      if (i == 0) continue;
      const Point middle = {(lines[0][i].first + lines[0][i - 1].first) / 2,
                            (lines[0][i].second + lines[0][i - 1].second) / 2};
      EXPECT_NEAR(std::hypot(middle.first - 5, middle.second), 5, 0.0125) << path;
    }
    EXPECT_EQ(lines[0].back(), Point(10, 0));
  }
  const auto parabola = read_path("M0 0Q5 10 10 0T20 0", 0.01);
  EXPECT_NEAR(parabola[0][parabola[0].size() / 4].second, 5, 0.05);
  double lowest = 0;
  for (const Point& point : parabola[0]) lowest = std::min(lowest, point.second);
  EXPECT_NEAR(lowest, -5, 0.05) << "T mirrors the control point";
}

TEST(Svg, AColumnIsARoundWall) {
  FloorOptions options;
  options.plan = {"p.svg", drawing("<circle class=\"concrete\" cx=\"50\" cy=\"25\" r=\"10\"/>")};
  for (const double unit : {1.0, 0.02}) {
    options.metres_per_unit = unit;
    const FloorPlan plan = read_plan(options, k5GHz);
    EXPECT_EQ(walls_between(plan, {0, 25 * unit}, {100 * unit, 25 * unit}), unit == 1.0 ? 2 : 1)
        << "a tower, and a pillar of 40 cm";
  }
}

// As programs write a stroke that was turned into an outline.
TEST(Svg, AnOutlineWithAHoleIsASolidWallAboutARoom) {
  for (const char* inner : {"M10.2 10.2H29.8V29.8H10.2z", "M10.2 10.2V29.8H29.8V10.2z"}) {
    const FloorPlan room =
        svg("<path class=\"light\" d=\"M10 10H30V30H10z" + std::string(inner) + "\"/>");
    EXPECT_EQ(walls_between(room, {20, 30}, {40, 30}), 1);
    EXPECT_EQ(walls_between(room, {0, 30}, {40, 31}), 2);
    EXPECT_EQ(walls_between(room, {20, 30}, {35, 15}), 1) << "through a corner";
    EXPECT_EQ(wall_at(room, {20, 30, 1}, 0.05), nullptr);
    EXPECT_NE(wall_at(room, {10.1, 30, 1}, 0.05), nullptr);
  }
  const FloorPlan rooms =
      svg("<path class=\"light\" d=\"M10 10H20V30H10z M20 10H30V30H20zM40 0H40.2V50H40z\"/>");
  EXPECT_EQ(walls_between(rooms, {0, 30}, {45, 30}), 3 + 1) << "two rooms side by side, and a wall";
}

TEST(Svg, WhatIsNoWallDoesNotMakeTheDrawingFail) {
  const FloorPlan plan = svg(R"svg(<rect width="100%" height="100%" fill="white"/>
    <rect class="background" width="100%" height="100%"/>
    <rect width="calc(3px)" height="oops"/><path d="M 0 0 C 1 1"/><path class="plant" d="M0 0Q1 1 2 2"/>
    <line class="light" x1="10px" y1="0px" x2="50%" y2="0"/><image href="a.png"/>
    <ellipse class="plant" rx="3" ry="4"/><foreignObject><line class="x"/></foreignObject>)svg");
  expect_ends(plan, {10, 50}, {50, 50});
  EXPECT_THAT(plan.notes, ElementsAre("no walls, without a material: 6 lines"));
}

TEST(Svg, WhatIsNotDrawnIsNoWall) {
  const std::string line = "<line class=\"concrete\" x1=\"20\" y1=\"0\" x2=\"20\" y2=\"40\"/>";
  const std::string wall = "<line class=\"light\" x1=\"10\" x2=\"10\" y2=\"40\"/>";
  for (const std::string& in :
       {"<symbol id=\"s\">" + line + "</symbol>", "<defs>" + line + "</defs>",
        "<clipPath>" + line + "</clipPath>", "<mask>" + line + "</mask>",
        "<pattern>" + line + "</pattern>", "<marker>" + line + "</marker>",
        "<g display=\"none\">" + line + "</g>",
        "<g style=\"fill:red; display : none\">" + line + "</g>",
        "<g visibility=\"hidden\"><g>" + line + "</g></g>",
        "<g style=\"visibility:collapse\">" + line + "</g>",
        "<style>/* a */ .off, .away { display: none }</style><g class=\"off\">" + line + "</g>",
        "<g style=\"opacity:0\">" + line + "</g>",
        "<g fill=\"none\" stroke=\"none\">" + line + "</g>",
        "<g stroke=\"none\">" + line + "</g>",  // a line has no inside
        "<switch><text>a</text>" + line + "</switch>",
        "<style>#away{fill:red;visibility:hidden}</style><g id=\"away\">" + line + "</g>",
        std::string("<rect class=\"concrete\" x=\"20\" width=\"0\" height=\"40\"/>"),
        std::string("<line class=\"concrete\" x1=\"20\" x2=\"20\" y1=\"5\" y2=\"5\"/>"),
        std::string("<g transform=\"scale(0)\">") + line + "</g>"}) {
    const FloorPlan plan = svg(in + wall);
    EXPECT_EQ(plan.walls.size(), 1u) << in;
  }
  EXPECT_EQ(
      svg("<g visibility=\"hidden\"><g visibility=\"visible\">" + line + "</g></g>").walls.size(),
      1u);
  EXPECT_THAT(refusal("p.svg", drawing("<g display=\"none\">" + wall + "</g>")),
              HasSubstr("has no walls; no walls: 1 <g> that is not displayed"));
}

TEST(Svg, UsesShowWhatTheyName) {
  const std::string defs =
      "<defs><g id=\"w\"><line class=\"light\" x2=\"10\"/></g>"
      "<symbol id=\"s\" viewBox=\"0 0 10 10\" class=\"glass\"><line x2=\"10\" "
      "y2=\"10\"/></symbol></defs>";
  expect_ends(svg(defs + "<use xlink:href=\"#w\" x=\"5\" y=\"6\"/>"), {5, 44}, {15, 44});
  expect_ends(svg(defs + "<use href=\"#w\" transform=\"scale(2)\" x=\"5\"/>"), {10, 50}, {30, 50});
  const FloorPlan plan = svg(defs + "<use href=\"#s\" x=\"5\" width=\"20\" height=\"20\"/>");
  expect_ends(plan, {5, 50}, {25, 30});
  EXPECT_EQ(plan.walls[0].material, "glass");
  expect_ends(svg("<svg x=\"10\" y=\"5\" width=\"20\" height=\"40\" viewBox=\"0 0 10 10\">"
                  "<line class=\"light\" x2=\"10\"/></svg>"),
              {10, 35}, {30, 35});
  EXPECT_THAT(refusal("p.svg", drawing("<g id=\"a\"><use href=\"#a\"/></g>")),
              HasSubstr("<use>: shows itself"));
}

TEST(Svg, AWallOfAnUnknownNameIsRefused) {
  const std::string wall = "<line class=\"light\" x2=\"9\"/>";
  EXPECT_THAT(refusal("p.svg", drawing(wall + "\n<g inkscape:label=\"Concret\"><path id=\"path7\" "
                                              "d=\"M0 0H3\"/></g>")),
              AllOf(HasSubstr("floor.plan: p.svg:3: class or label \"Concret\" (1 line)"),
                    HasSubstr("the nearest is \"concrete\"")));
  const std::string several =
      wall +
      "<line class=\"Kitchen\" x2=\"3\"/><line class=\"Kitchen\" x2=\"4\"/>\n"
      "<g data-name=\"outer-concrete-wall\"><rect width=\"3\" height=\"3\"/></g>";
  EXPECT_THAT(refusal("p.svg", drawing(several)),
              AllOf(HasSubstr("p.svg:2: class or label \"Kitchen\" (2 lines)"),
                    HasSubstr("\"outer-concrete-wall\" (1 line, from line 3) is no material, the "
                              "nearest is \"concrete\"")));
  const FloorPlan plan =
      plan_of("p.svg", drawing(several), {{"Outer-Concrete-Wall", 30}}, {"kitchen"});
  EXPECT_EQ(plan.walls.size(), 5u);
  EXPECT_THAT(plan.notes, ElementsAre());
  EXPECT_THAT(refusal("p.svg", drawing(wall), {}, {"sofa"}),
              HasSubstr("floor.not_walls: p.svg has no line with the class or label \"sofa\""));
  EXPECT_THAT(refusal("p.svg", drawing(wall + "<line id=\"concret\" x2=\"3\"/>")),
              HasSubstr("\"concret\" (1 line) is no material"))
      << "an id that is meant as a name";
}

// As CubiCasa5k writes them.
TEST(Svg, DoorsInAWallsGroupAreOpenings) {
  const FloorPlan plan = plan_of("p.svg", R"(<svg width="80" height="80" viewBox="0 0 80 80">
 <g class="Floor"><g id="Wall" class="Wall External"><polygon points="9.9,0 10.1,0 10.1,80 9.9,80"/>
  <g id="Door" class="Door Swing"><polygon points="9.9,58 10.1,58 10.1,62 9.9,62"/>
   <g id="Panel" class="Panel"><path d="M10 58L14 58Q14 62 10 62"/><line x1="10" y1="58" x2="14" y2="58"/></g></g>
  <g id="Window" class="Window Regular"><polygon points="9.9,40 10.1,40 10.1,50 9.9,50"/></g></g></g>
</svg>)",
                                 {{"Wall", 10}});
  EXPECT_EQ(plan.doors.size(), 1u);
  EXPECT_EQ(walls_between(plan, {2, 20}, {28, 20}), 0);
  EXPECT_EQ(walls_between(plan, {2, 20}, {28, 38}), 1);
  EXPECT_EQ(walls_between(plan, {2, 20}, {28, 2}), 1);
  EXPECT_EQ(walls_between(plan, {2, 35}, {28, 35}), 1) << "a window in the wall's group";
  EXPECT_THAT(plan.notes, ElementsAre(HasSubstr("no openings: 2 lines of doors")));
}

TEST(Svg, WhatItSaysOtherwiseIsRefusedWithItsLine) {
  EXPECT_THAT(refusal("p.svg", "<svg>\n<line</svg>"), HasSubstr("floor.plan: p.svg:2: "));
  EXPECT_THAT(refusal("p.svg", "<html/>"), HasSubstr("is no SVG drawing"));
  EXPECT_THAT(refusal("p.svg", drawing("<path class=\"light\" d=\"L 0 0\"/>")),
              HasSubstr("p.svg:2: <path>: a path begins with M"));
  EXPECT_THAT(refusal("p.svg", drawing("<path class=\"light\" d=\"M 0 0 L 1 1 3\"/>")),
              HasSubstr("path command L takes 2 numbers, found \"\""));
  EXPECT_THAT(refusal("p.svg", drawing("<line x1=\"3em\" class=\"light\"/>")),
              HasSubstr("x1 = \"3em\": expected a number, of px"));
  EXPECT_THAT(refusal("p.svg", "<svg><line class=\"light\" x2=\"3\"/></svg>"),
              HasSubstr("p.svg:1: <svg>: expected a viewBox or a height"));
  EXPECT_THAT(refusal("p.svg", "<svg viewBox=\"0 0 0 0\"/>"), HasSubstr("the last two above 0"));
  EXPECT_THAT(refusal("p.svg", drawing("<line x2=\"3\"/>")),
              HasSubstr("has no walls; no walls, without a material: 1 lines"));
  EXPECT_THAT(refusal("p.svg", drawing("<g style=\"transform: scale(2)\"><line class=\"light\" "
                                       "x2=\"3\"/></g>")),
              HasSubstr("<g>: a transform in a style is not followed"));
}

}  // namespace
}  // namespace gradwave::channel
