// SPDX-License-Identifier: GPL-2.0-only
// A floor plan: walls as straight lines seen from above, with what they take off a signal, and
// doors as openings in them. Read from one of three kinds of files, told apart by how their names
// end:
//
//   .toml   [[wall]] with points = [[x, y], ...], a line of two or more; material; perhaps height_m
//           (else to the ceiling) and loss_db (else the material's). [[door]] with points = two
//           ends. [materials] name = loss in dB
//   .svg    <line>, <polyline>, <polygon>, <rect>, <circle>, <ellipse>, <path> and <use> of these,
//           at the places that transforms give them; curves as chords within 1 cm. The lower left
//           corner of the viewBox is [0, 0], y upwards. What is not drawn is no wall (svg.cc)
//   .dxf    LINE, POLYLINE, LWPOLYLINE, and INSERT of blocks of these, in model space, visible, on
//           layers that are neither off nor frozen; other kinds are counted in a note (dxf.cc)
//
// Which lines of a drawing are walls: naming.h. Rules of all three:
//
//   - pieces without length are skipped
//   - a closed line is a solid wall if it is thin: twice its area is at most 0.5 m of its
//     circumference, as of a rectangle 0.5 m thick; so are the closed parts of one <path>
//   - what a path meets without a gap counts once, with the greatest of the losses: two walls that
//     meet, lie on each other, or a solid one from side to side; so does a wall that it runs along
//   - a door cuts walls that run within 0.25 m of both its ends, or joins two that end there; it
//     may be drawn as a line, or as a closed line that is longer than wide
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
  int solid = -1;  // it is a face of this one
};

struct SolidWall {
  std::vector<std::vector<Point>> rings;  // geometry.h
  double height_m = 0;
  double loss_db = 0;
  std::vector<std::pair<Point, Point>> doors;
};

struct FloorPlan {
  std::vector<Wall> walls;  // without the doors' openings
  std::vector<SolidWall> solids;
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

// The wall in which this is, or that is nearer than `within_m`; null: none. Walls that end below
// do not count.
const Wall* wall_at(const FloorPlan& plan, const Spot& spot, double within_m);

}  // namespace gradwave::channel
