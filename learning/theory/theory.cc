// SPDX-License-Identifier: GPL-2.0-only
#include "learning/theory/theory.h"

#include <algorithm>
#include <sstream>

#include "learning/data/dataset.h"
#include "learning/training/learning_rate.h"

namespace gradwave::learning {
namespace {

template <class... Parts>
std::string sentence(const Parts&... parts) {
  std::ostringstream text;
  text.precision(4);
  (text << ... << parts);
  return text.str();
}

std::vector<std::string> violated(const Options& options, const Theory& theory, const Pilot& pilot,
                                  const Trajectory& trajectory) {
  std::vector<std::string> all;
  const TrainingOptions& training = options.training;
  const double eta = training.learning_rate, gap = theory.final_loss - theory.optimal_loss;
  if (eta * pilot.smoothness > 1) {
    all.push_back(sentence("the step size ", eta, " is above 1/L = ", 1 / pilot.smoothness));
  }
  if (changes(training)) {
    all.push_back("the step size changes over the rounds");
  }
  if (training.momentum > 0) all.push_back("the server's step has momentum");
  if (training.weight_decay > 0) all.push_back("the server's step has weight decay");
  if (!is_identically_distributed(options.data)) {
    all.push_back(
        "Assumption 3: the workers' data differ, so that a worker's gradient is no unbiased "
        "estimate of grad F");
  }
  if (pilot.initial_loss < theory.optimal_loss || gap < 0) {
    all.push_back(sentence("F* = ", theory.optimal_loss, " is above a loss that was reached, ",
                           std::min(pilot.initial_loss, theory.final_loss)));
  } else if (trajectory.final_squared_gradient < 2 * pilot.convexity * gap) {
    all.push_back(sentence(theory.bound.theorem == 1 ? "Assumption 2" : "Assumption 5",
                           ": |grad F|^2 = ", trajectory.final_squared_gradient,
                           " at the end is below 2 mu (F - F*) = ", 2 * pilot.convexity * gap));
  }
  const double largest = *std::max_element(trajectory.squared_gradient_norms.begin(),
                                           trajectory.squared_gradient_norms.end());
  if (theory.bound.theorem == 2 && largest > pilot.squared_gradient) {
    all.push_back(sentence("Assumption 4: a squared gradient of ", largest,
                           " is above G^2 = ", pilot.squared_gradient));
  }
  return all;
}

}  // namespace

Theory theory_of(const Options& options, const Method& method, const Pilot& pilot,
                 const Trajectory& trajectory) {
  Theory theory;
  theory.method = method;
  theory.optimal_loss = options.theory.optimal_loss;
  theory.bound =
      bound_of(pilot, method, theory.optimal_loss, trajectory.k_t, trajectory.squared_input_norms);
  theory.final_loss = trajectory.final_loss;
  theory.violated = violated(options, theory, pilot, trajectory);
  return theory;
}

}  // namespace gradwave::learning
