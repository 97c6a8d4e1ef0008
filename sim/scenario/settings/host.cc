// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/arithmetic.h"
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> host_settings() {
  return {
      {"host.device", FIELD(learning.host.device),
       "what this machine learns on: auto (a GPU if there is one), cpu, cuda or cuda:N", any(),
       kLearning},
      {"host.arithmetic", FIELD(learning.host.arithmetic),
       "whether every machine gives the same numbers, or each the soonest",
       words(learning::arithmetics), kLearning},
  };
}

}  // namespace gradwave
