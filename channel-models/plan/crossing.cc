// SPDX-License-Identifier: GPL-2.0-only
// A path is a line seen from above. Of a wall it meets what lies within a micrometre of it, so that
// it misses no joint; what it meets of two walls at a joint overlaps, and counts once.
#include <algorithm>
#include <cmath>
#include <optional>

#include "channel-models/plan/drawing.h"
#include "channel-models/plan/floor_plan.h"
#include "channel-models/plan/geometry.h"

namespace gradwave::channel {
namespace {

constexpr double kSliver_m = 1e-3;  // of a wall beside a door

// Part of the path, in metres from its beginning.
struct Part {
  double from_m, to_m, loss_db;
};
using Parts = std::vector<Part>;

class Ray {
 public:
  Ray(const Spot& one, const Spot& other)
      : one_(one),
        other_(other),
        length_m_(std::hypot(other.x - one.x, other.y - one.y)),
        x_((other.x - one.x) / length_m_),
        y_((other.y - one.y) / length_m_) {}

  double length_m() const { return length_m_; }
  Point at(double along_m) const { return {one_.x + x_ * along_m, one_.y + y_ * along_m}; }

  double along_m(const Point& point) const {
    return x_ * (point.first - one_.x) + y_ * (point.second - one_.y);
  }
  double aside_m(const Point& point) const {  // to the left
    return x_ * (point.second - one_.y) - y_ * (point.first - one_.x);
  }

  // Where the line from `from` to `to` is within `near_m` of it. The path has to go on at both
  // ends: a robot on a wall is in front of it.
  std::optional<std::pair<double, double>> meets(const Point& from, const Point& to,
                                                 double near_m) const {
    const double from_aside = aside_m(from), to_aside = aside_m(to);
    if (std::min(from_aside, to_aside) > near_m || std::max(from_aside, to_aside) < -near_m) {
      return std::nullopt;
    }
    const double from_along = along_m(from), to_along = along_m(to);
    double begin = 0, end = 1, slack_m = kSliver_m;  // shares of the line
    if (const double across = to_aside - from_aside; across != 0) {
      const double one = (-near_m - from_aside) / across, two = (near_m - from_aside) / across;
      begin = std::clamp(std::min(one, two), 0.0, 1.0);
      end = std::clamp(std::max(one, two), 0.0, 1.0);
      slack_m =
          std::min(slack_m, 1.01 * near_m * std::abs((to_along - from_along) / across) + near_m);
    }
    const double a = from_along + begin * (to_along - from_along);
    const double b = from_along + end * (to_along - from_along);
    if (std::max(a, b) <= slack_m || std::min(a, b) >= length_m_ - slack_m) return std::nullopt;
    return std::pair(std::max(0.0, std::min(a, b)), std::min(length_m_, std::max(a, b)));
  }

  bool is_below(double height_m, double from_m, double to_m) const {
    const auto height = [&](double along_m) {
      return one_.z + along_m / length_m_ * (other_.z - one_.z);
    };
    return std::min(height(from_m), height(to_m)) < height_m;
  }

 private:
  Spot one_, other_;
  double length_m_, x_, y_;
};

// What remains of the part beside the door.
void without_door(Parts& parts, const Ray& ray, const std::pair<Point, Point>& door) {
  const double wide_m = length_of(door.first, door.second);
  if (!(wide_m > 0)) return;
  const auto share = [&](double along_m) {
    return projection(door.first, door.second, ray.at(along_m)).first;
  };
  const double at_0 = share(0), slope = (share(ray.length_m()) - at_0) / ray.length_m();
  double begin_m = 0, end_m = ray.length_m();
  if (slope != 0) {
    const double one = -at_0 / slope, two = (1 - at_0) / slope;
    begin_m = std::min(one, two);
    end_m = std::max(one, two);
  } else if (at_0 < 0 || at_0 > 1) {
    return;
  }
  Parts rest;
  for (const Part& part : parts) {
    if (part.to_m < begin_m || part.from_m > end_m) {
      rest.push_back(part);
      continue;
    }
    if (begin_m - part.from_m > kSliver_m) rest.push_back({part.from_m, begin_m, part.loss_db});
    if (part.to_m - end_m > kSliver_m) rest.push_back({end_m, part.to_m, part.loss_db});
  }
  parts = std::move(rest);
}

void add_solid(Parts& all, const Ray& ray, const SolidWall& solid) {
  Parts parts;
  std::vector<double> faces_m = {0, ray.length_m()};
  for (const std::vector<Point>& ring : solid.rings) {
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const auto met = ray.meets(ring[i], ring[(i + 1) % ring.size()], kSame_m);
      if (!met) continue;
      parts.push_back({met->first, met->second, solid.loss_db});
      faces_m.push_back(met->first);
      faces_m.push_back(met->second);
    }
  }
  if (parts.empty() && !is_inside(solid.rings, ray.at(ray.length_m() / 2))) return;
  std::sort(faces_m.begin(), faces_m.end());
  for (std::size_t i = 1; i < faces_m.size(); ++i) {
    const double from_m = faces_m[i - 1], to_m = faces_m[i];
    if (to_m - from_m <= kSame_m) continue;
    if (!is_inside(solid.rings, ray.at((from_m + to_m) / 2))) continue;
    parts.push_back({from_m, to_m, solid.loss_db});
  }
  for (const auto& door : solid.doors) without_door(parts, ray, door);
  for (const Part& part : parts) {
    if (ray.is_below(solid.height_m, part.from_m, part.to_m)) all.push_back(part);
  }
}

}  // namespace

Crossing crossing(const FloorPlan& plan, const Spot& one, const Spot& other) {
  if (one.x == other.x && one.y == other.y) return {};  // straight up
  const Ray ray(one, other);
  Parts parts;
  for (const Wall& wall : plan.walls) {
    if (wall.solid >= 0) continue;
    const auto met = ray.meets(wall.from, wall.to, kSame_m);
    if (!met || !ray.is_below(wall.height_m, met->first, met->second)) continue;
    parts.push_back({met->first, met->second, wall.loss_db});
  }
  for (const SolidWall& solid : plan.solids) add_solid(parts, ray, solid);
  std::sort(parts.begin(), parts.end(),
            [](const Part& a, const Part& b) { return a.from_m < b.from_m; });
  Crossing all;
  for (std::size_t i = 0; i < parts.size();) {
    double to_m = parts[i].to_m, loss_db = parts[i].loss_db;
    for (++i; i < parts.size() && parts[i].from_m <= to_m + kSame_m; ++i) {
      to_m = std::max(to_m, parts[i].to_m);
      loss_db = std::max(loss_db, parts[i].loss_db);
    }
    ++all.walls;
    all.loss_db += loss_db;
  }
  return all;
}

double distance_m(const Wall& wall, const Point& point) {
  return distance_m(wall.from, wall.to, point);
}

const Wall* wall_at(const FloorPlan& plan, const Spot& spot, double within_m) {
  const Point point = {spot.x, spot.y};
  const auto is_in_door = [&](const SolidWall& solid) {
    return std::any_of(solid.doors.begin(), solid.doors.end(), [&](const auto& door) {
      const double along = projection(door.first, door.second, point).first;
      return along >= 0 && along <= 1;
    });
  };
  for (const Wall& wall : plan.walls) {
    if (spot.z >= wall.height_m) continue;
    if (distance_m(wall, point) <= within_m) return &wall;
    if (wall.solid < 0) continue;
    const SolidWall& solid = plan.solids[wall.solid];
    if (is_inside(solid.rings, point) && !is_in_door(solid)) return &wall;
  }
  return nullptr;
}

}  // namespace gradwave::channel
