// SPDX-License-Identifier: GPL-2.0-only
// How long a robot computes a gradient, in simulated seconds: a model, never this machine's clock.
//
//   compute_s = operations / (efficiency * device rate) * factor_i * jitter
//   operations = 3 * 2 * multiply-adds of a forward pass * batch
//
// The backward pass is two products of the forward pass's size (by inputs, by weights), and a
// multiply-add is two operations. Jitter has mean 1. The server computes in no time.
#pragma once

#include <cstdint>
#include <vector>

#include "learning/runtime/random.h"
#include "sim/options.h"

namespace gradwave {

class ComputeTimes {
 public:
  // Throws SettingError if the options name no device and no rate, or both, or not one
  // factor or device per worker.
  ComputeTimes(const ComputeOptions& options, double forward_macs, std::int64_t batch,
               std::int64_t workers, std::uint64_t seed);

  // The workers' compute times of the next round [M].
  std::vector<double> next();

  double longest_mean_s() const;  // of the slowest worker

 private:
  std::vector<double> mean_s_;  // [M]
  double (*jitter_)(learning::Random& random, double cv);
  double jitter_cv_;
  std::vector<learning::Random> random_;  // [M]
};

}  // namespace gradwave
