// SPDX-License-Identifier: GPL-2.0-only
// t_hat of AdapTop-K, from a short uncompressed run with the same weights, data and seed.
//
// Lemma 3 (Lemma 8 with error compensation) of Ruan et al. 2023 bounds the loss after T rounds by a
// sum over t of c_t (1 - k_t/d), with
//
//   c_t = (alpha/t + beta) B^(T-t),   B = 1 - eta mu,
//
// which falls, is least at t_hat = floor((-alpha + sqrt(alpha^2 - 4 alpha beta / ln B)) / (2
// beta)), and rises again. Our reading of its constants: alpha = 2 F(w_0) / eta, from |grad
// F(w_t)|^2 <= 2 F(w_0) / (eta t), and beta = (1 + eta L / M) sigma^2.
#pragma once

#include <cstdint>

namespace gradwave::learning {

struct Pilot {
  std::int64_t rounds = 0;
  double initial_loss = 0;       // F(w_0)
  double gradient_variance = 0;  // sigma^2: of one worker's gradient about their mean
  double smoothness = 0;         // L: largest |grad F(w) - grad F(w')| / |w - w'| along the way
  double convexity = 0;          // mu: least |grad F|^2 / (2 F), Polyak-Lojasiewicz
  std::int64_t t_hat = 0;        // clamped to 0..T
};

// The t_hat that the estimates in `pilot` give for T rounds, M workers and step eta.
std::int64_t estimate_t_hat(const Pilot& pilot, std::int64_t rounds, std::int64_t workers,
                            double learning_rate);

}  // namespace gradwave::learning
