// SPDX-License-Identifier: GPL-2.0-only
// What a run will send and cost, by rules of thumb, without running it.
#pragma once

#include <cstdint>
#include <utility>

#include "learning/description.h"
#include "sim/scenario/settings/settings.h"

namespace gradwave {

// Of this machine, by one run that learns itself (results/schema.sql, view forecasts).
struct Cost {
  double start_s = 0;  // of its process: forking, files, ns-3, the end of it
  double learning_s = 0;
  double network_s = 0;   // as if every round were simulated packet by packet
  double events = 0;      // ns-3's, likewise
  double peak_bytes = 0;  // of memory
  double file_bytes = 0;  // by which the results become longer

  double host_s() const { return start_s + learning_s + network_s; }
};
constexpr std::pair<const char*, double Cost::*> kCosts[] = {
    {"start_s", &Cost::start_s},       {"learning_s", &Cost::learning_s},
    {"network_s", &Cost::network_s},   {"events", &Cost::events},
    {"peak_bytes", &Cost::peak_bytes}, {"file_bytes", &Cost::file_bytes}};

struct Estimate {
  std::int64_t k = 0;                    // of the budget; d if nothing is sparsified
  std::int64_t k_least = 0, k_most = 0;  // over the rounds
  double uplink_bytes = 0;    // encoded, all workers and rounds; exact but for a t_hat that
                              // a pilot is still to find, and without a server, where it
                              // is of the links where robots start
  double downlink_bytes = 0;  // likewise; an estimate where it is the union of sparse ones
  Cost cost;
};

Estimate estimate(const Settings& settings, const learning::Description& description);

}  // namespace gradwave
