// SPDX-License-Identifier: GPL-2.0-only
// k_t over the rounds, under the budget K = k T.
//
//   fixed     k_t = k
//   adaptopk  k_t = (1+gamma) k  for t = 0, t < t_hat/2 or t >= (t_hat+T)/2,  else (1-gamma) k
//             (Ruan et al. 2023, Eq. 21 without and Eq. 36 with error compensation; compared as
//             reals, so that it holds for odd T; the bound's alpha/t is infinite at t = 0, hence
//             round 0 takes more even where t_hat is 0)
//
// Both levels are rounded to whole numbers, the higher one down as far as sum k_t <= k T needs it
// (for odd T the two levels are not equally frequent); what is left over is `unused`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradwave::learning {

struct Schedule {
  std::vector<std::int64_t> k;  // [T]
  std::int64_t unused = 0;      // k T - sum k_t, >= 0
  std::int64_t t_hat = -1;      // -1: the schedule has none
};

struct ScheduleInput {
  std::string schedule = "fixed";
  std::int64_t k = 1;           // 1..d
  std::int64_t model_size = 1;  // d
  std::int64_t rounds = 1;      // T
  double gamma = 0;             // 0..1
  std::int64_t t_hat = 0;       // 0..T
};

// Throws OptionError if a level of the schedule is below 1 or above d, whatever t_hat is,
// or t_hat outside 0..T.
Schedule make_schedule(const ScheduleInput& input);

}  // namespace gradwave::learning
