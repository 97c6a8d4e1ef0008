// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> theory_settings() {
  return {
      {"theory.pilot_rounds", FIELD(learning.theory.pilot_rounds),
       "rounds of a pilot, uncompressed, not counted and at most as many as the run has, that "
       "measures the constants of the paper's bounds; 0: no pilot and no bounds",
       range(0, 1e6), kLearning},
      {"theory.optimal_loss", FIELD(learning.theory.optimal_loss),
       "F*, the least loss there could be, as mu and the bounds assume it", range(0, 1e6),
       kLearning, unless("theory.pilot_rounds", {"0"})},
  };
}

}  // namespace gradwave
