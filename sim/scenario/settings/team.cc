// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> team_settings() {
  return {
      {"team.workers", FIELD(learning.training.workers), "robots that learn together, M",
       range(1, 4096), kLearning | kChannel},
      {"team.robots", FIELD(robots),
       "a table with a line a robot: robot, and any of x_m and y_m, device, factor, "
       "sending_rate_bps, power_dbm, gain_dbi, streams",
       any(), kSim},
  };
}

}  // namespace gradwave
