// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> compute_settings() {
  return {
      {"compute.device", FIELD(compute.device), "the computer on each robot", words(devices), kSim,
       always(), "compute.rate_flops"},
      {"compute.devices", FIELD(compute.devices),
       "of each robot instead; \"\": compute.device; empty: all alike", words(devices), kSim},
      {"compute.rate_flops", FIELD(compute.rate_flops),
       "its peak operations per second, instead of a device; 0: the device says", range(0, 1e18),
       kSim, always(), "compute.device"},
      {"compute.efficiency", FIELD(compute.efficiency),
       "share of the peak that training reaches; measure yours, 0.1 is only an assumption",
       range(1e-6, 1), kSim},
      {"compute.jitter", FIELD(compute.jitter), "how compute times scatter over the rounds",
       words(jitters), kSim},
      {"compute.jitter_cv", FIELD(compute.jitter_cv), "their deviation over their mean",
       range(0, 10), kSim, unless("compute.jitter", {"none"})},
      {"compute.factors", FIELD(compute.factors),
       "per worker, 4 is four times slower (a straggler); empty: all alike", range(1e-3, 1e6),
       kSim},
  };
}

}  // namespace gradwave
