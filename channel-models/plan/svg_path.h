// SPDX-License-Identifier: GPL-2.0-only
// Path data of SVG 1.1 8.3 as straight lines.
#pragma once

#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

bool has_curves(const std::string& path);

// A line for each part that begins with M; curves as chords that are at most `tolerance` away.
// Throws std::invalid_argument with what was found and expected.
std::vector<std::vector<Point>> read_path(const std::string& path, double tolerance);

// Of an ellipse about `centre`, between two angles in radians, without its first point.
void add_arc(std::vector<Point>& line, const Point& centre, double radius_x, double radius_y,
             double turned, double from, double to, double tolerance);

}  // namespace gradwave::channel
