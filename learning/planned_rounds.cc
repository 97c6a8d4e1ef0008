// SPDX-License-Identifier: GPL-2.0-only
#include <cassert>
#include <utility>

#include "learning/rounds.h"

namespace gradwave::learning {

PlannedRounds::PlannedRounds(std::vector<RoundPlan> plans, std::vector<Update> updates)
    : plans_(std::move(plans)), updates_(std::move(updates)) {
  assert(!plans_.empty() && !updates_.empty());
}

RoundPlan PlannedRounds::plan() {
  RoundPlan plan = plans_[round_ % plans_.size()];
  plan.round = static_cast<std::int64_t>(round_);
  return plan;
}

Update PlannedRounds::apply(const std::vector<int>& /*arrived*/) {
  return updates_[round_++ % updates_.size()];
}

Evaluation PlannedRounds::evaluate() { return {}; }

}  // namespace gradwave::learning
