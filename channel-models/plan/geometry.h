// SPDX-License-Identifier: GPL-2.0-only
// Points and lines on a floor.
#pragma once

#include <utility>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

double length_of(const Point& from, const Point& to);

// Where along the line, 0 to 1 between its ends, the point is nearest, and how far away it then is.
std::pair<double, double> projection(const Point& from, const Point& to, const Point& point);

double distance_m(const Point& from, const Point& to, const Point& point);  // to the nearest point

// Closed lines, whose first points are not repeated; what is within one and not within another is
// inside (SVG's fill rule "evenodd"), as between the two faces of a wall about a room.
using Rings = std::vector<std::vector<Point>>;

bool is_inside(const Rings& rings, const Point& point);

// 2 area / circumference: of a long rectangle its width.
double mean_width(const Rings& rings);

}  // namespace gradwave::channel
