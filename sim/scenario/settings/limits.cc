// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> limits_settings() {
  return {
      {"limits.connect_timeout_s", FIELD(limits.connect_timeout_s),
       "simulated time limit for association before round 0, and again for each connection",
       range(0.1, 1e6), kSim},
      {"limits.stall_s", FIELD(limits.stall_s),
       "simulated time without any received byte after which a run fails; TCP retries up to 60 s "
       "apart",
       range(0.1, 1e9), kSim},
  };
}

}  // namespace gradwave
