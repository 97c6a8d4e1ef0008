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
  if (weight_decay_ > 0) step.add_(weights, scales.decay * weight_decay_);
  if (momentum_ > 0) step = velocity_.mul_(momentum_).add_(step);
  weights.sub_(step, scales.step);
}

void Optimiser::keep(const std::string& name, Keeper& keeper) const {
  if (velocity_.defined()) keeper.keep(name + "_velocity", velocity_);
}

}  // namespace gradwave::learning
