// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/arithmetic.h"
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> host_settings() {
  return {
      {"host.device", FIELD(learning.host.device),
       "training device of this machine: auto (a GPU if there is one), cpu, cuda or cuda:N", any(),
       kLearning},
      {"host.arithmetic", FIELD(learning.host.arithmetic),
       "CPU instructions for training: AVX2 and FMA only (same bits on every x86-64), or all "
       "available",
       words(learning::arithmetics), kLearning},
      {"host.ahead", FIELD(ahead),
       "rounds that training may run ahead of the network, in its own thread; 0: in step. Results "
       "do not change",
       range(0, 1e6), kSim},
  };
}

}  // namespace gradwave
