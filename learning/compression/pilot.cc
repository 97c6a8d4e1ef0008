// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/pilot.h"

#include <algorithm>
#include <cmath>

namespace gradwave::learning {

std::int64_t estimate_t_hat(const Pilot& pilot, std::int64_t rounds, std::int64_t workers,
                            double learning_rate) {
  const double alpha = 2 * pilot.initial_loss / learning_rate;
  const double beta = (1 + learning_rate * pilot.smoothness / static_cast<double>(workers)) *
                      pilot.gradient_variance;
  const double decay = 1 - learning_rate * pilot.convexity;  // B

  const auto last = static_cast<double>(rounds);
  double t_hat = last;  // without noise (beta = 0) or contraction (B = 1) c_t falls to the end
  if (decay <= 0) {
    t_hat = 0;  // one step forgets all that went before: c_t = 0 but at the end
  } else if (beta > 0 && decay < 1) {
    const double discriminant = alpha * alpha - 4 * alpha * beta / std::log(decay);
    t_hat = std::floor((-alpha + std::sqrt(discriminant)) / (2 * beta));
  }
  if (!(t_hat >= 0)) t_hat = 0;  // an estimate that is not a number says nothing
  return static_cast<std::int64_t>(std::min(t_hat, last));
}

}  // namespace gradwave::learning
