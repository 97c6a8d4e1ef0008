// SPDX-License-Identifier: GPL-2.0-only
#include "learning/optimiser.h"

namespace gradwave::learning {

Optimiser::Optimiser(std::int64_t model_size, double momentum, double weight_decay)
    : momentum_(static_cast<float>(momentum)),
      weight_decay_(weight_decay),
      velocity_(momentum > 0 ? model_size : 0, 0.0F) {}

void Optimiser::step(SparseSum& sum, const Scales& scales, std::vector<float>& weights) {
  if (momentum_ == 0 && weight_decay_ == 0) {
    sum.subtract_from(weights, static_cast<float>(scales.mean * scales.step));
    return;
  }
  const float* dense = sum.dense().data();
  const auto mean = static_cast<float>(scales.mean), step = static_cast<float>(scales.step);
  const auto decay = static_cast<float>(scales.decay * weight_decay_);
  for (std::size_t j = 0; j < weights.size(); ++j) {
    float u = mean * dense[j] + decay * weights[j];
    if (momentum_ > 0) u = velocity_[j] = momentum_ * velocity_[j] + u;
    weights[j] -= step * u;
  }
  sum.clear();
}

}  // namespace gradwave::learning
