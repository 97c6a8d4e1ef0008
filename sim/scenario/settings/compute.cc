// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> compute_settings() {
  return {
      {"compute.device", FIELD(compute.device),
       "computer on each robot; \"\": compute.rate_flops applies", words(devices), kSim, always(),
       "compute.rate_flops"},
      {"compute.devices", FIELD(compute.devices),
       "computer of each robot; \"\": compute.device; []: compute.device for all", words(devices),
       kSim},
      {"compute.rate_flops", FIELD(compute.rate_flops),
       "peak operations per second of a robot's computer, instead of compute.device; 0: set by the "
       "device",
       range(0, 1e18), kSim, always(), "compute.device"},
      {"compute.efficiency", FIELD(compute.efficiency),
       "fraction of the peak rate that training reaches; 0.1 is an assumption: measure your device",
       range(1e-6, 1), kSim},
      {"compute.jitter", FIELD(compute.jitter), "random variation of compute times between rounds",
       words(jitters), kSim},
      {"compute.jitter_cv", FIELD(compute.jitter_cv), "coefficient of variation of compute times",
       range(0, 10), kSim, unless("compute.jitter", {"none"})},
      {"compute.factors", FIELD(compute.factors),
       "compute time factor of each worker, 4: four times slower (a straggler); []: all 1",
       range(1e-3, 1e6), kSim},
  };
}

}  // namespace gradwave
