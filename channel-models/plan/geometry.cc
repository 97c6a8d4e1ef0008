// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/geometry.h"

#include <cmath>

namespace gradwave::channel {

double length_of(const Point& from, const Point& to) {
  return std::hypot(to.first - from.first, to.second - from.second);
}

std::pair<double, double> projection(const Point& from, const Point& to, const Point& point) {
  const double dx = to.first - from.first, dy = to.second - from.second;
  const double along =
      ((point.first - from.first) * dx + (point.second - from.second) * dy) / (dx * dx + dy * dy);
  return {along, std::hypot(point.first - from.first - along * dx,
                            point.second - from.second - along * dy)};
}

double distance_m(const Point& from, const Point& to, const Point& point) {
  const auto [along, away_m] = projection(from, to, point);
  if (along < 0) return length_of(from, point);
  if (along > 1) return length_of(to, point);
  return away_m;
}

bool is_inside(const std::vector<Point>& outline, const Point& point) {
  bool inside = false;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const auto& [x1, y1] = outline[i];
    const auto& [x2, y2] = outline[(i + 1) % outline.size()];
    if ((y1 > point.second) == (y2 > point.second)) continue;
    if (point.first < x1 + (point.second - y1) / (y2 - y1) * (x2 - x1)) inside = !inside;
  }
  return inside;
}

double mean_width(const std::vector<Point>& outline) {
  double twice_area = 0, circumference = 0;
  const Point& origin = outline.front();  // large coordinates would cancel
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Point& from = outline[i];
    const Point& to = outline[(i + 1) % outline.size()];
    twice_area += (from.first - origin.first) * (to.second - origin.second) -
                  (to.first - origin.first) * (from.second - origin.second);
    circumference += length_of(from, to);
  }
  return circumference > 0 ? std::abs(twice_area) / circumference : 0;
}

}  // namespace gradwave::channel
