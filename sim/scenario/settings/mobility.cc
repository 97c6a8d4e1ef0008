// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> mobility_settings() {
  return {
      {"mobility.model", FIELD(link.mobility.model), "how the robots move",
       words(channel::mobilities), kChannel, unless("link.technology", {"wire"})},
      {"mobility.speed_min_mps", FIELD(link.mobility.speed_min_mps), "the least speed drawn",
       range(1e-3, 1e3), kChannel, when("mobility.model", {"random-waypoint"})},
      {"mobility.speed_max_mps", FIELD(link.mobility.speed_max_mps), "the greatest speed drawn",
       range(1e-3, 1e3), kChannel, when("mobility.model", {"random-waypoint"})},
      {"mobility.pause_s", FIELD(link.mobility.pause_s), "at each point", range(0, 1e6), kChannel,
       when("mobility.model", {"random-waypoint"})},
  };
}

}  // namespace gradwave
