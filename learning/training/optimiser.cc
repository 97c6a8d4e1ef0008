// SPDX-License-Identifier: GPL-2.0-only
#include "learning/training/optimiser.h"

#include <ATen/ATen.h>

namespace gradwave::learning {

Optimiser::Optimiser(std::int64_t model_size, double momentum, double weight_decay,
                     const at::Device& device)
    : momentum_(momentum), weight_decay_(weight_decay) {
  if (momentum > 0) velocity_ = at::zeros({model_size}, device);
}

void Optimiser::step(SparseSum& sum, const Scales& scales, const at::Tensor& weights) {
  if (momentum_ == 0 && weight_decay_ == 0) {
    sum.subtract_from(weights, scales.mean * scales.step);
    return;
  }
  at::Tensor step = sum.dense() * scales.mean;
  if (weight_decay_ > 0) step.add_(weights, scales.decay * weight_decay_);
  if (momentum_ > 0) step = velocity_.mul_(momentum_).add_(step);
  weights.sub_(step, scales.step);
  sum.clear();
}

void Optimiser::keep(const std::string& name, Keeper& keeper) const {
  if (velocity_.defined()) keeper.keep(name + "_velocity", velocity_);
}

}  // namespace gradwave::learning
