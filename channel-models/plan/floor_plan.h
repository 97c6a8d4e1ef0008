// SPDX-License-Identifier: GPL-2.0-only
// A floor plan: walls as straight lines seen from above, with what they take off a signal, and
// doors as openings in them. Read from one of three kinds of files, told apart by how their names
// end:
//
//   .toml   [[wall]] with points = [[x, y], ...], a line of two or more; material; perhaps height_m
//           (else to the ceiling) and loss_db (else the material's). [[door]] with points = two
//           ends. [materials] name = loss in dB
//   .svg    <line>, <polyline>, <polygon>, <rect> and <path> of straight pieces. The material is
//   the
//           class, else the id or inkscape:label, of the element or what it is in. y runs down and
//           is turned about: the lower edge of the viewBox is y = 0
//   .dxf    LINE, POLYLINE and LWPOLYLINE; the material is the layer
//
// A drawing's lines of material "door" are doors; those of no known material are no walls, which
// `notes` say. A door cuts walls that run within 0.25 m of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

struct Wall {
  Point from, to;
  std::string material;
  double height_m = 0;
  double loss_db = 0;
};

struct FloorPlan {
  std::vector<Wall> walls;  // without the doors' openings
  std::vector<std::pair<Point, Point>> doors;
  Point least, most;  // corners of the rectangle about all walls; [0, 0] both without walls
  std::vector<std::string> notes;
};

// Losses at `frequency_hz`. No plan: no walls. Throws OptionError, with file and line where the
// kind of file has them: for what the file's kind does not allow, an unknown material, a line of no
// length, a door that is in no wall.
FloorPlan read_plan(const FloorOptions& options, double frequency_hz);

// Whether something stands between the ends, at their heights, and what it takes, in dB.
struct Crossing {
  int walls = 0;
  double loss_db = 0;
};
struct Spot {  // x, y, z in metres
  double x = 0, y = 0, z = 0;
};
Crossing crossing(const FloorPlan& plan, const Spot& one, const Spot& other);

// On the ground, to the nearest point of the wall.
double distance_m(const Wall& wall, const Point& point);

}  // namespace gradwave::channel
