// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/doors.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "channel-models/files/table_file.h"
#include "channel-models/plan/geometry.h"

namespace gradwave::channel {
namespace {

constexpr double kNear_m = 0.25;  // of a door to its wall
constexpr double kWide_m = 1.0;   // a door is thinner than this

using Door = std::pair<Point, Point>;

// The middle line of what is drawn, along its longest piece; nothing if it is no door's outline.
std::optional<Door> middle_of(const std::vector<Point>& points) {
  std::size_t longest = 0;
  double length_m = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double piece_m = length_of(points[i - 1], points[i]);
    if (piece_m <= length_m) continue;
    length_m = piece_m;
    longest = i;
  }
  if (!(length_m > kSame_m)) return std::nullopt;
  const Point& origin = points[longest - 1];
  const double x = (points[longest].first - origin.first) / length_m;
  const double y = (points[longest].second - origin.second) / length_m;
  double least = 0, most = 0, right = 0, left = 0;
  for (const Point& point : points) {
    const double dx = point.first - origin.first, dy = point.second - origin.second;
    least = std::min(least, x * dx + y * dy);
    most = std::max(most, x * dx + y * dy);
    right = std::min(right, x * dy - y * dx);
    left = std::max(left, x * dy - y * dx);
  }
  if (left - right > std::min(kWide_m, 0.9 * (most - least))) return std::nullopt;
  const double aside = (left + right) / 2;
  const auto at = [&](double along) {
    return Point{origin.first + along * x - aside * y, origin.second + along * y + aside * x};
  };
  return Door{at(least), at(most)};
}

// The parts that the door leaves; false if it is not in this wall.
bool cut(const Wall& wall, const Door& door, double near_m, std::vector<Wall>& parts) {
  const auto [one, one_m] = projection(wall.from, wall.to, door.first);
  const auto [other, other_m] = projection(wall.from, wall.to, door.second);
  const double begin = std::min(one, other), end = std::max(one, other);
  if (one_m > near_m || other_m > near_m || end <= 0 || begin >= 1 || begin == end) return false;
  const auto at = [&](double along) {
    return Point{wall.from.first + along * (wall.to.first - wall.from.first),
                 wall.from.second + along * (wall.to.second - wall.from.second)};
  };
  const auto part = [&](double from, double to) {
    Wall rest = wall;
    rest.from = at(from);
    rest.to = at(to);
    if (length_of(rest.from, rest.to) > kSame_m) parts.push_back(rest);
  };
  part(0, begin);
  part(end, 1);
  return true;
}

bool is_near(const Wall& wall, const Point& point) { return distance_m(wall, point) <= kNear_m; }

// Whether the door is in a wall, or in the gap between two.
bool open(FloorPlan& plan, const Door& door) {
  const auto touches = [&](const Point& end) {
    return std::any_of(plan.walls.begin(), plan.walls.end(),
                       [&](const Wall& wall) { return is_near(wall, end); });
  };
  bool found = touches(door.first) && touches(door.second);  // over a gap at least
  std::vector<bool> is_in(plan.solids.size());
  for (std::size_t i = 0; i < plan.solids.size(); ++i) {
    const auto is_at = [&](const Point& end) {
      return is_inside(plan.solids[i].rings, end) ||
             std::any_of(plan.walls.begin(), plan.walls.end(), [&](const Wall& wall) {
               return wall.solid == static_cast<int>(i) && is_near(wall, end);
             });
    };
    is_in[i] = is_at(door.first) && is_at(door.second);
    if (!is_in[i]) continue;
    plan.solids[i].doors.push_back(door);
    found = true;
  }
  std::vector<Wall> left;
  for (const Wall& wall : plan.walls) {
    const bool solid = wall.solid >= 0;
    const double near_m = kNear_m + (solid ? mean_width(plan.solids[wall.solid].rings) : 0);
    if ((!solid || is_in[wall.solid]) && cut(wall, door, near_m, left)) {
      found = true;
    } else {
      left.push_back(wall);
    }
  }
  plan.walls = std::move(left);
  return found;
}

}  // namespace

void open_doors(FloorPlan& plan, const std::string& file, const std::vector<PlanLine>& doors) {
  int symbols = 0;
  for (const PlanLine& line : doors) {
    const auto refuse = [&](const std::string& sentence) {
      refuse_file(kPlanKey, file + line.place, 0, sentence);
    };
    const auto door = middle_of(line.points);
    const bool opens = door && open(plan, *door);
    if (opens) {
      plan.doors.push_back(*door);
    } else if (line.is_symbol) {
      ++symbols;
    } else if (!door) {
      refuse("a door has two ends, or an outline that is longer than wide");
    } else {
      refuse("this door is in no wall: none runs within 0.25 m of both its ends");
    }
  }
  if (symbols == 0) return;
  plan.notes.push_back("no openings: " + std::to_string(symbols) +
                       " lines of doors that are in no wall, as of leaves and swings");
}

}  // namespace gradwave::channel
