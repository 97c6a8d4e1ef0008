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

// By the crossings of a ray, of a closed outline whose first point is not repeated.
bool is_inside(const std::vector<Point>& outline, const Point& point);

// 2 area / circumference: of a long rectangle its width.
double mean_width(const std::vector<Point>& outline);

}  // namespace gradwave::channel
