// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/resumed_rounds.h"

#include <utility>

namespace gradwave {

ResumedRounds::ResumedRounds(learning::Rounds& learner, ReplayedRounds past, std::int64_t rounds)
    : learner_(learner), past_(std::move(past)), rounds_(rounds) {}

learning::RoundPlan ResumedRounds::plan(const std::vector<int>& workers) {
  return is_past() ? past_.plan(workers) : learner_.plan(workers);
}

learning::Encoded ResumedRounds::merge(int worker, const std::vector<int>& children) {
  return is_past() ? past_.merge(worker, children) : learner_.merge(worker, children);
}

learning::Update ResumedRounds::apply(const std::vector<int>& arrived) {
  const learning::Update update = is_past() ? past_.apply(arrived) : learner_.apply(arrived);
  ++done_;
  return update;
}

learning::Encoded ResumedRounds::model() { return is_past() ? past_.model() : learner_.model(); }

// After round `rounds_` it may not have been written down, and the weights are those.
learning::Evaluation ResumedRounds::evaluate() {
  return is_past() ? past_.evaluate() : learner_.evaluate();
}

}  // namespace gradwave
