// SPDX-License-Identifier: GPL-2.0-only
// A run that is over, held against the paper's bounds (bound.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "learning/options.h"
#include "learning/theory/bound.h"

namespace gradwave::learning {

// What the run was like.
struct Trajectory {
  std::vector<std::int64_t> k_t;               // [T]
  std::vector<double> squared_gradient_norms;  // [T], of RoundPlan::gradient_norm
  std::vector<double> squared_input_norms;     // [T], of RoundPlan::compressor_input_norm
  double final_loss = 0;                       // F(w_T), over the pilot's reference batches
  double final_squared_gradient = 0;           // |grad F(w_T)|^2 over them
};

struct Theory {
  Method method;
  double optimal_loss = 0;  // F*, assumed
  Bound bound;              // of F(w_T) - F*
  double final_loss = 0;    // F(w_T)
  // The assumptions that do not hold of this run, a sentence each: then the bound is no bound.
  std::vector<std::string> violated;
};

Theory theory_of(const Options& options, const Method& method, const Pilot& pilot,
                 const Trajectory& trajectory);

}  // namespace gradwave::learning
