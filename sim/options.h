// SPDX-License-Identifier: GPL-2.0-only
// The simulator's own part of a scenario, as plain values, and the words that it may use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace gradwave {

using Words = std::vector<std::pair<std::string, std::string>>;

// How long a robot computes a gradient (compute/compute.h).
struct ComputeOptions {
  std::string device;                // devices(); empty: rate_flops says
  double rate_flops = 0;             // peak floating-point operations per second; 0: the device's
  double efficiency = 0.1;           // share of the peak that training small batches reaches
  std::string jitter = "lognormal";  // jitters()
  double jitter_cv = 0.1;            // its coefficient of variation
  std::vector<std::string> devices;  // [M], "": as above; empty: all alike
  std::vector<double> factors;       // [M], 4 is four times slower; empty: all 1
};
Words devices();
Words jitters();

// Which rounds are simulated packet by packet (sampling/sampled_transport.h).
struct SamplingOptions {
  std::string fidelity = "packet";  // fidelities()
  double max_error = 0.02;          // of the time that has passed, which sampling may add
  double confidence = 0.95;         // that it is no more
};
Words fidelities();
bool samples(const SamplingOptions& options);  // whether rounds are drawn

struct TransportLimits {
  double connect_timeout_s = 30;  // simulated, to associate, then for each connection
  double stall_s = 150;  // simulated, no byte arriving anywhere; two of TCP's longest waits
};

// Whether and when a run writes down its learner: to folder/RESULTS-run-ID.pt,
// RESULTS the name of the results file.
struct CheckpointOptions {
  std::filesystem::path folder;  // empty: never
  std::int64_t every = 0;        // rounds; after the last one in any case
};

// What of a run is written down.
struct ResultOptions {
  std::string transfers = "all";  // kept_transfers()
};

// Of which rounds a run keeps the messages' rows, a word each; and whether this one is among them.
Words kept_transfers();
bool keeps_transfers(const std::string& word, std::int64_t round);

}  // namespace gradwave
