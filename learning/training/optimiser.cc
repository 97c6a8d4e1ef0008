// SPDX-License-Identifier: GPL-2.0-only
#include "learning/training/optimiser.h"

#include <ATen/ATen.h>

#include "learning/compression/sparse.h"

namespace gradwave::learning {

Optimiser::Optimiser(std::int64_t model_size, double momentum, double weight_decay,
                     const at::Device& device)
    : momentum_(momentum), weight_decay_(weight_decay) {
  if (momentum > 0) velocity_ = at::zeros({model_size}, device);
}

void Optimiser::step(const Sparse& sum, const Scales& scales, const at::Tensor& weights) {
  if (momentum_ == 0 && weight_decay_ == 0) {
    subtract_at(weights, sum, scales.mean * scales.step);
    return;
  }
  at::Tensor step = at::zeros_like(weights);
  add_at(step, sum);
  step.mul_(scales.mean);
  take(step, scales, weights);
}

void Optimiser::step(const at::Tensor& gradient, double rate, const at::Tensor& weights) {
  take(gradient, {1, 1, rate}, weights);
}

// From the mean of what was sent.
void Optimiser::take(const at::Tensor& mean, const Scales& scales, const at::Tensor& weights) {
  if (weight_decay_ > 0) mean.add_(weights, scales.decay * weight_decay_);
  if (momentum_ > 0) velocity_.mul_(momentum_).add_(mean);
  weights.sub_(momentum_ > 0 ? velocity_ : mean, scales.step);
}

void Optimiser::keep(const std::string& name, Keeper& keeper) const {
  if (velocity_.defined()) keeper.keep(name + "_velocity", velocity_);
}

}  // namespace gradwave::learning
