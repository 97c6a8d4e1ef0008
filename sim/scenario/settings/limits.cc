// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> limits_settings() {
  return {
      {"limits.connect_timeout_s", FIELD(limits.connect_timeout_s),
       "simulated time that all have to associate before round 0, then each to connect",
       range(0.1, 1e6), kSim},
      {"limits.stall_s", FIELD(limits.stall_s),
       "simulated time without one byte arriving anywhere after which the run has failed; TCP "
       "waits up to 60 s between two attempts",
       range(0.1, 1e9), kSim},
  };
}

}  // namespace gradwave
