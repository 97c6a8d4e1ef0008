// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> team_settings() {
  return {
      {"team.workers", FIELD(learning.training.workers), "robots that learn together, M",
       range(1, 4096), kLearning | kChannel},
  };
}

}  // namespace gradwave
