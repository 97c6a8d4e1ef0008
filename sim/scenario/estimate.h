// SPDX-License-Identifier: GPL-2.0-only
// What a run will send and roughly cost, without running it.
#pragma once

#include <cstdint>

#include "learning/learner.h"
#include "sim/scenario/settings/settings.h"

namespace gradwave {

struct Estimate {
  std::int64_t k = 0;                    // of the budget; d if nothing is sparsified
  std::int64_t k_least = 0, k_most = 0;  // over the rounds
  double uplink_bytes = 0;    // encoded, all workers and rounds; exact but for a t_hat that
                              // a pilot is still to find, and without a server, where it
                              // is of the links where robots start
  double downlink_bytes = 0;  // likewise; an estimate where it is the union of sparse ones
  double host_s = 0;          // a guess at this program's own time on one core
};

Estimate estimate(const Settings& settings, const learning::Description& description);

}  // namespace gradwave
