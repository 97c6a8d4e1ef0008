// SPDX-License-Identifier: GPL-2.0-only
// A network seen from above before anything runs: who stands where, behind how many walls, and what
// his radio would get.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

// Of a robot where it starts, without fading and interference, to the station (access point,
// server; without one, another robot) that hears it best.
struct Covered {
  Point place, station;
  double distance_m = 0;
  int walls = 0;  // between them
  double path_loss_db = 0;
  double snr_db = 0;                // of its uplink: 5G over the resource blocks that it would use
  double up_bps = 0, down_bps = 0;  // alone, of the physical layer
  bool reached = false;             // both ways
};

// What robots [M] get where they are now, of a network that stands in this process's ns-3.
using CoverageNow = std::function<std::vector<Covered>()>;

// [M]; nothing where robots have no places. The options are checked.
std::vector<Covered> coverage(const LinkOptions& options);

// "path loss umi, fading none, 802.11ax, 20 MHz at 5GHz, 2 streams, ...", as ns3.defaults have it;
// "" where there is no radio. The options are checked.
std::string radio_summary(const LinkOptions& options);
// The word of the setting that holds for this technology; "" where there is no radio.
std::string fading_of(const LinkOptions& options);

struct FloorMap {
  struct Line {
    std::vector<Point> points;
    std::string name;  // a wall's material
  };
  struct Hop {  // between robots, or a robot and the server
    Point from, to;
    bool is_route = false;
  };
  struct Grid {  // SNR over the floor, row by row from the lowest; NaN: not reached
    Point least;
    double step_m = 0;
    int columns = 0, rows = 0;
    std::vector<double> snr_db;
  };
  Point least, most;  // corners of what is to be seen
  std::vector<Line> walls, doors, paths;
  std::vector<Point> stations;  // or the server of a mesh
  std::vector<Covered> robots;
  std::vector<Hop> hops;  // of a mesh
  Grid grid;              // empty where there is no station
};

// With a grid of at most `most_cells` points. Throws OptionError where robots have no places.
FloorMap map_of(const LinkOptions& options, int most_cells);

}  // namespace gradwave::channel
