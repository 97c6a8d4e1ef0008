// SPDX-License-Identifier: GPL-2.0-only
// How often a path meets walls, however they are drawn.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "channel-models/plan/floor_plan.h"
#include "tests/channel-models/plan/plans.h"

namespace gradwave::channel {
namespace {

Wall wall(const Point& from, const Point& to, double loss_db = 5) {
  return {from, to, "light", INFINITY, loss_db};
}

FloorPlan plan_with(std::vector<Wall> walls) {
  FloorPlan plan;
  plan.walls = std::move(walls);
  return plan;
}

TEST(Crossing, APathThroughAJointMeetsOneWallHoweverTheyAreDrawn) {
  const Point joint = {10, 10}, down = {10, -10}, left = {-10, 10}, up = {10, 30};
  for (const Point& other : {left, up}) {
    for (int turned = 0; turned < 4; ++turned) {
      const Wall one = (turned & 1) ? wall(joint, down) : wall(down, joint);
      const Wall two = (turned & 2) ? wall(joint, other, 7) : wall(other, joint, 7);
      const FloorPlan plan = plan_with({one, two});
      EXPECT_EQ(walls_between(plan, {0, 0}, {20, 20}), 1) << turned;
      EXPECT_EQ(crossing(plan, {0, 0, 1}, {20, 20, 1}).loss_db, 7);
      EXPECT_EQ(walls_between(plan, {0, 0}, {20, 0}), 1);
      EXPECT_EQ(walls_between(plan, {0, 20}, {20, 0}), 1) << "touches a corner, or goes through";
      EXPECT_EQ(walls_between(plan, {0, 0}, {9, 20}), other == left ? 1 : 0);
    }
  }
}

TEST(Crossing, WallsThatLieOnEachOtherAreOne) {
  const FloorPlan plan = plan_with({wall({5, 0}, {5, 10}), wall({5, 20}, {5, 4}, 9)});
  EXPECT_EQ(walls_between(plan, {0, 5}, {10, 5}), 1);
  EXPECT_EQ(crossing(plan, {0, 5, 1}, {10, 5, 1}).loss_db, 9);
  EXPECT_EQ(crossing(plan, {0, 1, 1}, {10, 1, 1}).loss_db, 5);
}

TEST(Crossing, APathAlongAWallMeetsItOnce) {
  const FloorPlan plan =
      plan_with({wall({5, 0}, {15, 0}), wall({15, 0}, {20, 0}), wall({30, 0}, {40, 0})});
  EXPECT_EQ(walls_between(plan, {0, 0}, {25, 0}), 1);
  EXPECT_EQ(walls_between(plan, {0, 0}, {50, 0}), 2);
  EXPECT_EQ(walls_between(plan, {0, 0.01}, {50, 0.01}), 0);
  EXPECT_EQ(walls_between(plan, {0, 0}, {4, 0}), 0) << "in front of it";
  EXPECT_EQ(walls_between(plan, {0, 0}, {5, 0}), 0) << "up to it";
}

TEST(Crossing, LowWallsAreMetBelowTheirTops) {
  FloorPlan plan = plan_with({wall({5, -5}, {5, 5}), wall({6, -5}, {6, 5})});
  plan.walls[0].height_m = plan.walls[1].height_m = 2;
  EXPECT_EQ(crossing(plan, {0, 0, 1}, {10, 0, 1}).walls, 2);
  EXPECT_EQ(crossing(plan, {0, 0, 3}, {10, 0, 2}).walls, 0);
  EXPECT_EQ(crossing(plan, {0, 0, 1}, {10, 0, 2.9}).walls, 1) << "1.95 m at the first";
}

// Whole walls and the same ones in pieces, some of them turned about, under many paths: between any
// points, through the joints themselves, and from place to place of a grid.
TEST(Crossing, PiecesOfAWallCountAsTheWhole) {
  std::mt19937 random(7);
  const auto uniform = [&](double least, double most) {
    return std::uniform_real_distribution<double>(least, most)(random);
  };
  const auto place = [&](bool on_grid) {
    const double x = uniform(-20, 20), y = uniform(-20, 20);
    return on_grid ? Point{std::round(x), std::round(y)} : Point{x, y};
  };
  for (int trial = 0; trial < 300; ++trial) {
    const bool on_grid = trial % 2 == 0;
    std::vector<Wall> whole, pieces;
    std::vector<Point> joints;
    Point from = place(on_grid);
    for (int i = 0; i < 4; ++i) {
      const Point to = place(on_grid);
      if (to == from) continue;
      whole.push_back(wall(from, to));
      std::vector<double> cuts = {0, 1};
      for (int k = 0; k < 3; ++k) cuts.push_back(uniform(0, 1));
      std::sort(cuts.begin(), cuts.end());
      const auto at = [&](double share) {
        if (share == 1) return to;
        return Point{from.first + share * (to.first - from.first),
                     from.second + share * (to.second - from.second)};
      };
      for (std::size_t k = 1; k < cuts.size(); ++k) {
        Wall piece = wall(at(cuts[k - 1]), at(cuts[k]));
        if (uniform(0, 1) < 0.5) std::swap(piece.from, piece.to);
        pieces.push_back(piece);
        joints.push_back(at(cuts[k]));
      }
      from = to;
    }
    std::shuffle(pieces.begin(), pieces.end(), random);
    const FloorPlan one = plan_with(whole), other = plan_with(pieces);
    for (int path = 0; path < 50; ++path) {
      const Point here = place(on_grid);
      const Point& joint = joints[path % joints.size()];
      const Point there = path % 3 == 0 ? place(on_grid)
                          : path % 3 == 1
                              ? Point{2 * joint.first - here.first, 2 * joint.second - here.second}
                              : Point{joint.first + 1e-7, joint.second + 30};
      if (here == there) continue;
      const int count = walls_between(one, here, there);
      EXPECT_GE(count, 0);
      EXPECT_EQ(walls_between(other, here, there), count) << trial << " " << path;
      if (path % 3 == 1 && wall_at(one, {here.first, here.second, 1}, 1e-3) == nullptr) {
        EXPECT_GE(count, 1) << "through a joint";
      }
    }
  }
}

// A ring of thin solid walls that abut, with paths of all directions through it.
TEST(Crossing, SolidWallsThatAbutAreMetOnceASide) {
  FloorPlan plan;
  const auto solid = [&](double left, double low, double right, double high) {
    const std::vector<Point> outline = {{left, low}, {right, low}, {right, high}, {left, high}};
    for (std::size_t i = 0; i < 4; ++i) {
      Wall face = wall(outline[i], outline[(i + 1) % 4]);
      face.solid = static_cast<int>(plan.solids.size());
      plan.walls.push_back(face);
    }
    plan.solids.push_back({{outline}, INFINITY, 5, {}});
  };
  solid(-10, -10, 10, -9.8);
  solid(-10, 9.8, 10, 10);
  solid(-10, -9.8, -9.8, 9.8);
  solid(9.8, -9.8, 10, 9.8);
  for (int i = 0; i < 3600; ++i) {
    const double angle = 2 * M_PI * i / 3600;
    EXPECT_EQ(walls_between(plan, {0, 0}, {30 * std::cos(angle), 30 * std::sin(angle)}), 1) << i;
  }
}

}  // namespace
}  // namespace gradwave::channel
