// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> theory_settings() {
  return {
      {"theory.pilot_rounds", FIELD(learning.theory.pilot_rounds),
       "uncompressed pilot rounds (up to T, before the run) that measure the bounds' constants; 0: "
       "no pilot, no bounds",
       range(0, 1e6), kLearning},
      {"theory.optimal_loss", FIELD(learning.theory.optimal_loss),
       "minimum loss F* that mu and the bounds assume", range(0, 1e6), kLearning,
       unless("theory.pilot_rounds", {"0"})},
  };
}

}  // namespace gradwave
