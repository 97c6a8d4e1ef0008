// SPDX-License-Identifier: GPL-2.0-only
// Affine maps of the plane, as SVG 1.1 7.6 writes them: x' = a x + c y + e, y' = b x + d y + f.
#pragma once

#include <optional>
#include <string>

#include "channel-models/options.h"

namespace gradwave::channel {

struct Affine {
  double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;

  Point operator()(const Point& point) const;
  Affine operator*(const Affine& inner) const;  // the inner one first
  double greatest_scale() const;                // of any length
  static Affine moved(double x, double y) { return {1, 0, 0, 1, x, y}; }
  static Affine scaled(double x, double y) { return {x, 0, 0, y, 0, 0}; }
  static Affine turned(double degrees);
};

// A list of matrix, translate, scale, rotate, skewX and skewY; nothing for anything else.
std::optional<Affine> read_transform(const std::string& text);

}  // namespace gradwave::channel
