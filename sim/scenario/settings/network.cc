// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> network_settings() {
  const auto sampled = [] { return when("network.fidelity", {"sampled"}); };
  return {
      {"network.fidelity", FIELD(sampling.fidelity), "rounds that are simulated at packet level",
       words(fidelities), kSim},
      {"network.max_error", FIELD(sampling.max_error),
       "largest relative error of the expected simulated time that sampling may add",
       range(1e-4, 1), kSim, sampled()},
      {"network.confidence", FIELD(sampling.confidence), "confidence level of network.max_error",
       range(0.5, 0.9999), kSim, sampled()},
  };
}

}  // namespace gradwave
