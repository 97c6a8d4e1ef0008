// SPDX-License-Identifier: GPL-2.0-only
#include "learning/theory/pilot.h"

#include <algorithm>
#include <cmath>

namespace gradwave::learning {

Coefficients coefficients(const Pilot& pilot, const Method& method) {
  const double eta = method.learning_rate;
  const double ratio = method.model_size / method.k;
  const double noise = ratio * pilot.gradient_variance * (eta * pilot.smoothness + 1);
  if (method.error_compensation) {
    return {2 * ratio * eta * pilot.initial_loss, noise * eta * eta, eta * pilot.convexity / 2};
  }
  return {2 * ratio * pilot.initial_loss / eta, noise, eta * pilot.convexity / ratio};
}

std::int64_t estimate_t_hat(const Coefficients& coefficients, std::int64_t rounds) {
  const auto [alpha, beta, contraction] = coefficients;
  const auto last = static_cast<double>(rounds);
  double t_hat = 0;  // one step forgets all that went before: A_t B_t = 0 but at the end
  if (contraction <= 0) {
    t_hat = last;
  } else if (contraction < 1) {
    // The lemma's formula, multiplied by alpha + sqrt(...) above and below: it divides by beta,
    // which may be zero, and takes a small number from one that is nearly the same.
    const double log_decay = std::log1p(-contraction);
    const double root = std::sqrt(alpha * alpha - 4 * alpha * beta / log_decay);
    t_hat = std::floor(-2 * alpha / (log_decay * (alpha + root)));
  }
  if (!(t_hat >= 0)) t_hat = 0;  // no loss (alpha = 0), or an estimate that is not a number
  return static_cast<std::int64_t>(std::min(t_hat, last));
}

}  // namespace gradwave::learning
