// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> mobility_settings() {
  return {
      {"mobility.model", FIELD(link.mobility.model), "mobility model of the robots",
       words(channel::mobilities), kChannel, on_radio()},
      {"mobility.speed_min_mps", FIELD(link.mobility.speed_min_mps), "minimum speed",
       range(1e-3, 1e3), kChannel,
       when("mobility.model", {"random-waypoint", "gauss-markov", "patrol"})},
      {"mobility.speed_max_mps", FIELD(link.mobility.speed_max_mps), "maximum speed",
       range(1e-3, 1e3), kChannel,
       when("mobility.model", {"random-waypoint", "gauss-markov", "patrol"})},
      {"mobility.pause_s", FIELD(link.mobility.pause_s), "pause at each waypoint or corner",
       range(0, 1e6), kChannel, when("mobility.model", {"random-waypoint", "patrol"})},
      {"mobility.memory", FIELD(link.mobility.memory),
       "memory alpha of Gauss-Markov speed and direction; 0: none, 1: constant velocity",
       range(0, 1), kChannel, when("mobility.model", {"gauss-markov"})},
      {"mobility.turn_rad", FIELD(link.mobility.turn_rad),
       "standard deviation of the direction's random part (Gauss-Markov)", range(0, 3.2), kChannel,
       when("mobility.model", {"gauss-markov"})},
      {"mobility.step_s", FIELD(link.mobility.step_s),
       "interval between velocity changes (Gauss-Markov)", range(0.01, 1e6), kChannel,
       when("mobility.model", {"gauss-markov"})},
      {"mobility.loops_m", FIELD(link.mobility.loops_m),
       "corners of each loop, assigned to robots in turn; robots that share a loop are spread over "
       "it",
       range(-1e6, 1e6), kChannel, when("mobility.model", {"patrol"})},
      {"mobility.file", FIELD(link.mobility.file),
       "file of waypoints (a table) or ns-2 movements; relative to the scenario, or an absolute "
       "path",
       any(), kChannel, when("mobility.model", {"waypoints", "ns2"})},
      {"mobility.ending", FIELD(link.mobility.ending), "behaviour after a robot's last waypoint",
       words(channel::endings), kChannel, when("mobility.model", {"waypoints"})},
      {"mobility.time_origin_s", FIELD(link.mobility.time_origin_s),
       "time in mobility.file at which round 0 begins", range(0, 1e10), kChannel,
       when("mobility.model", {"waypoints", "ns2"})},
  };
}

}  // namespace gradwave
