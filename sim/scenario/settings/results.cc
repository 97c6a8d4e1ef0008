// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> results_settings() {
  return {
      {"results.transfers", FIELD(results.transfers),
       "of which rounds every message has a row; the rounds' own rows are always there",
       words(kept_transfers), kSim},
  };
}

}  // namespace gradwave
