// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

// Robots that are told where they are by how they move have no layout.
std::vector<Setting> placement_settings() {
  return {
      {"placement.layout", FIELD(link.placement.layout), "initial placement of the robots",
       words(channel::placements), kChannel,
       unless("mobility.model", {"patrol", "waypoints", "ns2"})},
      {"placement.radius_m", FIELD(link.placement.radius_m),
       "radius of the disc or circle around the access point", range(0.1, 1e6), kChannel,
       when("placement.layout", {"disc", "circle"})},
      {"placement.spacing_m", FIELD(link.placement.spacing_m),
       "distance between neighbours on the grid", range(0.01, 1e6), kChannel,
       when("placement.layout", {"grid"})},
      {"placement.positions_m", FIELD(link.placement.positions_m), "position [x, y] of each robot",
       range(-1e6, 1e6), kChannel, when("placement.layout", {"list"})},
      {"placement.height_m", FIELD(link.placement.height_m), "height of the robots' antennas",
       range(0, 1e5), kChannel, on_radio()},
      {"placement.access_point_m", FIELD(link.placement.access_point_m),
       "position [x, y] of the access point or station", range(-1e6, 1e6), kChannel, on_radio()},
      {"placement.access_point_height_m", FIELD(link.placement.access_point_height_m),
       "height of the access point's antenna", range(0, 1e5), kChannel, on_radio()},
  };
}

}  // namespace gradwave
