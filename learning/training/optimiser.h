// SPDX-License-Identifier: GPL-2.0-only
// The server's step: stochastic gradient descent with momentum and weight decay, as PyTorch's SGD
// has them, on the mean u of what the workers sent:
//
//   u = (1/M) sum_i C_k[grad_i] + lambda w;    v <- beta v + u;    w <- w - eta_t v
//
// With error compensation the messages carry eta_t already, u = (1/M) sum_i C_k[g_i] + eta_t lambda
// w and w <- w - v. With beta = lambda = 0 this is the paper's step (Ruan et al. 2023, Algorithms 1
// and 2), and costs as many additions as there are entries in the sum.
//
// The workers repeat the step, whose v, w and M they know, so that only the sum has to reach them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "learning/compression/codec.h"
#include "learning/runtime/checkpoint.h"

namespace gradwave::learning {

class Optimiser {
 public:
  Optimiser(std::int64_t model_size, double momentum, double weight_decay,
            const at::Device& device);

  // The factors of one step: u = mean * sum + decay * lambda w, w <- w - step * v.
  struct Scales {
    double mean, decay, step;
  };

  // Steps from weights [d]; entries that are not in the sum are zero.
  void step(const Sparse& sum, const Scales& scales, const at::Tensor& weights);

  // The same from a dense u - lambda w, which it spoils [d].
  void step(const at::Tensor& gradient, double rate, const at::Tensor& weights);

  void keep(const std::string& name, Keeper& keeper) const;

  const at::Tensor& velocity() const { return velocity_; }  // v [d]; undefined if beta = 0

 private:
  void take(const at::Tensor& mean, const Scales& scales, const at::Tensor& weights);

  double momentum_, weight_decay_;
  at::Tensor velocity_;
};

}  // namespace gradwave::learning
