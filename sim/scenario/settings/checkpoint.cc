// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> checkpoint_settings() {
  return {
      {"checkpoint.folder", FIELD(checkpoint.folder),
       "folder for each run's checkpoint RESULTS-run-ID.pt (weights and training state); \"\": "
       "none",
       any(), kSim},
      {"checkpoint.every", FIELD(checkpoint.every),
       "rounds between checkpoints; 0: one, after the last round", range(0, 1e8), kSim,
       unless("checkpoint.folder", {""})},
  };
}

}  // namespace gradwave
