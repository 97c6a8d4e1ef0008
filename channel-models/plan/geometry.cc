// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/geometry.h"

#include <algorithm>
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

bool is_inside(const Rings& rings, const Point& point) {
  bool inside = false;
  for (const std::vector<Point>& ring : rings) {
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const auto& [x1, y1] = ring[i];
      const auto& [x2, y2] = ring[(i + 1) % ring.size()];
      if ((y1 > point.second) == (y2 > point.second)) continue;
      if (point.first < x1 + (point.second - y1) / (y2 - y1) * (x2 - x1)) inside = !inside;
    }
  }
  return inside;
}

double mean_width(const Rings& rings) {
  double twice_area = 0, circumference = 0;
  for (std::size_t k = 0; k < rings.size(); ++k) {
    const std::vector<Point>& ring = rings[k];
    const Point& origin = ring.front();  // large coordinates would cancel
    double twice = 0;
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const Point& from = ring[i];
      const Point& to = ring[(i + 1) % ring.size()];
      twice += (from.first - origin.first) * (to.second - origin.second) -
               (to.first - origin.first) * (from.second - origin.second);
      circumference += length_of(from, to);
    }
    Rings others = rings;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
    twice_area += (is_inside(others, origin) ? -1 : 1) * std::abs(twice);
  }
  return circumference > 0 ? std::max(0.0, twice_area) / circumference : 0;
}

}  // namespace gradwave::channel
