// SPDX-License-Identifier: GPL-2.0-only
#include "learning/theory/bound.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace gradwave::learning {
namespace {

// (1 - contraction)^exponent, also where the contraction is too small to be seen in 1 - contraction
// or, with steps far too large, above 1.
double power(double contraction, double exponent) {
  return contraction < 1 ? std::exp(exponent * std::log1p(-contraction))
                         : std::pow(1 - contraction, exponent);
}

// [1 - (1 - c)^T] / c = sum_t (1 - c)^t; T for c = 0.
double geometric_sum(double contraction, double rounds) {
  if (contraction == 0) return rounds;
  if (contraction < 1) return -std::expm1(rounds * std::log1p(-contraction)) / contraction;
  return (1 - power(contraction, rounds)) / contraction;
}

// Factors of |.|^2 in c_t.
struct Weights {
  double usual = 0;  // times (1 - contraction)^(T-1-t)
  double last = 0;   // t = T - 1
};

}  // namespace

Bound bound_of(const Pilot& pilot, const Method& method, double optimal_loss,
               const std::vector<std::int64_t>& k_t, const std::vector<double>& squared_norms) {
  assert(!k_t.empty() && k_t.size() == squared_norms.size());
  const double d = method.model_size, k = method.k, eta = method.learning_rate;
  const double mu = pilot.convexity, smoothness = pilot.smoothness;
  const double gap = pilot.initial_loss - optimal_loss;
  const auto rounds = static_cast<double>(k_t.size());

  Bound bound;
  bound.theorem = method.error_compensation ? 2 : 1;
  bound.coefficients = coefficients(pilot, method);
  const auto [alpha, beta, contraction] = bound.coefficients;
  const double left = power(contraction, rounds);
  Weights weights;
  if (method.error_compensation) {
    const double per_entry = (mu + 2 * smoothness) / d, q = 1 - contraction;
    weights = {q * per_entry, per_entry};
    const double squared_distance = mu > 0 ? 2 * gap / mu : std::numeric_limits<double>::infinity();
    // (2 / (mu eta) - 1) (1 - q^T) = q (1 - q^T) / (1 - q)
    bound.m_or_p =
        (1 / eta - mu / 2) * (left * squared_distance + q * geometric_sum(contraction, rounds) *
                                                            eta * eta * pilot.squared_gradient) +
        eta * pilot.squared_gradient;
  } else {
    weights = {eta / (2 * d), eta / (2 * d)};
    bound.m_or_p = left * gap;
    // d / (2 k mu) = (eta / 2) / (eta mu k / d)
    bound.n_or_q = eta / 2 * (1 - k / d + eta * smoothness) * pilot.gradient_variance *
                   geometric_sum(contraction, rounds);
  }

  for (std::size_t t = 0; t < k_t.size(); ++t) {
    const double decay = power(contraction, rounds - 1 - static_cast<double>(t));
    const double weight = t + 1 == k_t.size() ? weights.last : weights.usual * decay;
    const double n = static_cast<double>(k_t[t]) - k;
    const double by_lemma = alpha / std::max(1.0, static_cast<double>(t)) + beta;
    bound.adaptation += weight * squared_norms[t] * n;
    bound.adaptation_by_lemma += weights.usual * decay * by_lemma * n;
    if (method.error_compensation) bound.n_or_q += weight * squared_norms[t] * (d - k);
  }
  return bound;
}

}  // namespace gradwave::learning
