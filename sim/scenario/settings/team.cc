// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> team_settings() {
  return {
      {"team.workers", FIELD(learning.training.workers),
       "number of workers (robots that train together), M", range(1, 4096), kLearning | kChannel},
      {"team.robots", FIELD(robots),
       "table with a row per robot: robot and any of x_m and y_m, device, factor, "
       "sending_rate_bps, power_dbm, gain_dbi, streams; \"\": none",
       any(), kSim},
  };
}

}  // namespace gradwave
