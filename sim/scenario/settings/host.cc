// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> host_settings() {
  return {
      {"host.device", FIELD(learning.host.device),
       "what this machine learns on: auto (a GPU if there is one), cpu, cuda or cuda:N", any(),
       kLearning},
  };
}

}  // namespace gradwave
