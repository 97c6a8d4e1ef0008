// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> checkpoint_settings() {
  return {
      {"checkpoint.folder", FIELD(checkpoint.folder),
       "where each run writes its learner, weights and all, as RESULTS-run-ID.pt; empty: nowhere",
       any(), kSim},
      {"checkpoint.every", FIELD(checkpoint.every),
       "rounds between two checkpoints; 0: only one, after the last round", range(0, 1e8), kSim,
       unless("checkpoint.folder", {""})},
  };
}

}  // namespace gradwave
