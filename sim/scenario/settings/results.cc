// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> results_settings() {
  return {
      {"results.transfers", FIELD(results.transfers),
       "rounds whose messages are stored one row each; every round itself is always stored",
       words(kept_transfers), kSim},
  };
}

}  // namespace gradwave
