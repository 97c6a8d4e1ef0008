// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> network_settings() {
  const auto sampled = [] { return when("network.fidelity", {"sampled"}); };
  return {
      {"network.fidelity", FIELD(sampling.fidelity), "which rounds are simulated packet by packet",
       words(fidelities), kSim},
      {"network.max_error", FIELD(sampling.max_error),
       "by how much drawing rounds may make the simulated time wrong about what is to be expected, "
       "as a share of it",
       range(1e-4, 1), kSim, sampled()},
      {"network.confidence", FIELD(sampling.confidence), "that it is no more", range(0.5, 0.9999),
       kSim, sampled()},
  };
}

}  // namespace gradwave
