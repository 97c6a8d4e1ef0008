// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> mobility_settings() {
  return {
      {"mobility.model", FIELD(link.mobility.model), "how the robots move",
       words(channel::mobilities), kChannel, on_radio()},
      {"mobility.speed_min_mps", FIELD(link.mobility.speed_min_mps), "the least speed drawn",
       range(1e-3, 1e3), kChannel,
       when("mobility.model", {"random-waypoint", "gauss-markov", "patrol"})},
      {"mobility.speed_max_mps", FIELD(link.mobility.speed_max_mps), "the greatest speed drawn",
       range(1e-3, 1e3), kChannel,
       when("mobility.model", {"random-waypoint", "gauss-markov", "patrol"})},
      {"mobility.pause_s", FIELD(link.mobility.pause_s), "at each point or corner", range(0, 1e6),
       kChannel, when("mobility.model", {"random-waypoint", "patrol"})},
      {"mobility.memory", FIELD(link.mobility.memory),
       "of speed and direction, from one step to the next: 0 none, 1 straight on", range(0, 1),
       kChannel, when("mobility.model", {"gauss-markov"})},
      {"mobility.turn_rad", FIELD(link.mobility.turn_rad),
       "deviation of the direction, where there is no memory", range(0, 3.2), kChannel,
       when("mobility.model", {"gauss-markov"})},
      {"mobility.step_s", FIELD(link.mobility.step_s), "between two changes", range(0.01, 1e6),
       kChannel, when("mobility.model", {"gauss-markov"})},
      {"mobility.loops_m", FIELD(link.mobility.loops_m),
       "corners of each loop, given to the robots in turn; who shares one is spread over it",
       range(-1e6, 1e6), kChannel, when("mobility.model", {"patrol"})},
      {"mobility.file", FIELD(link.mobility.file),
       "of waypoints (a table) or of ns-2's; beside the scenario unless the path is absolute",
       any(), kChannel, when("mobility.model", {"waypoints", "ns2"})},
      {"mobility.ending", FIELD(link.mobility.ending), "after a robot's last waypoint",
       words(channel::endings), kChannel, when("mobility.model", {"waypoints"})},
      {"mobility.time_origin_s", FIELD(link.mobility.time_origin_s),
       "the time in mobility.file at which round 0 begins", range(0, 1e10), kChannel,
       when("mobility.model", {"waypoints", "ns2"})},
  };
}

}  // namespace gradwave
