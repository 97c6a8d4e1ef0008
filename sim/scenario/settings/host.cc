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
       "what the CPU learns with: AVX2 and FMA, for the same bits on every x86-64, or all it has",
       words(learning::arithmetics), kLearning},
      {"host.ahead", FIELD(ahead),
       "rounds that learning may be before the network, in a thread of its own, where the network "
       "cannot change what is learned; 0: in step. The results are the same",
       range(0, 1e6), kSim},
  };
}

}  // namespace gradwave
