// SPDX-License-Identifier: GPL-2.0-only
// The server's step: stochastic gradient descent with momentum and weight decay, as PyTorch's SGD
// has them, on the mean u of what the workers sent:
//
//   u = (1/M) sum_i C_k[grad_i] + lambda w;    v <- beta v + u;    w <- w - eta_t v
//
// With error compensation the messages carry eta_t already, u = (1/M) sum_i C_k[g_i] + eta_t lambda
// w and w <- w - v. With beta = lambda = 0 this is the paper's step (Ruan et al. 2023, Algorithms 1
// and 2), and costs what sparse_sum.h says.
//
// The workers repeat the step, whose v and w they know, so that only the sum has to reach them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "learning/compression/sparse_sum.h"
#include "learning/runtime/checkpoint.h"

namespace gradwave::learning {

class Optimiser {
 public:
  Optimiser(std::int64_t model_size, double momentum, double weight_decay,
            const at::Device& device);

  // The factors of one step: u = mean_scale * sum + decay_scale * lambda w, w <- w - step_scale v.
  struct Scales {
    double mean, decay, step;
  };

  // Steps from weights [d]; the sum is empty afterwards.
  void step(SparseSum& sum, const Scales& scales, const at::Tensor& weights);

  void keep(const std::string& name, Keeper& keeper) const;

  const at::Tensor& velocity() const { return velocity_; }  // v [d]; undefined if beta = 0

 private:
  double momentum_, weight_decay_;
  at::Tensor velocity_;
};

}  // namespace gradwave::learning
