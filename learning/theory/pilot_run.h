// SPDX-License-Identifier: GPL-2.0-only
// The pilot itself: a few rounds of uncompressed D-SGD (Ruan et al. 2023, Eq. 3), along which the
// constants of the paper's assumptions are measured.
//
//   F, grad F   means over the workers' reference batches, which stay the same all along: between
//               two rounds only w changes, so that L and mu are the function's and not the sampling
//               noise's
//   F(w_0)      there, at the initial weights
//   L           max over t of |grad F(w_{t+1}) - grad F(w_t)| / |w_{t+1} - w_t|
//   mu          min over t of |grad F(w_t)|^2 / (2 (F(w_t) - F*)), F* as it is given
//   G^2         max over t of (1/M) sum_i |grad_i|^2, from the training batches
//   sigma^2     mean over t of (1/(M-1)) sum_i |grad_i - mean_i grad_i|^2, a worker's own variance,
//               over M; a worker alone (M = 1) is compared with grad F instead
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "learning/data/sampling.h"
#include "learning/models/model.h"
#include "learning/theory/pilot.h"

namespace gradwave::learning {

// Everything but t_hat, from `rounds` >= 2 rounds. `start` [d] and `buffers`, one worker's, are
// left as they are and `batches` is a copy: the run itself starts where it would have without a
// pilot. Throws OptionError if the loss is not finite.
Pilot run_pilot(const Model& model, const at::Tensor& start, const Buffers& buffers,
                BatchStream batches, const Batches& reference, std::int64_t rounds,
                double learning_rate, double optimal_loss);

// F and grad F [d] at some w.
struct Point {
  double loss = 0;
  at::Tensor gradient;
};

// Means over the workers' reference batches. Leaves the buffers, one worker's, as they are.
Point point_at(const Model& model, const at::Tensor& weights, const Buffers& buffers,
               const Batches& reference);

}  // namespace gradwave::learning
