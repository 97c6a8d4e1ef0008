// SPDX-License-Identifier: GPL-2.0-only
// What a short uncompressed run with the same weights, data and seed says about a run, and the
// t_hat of AdapTop-K that follows from it (Ruan et al. 2023).
//
// Lemma 2, or Lemma 7 with error compensation, bounds the squared norm of what is compressed,
//
//   |.|^2 <= alpha / t + beta,
//
// and an entry sent in round t counts A_t B_t = (alpha / t + beta) B^(T-1-t) in the bound of
// Theorem 1 or 2, which falls, is least at
//
//   t_hat = floor((-alpha + sqrt(alpha^2 - 4 alpha beta / ln B)) / (2 beta))      Lemma 3, Lemma 8
//
// and rises again. Of the model size d, the mean k of k_t and the step size eta, without error
// compensation and with it:
//
//              alpha                  beta                              B
//   without    2 d F(w_0) / (k eta)   d sigma^2 (eta L + 1) / k         1 - eta mu k / d
//   with it    2 d eta F(w_0) / k     d sigma^2 eta^2 (eta L + 1) / k   1 - eta mu / 2
//
// These are the paper's. How the constants F(w_0), L, mu and sigma^2 are measured, pilot_run.h
// says, and that is our reading; sigma^2 is the variance of the gradient that the server averages
// (Eq. 12), a worker's own over M.
#pragma once

#include <cstdint>

namespace gradwave::learning {

struct Pilot {
  std::int64_t rounds = 0;
  double initial_loss = 0;       // F(w_0)
  double worker_variance = 0;    // of one worker's gradient about their mean
  double gradient_variance = 0;  // sigma^2: of the mean gradient, worker_variance / M
  double squared_gradient = 0;   // G^2: largest mean over the workers of |grad_i|^2 (Assumption 4)
  double smoothness = 0;         // L: largest |grad F(w) - grad F(w')| / |w - w'| along the way
  double convexity = 0;          // mu: least |grad F|^2 / (2 (F - F*)), Polyak-Lojasiewicz
  std::int64_t t_hat = 0;        // clamped to 0..T
};

// What of a run the lemmas speak of.
struct Method {
  double model_size = 1;     // d
  double k = 1;              // mean of k_t, K / T
  double learning_rate = 0;  // eta
  bool error_compensation = false;
};

struct Coefficients {
  double alpha = 0, beta = 0;
  double contraction = 0;  // 1 - B, which is often too small to be seen in B
};

Coefficients coefficients(const Pilot& pilot, const Method& method);

// t_hat, clamped to 0..T. In the limits: T for mu -> 0, -1 / ln B for sigma -> 0, and 0 where B <=
// 0 or the loss is none.
std::int64_t estimate_t_hat(const Coefficients& coefficients, std::int64_t rounds);

}  // namespace gradwave::learning
