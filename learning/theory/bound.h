// SPDX-License-Identifier: GPL-2.0-only
// The paper's bounds on how far from the optimum a run ends (Ruan et al. 2023), with numbers in
// them. Of the constants F(w_0), L, mu, sigma^2, G^2, the step size eta, k_t = k + n_t and F*:
//
//   without error compensation, Theorem 1 (Eq. 14): E F(w_T) - F* <= M + N - sum_t c_t n_t
//     M   = (1 - eta mu k / d)^T (F(w_0) - F*)
//     N   = d / (2 k mu) (1 - k / d + eta L) sigma^2 [1 - (1 - eta mu k / d)^T]
//     c_t = eta / (2 d) |grad_t|^2 (1 - eta mu k / d)^(T-1-t)
//
//   with it, Theorem 2 (Eq. 29), q = 1 - eta mu / 2: E F(w_T) - F* <= P + Q - sum_t c_t n_t
//     P   = q^T (1/eta - mu/2) |w_0 - w*|^2 + eta G^2
//           + (1/eta - mu/2) (2/(mu eta) - 1) [1 - q^T] eta^2 G^2
//     Q   = sum_t c_t (d - k)
//     c_t = (mu + 2 L) / d |g_t|^2, times q q^(T-1-t) but for the last round
//
// M + N and P + Q are those of a fixed k; the sum over n_t is what adaptation takes away, and is
// given twice: with the run's measured squared norms, and with alpha/t + beta of Lemma 2 or 7 in
// their place (Eq. 22 and 37, whose factor is q for the last round as well).
//
// Our readings: |w_0 - w*|^2 is at most 2 (F(w_0) - F*) / mu, by Assumption 5; the sum of Eq. 29 is
// taken away as a whole, as Eq. 30 has it, although a plus is printed before its second part;
// alpha/t + beta is taken as alpha + beta at t = 0, which is what the lemmas' proofs leave of their
// sums after one round. The theorems speak of one gradient that is compressed, the mean of the
// workers'; each worker compresses its own.
#pragma once

#include <vector>

#include "learning/theory/pilot.h"

namespace gradwave::learning {

struct Bound {
  int theorem = 1;
  Coefficients coefficients;       // alpha, beta and 1 - B of A_t B_t
  double m_or_p = 0, n_or_q = 0;   // infinite where mu = 0 leaves no bound
  double adaptation = 0;           // the sum over n_t, with the measured norms
  double adaptation_by_lemma = 0;  // and with alpha/t + beta
};

// `k_t` and `squared_norms` are [T], T >= 1: of |grad_t|^2, the mean gradient's, or with error
// compensation of |g_t|^2. `optimal_loss` is F*.
Bound bound_of(const Pilot& pilot, const Method& method, double optimal_loss,
               const std::vector<std::int64_t>& k_t, const std::vector<double>& squared_norms);

}  // namespace gradwave::learning
