// SPDX-License-Identifier: GPL-2.0-only
#include <cassert>
#include <utility>

#include "learning/relay_order.h"
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

Merged PlannedRounds::merge(const std::vector<int>& parent) {
  const RoundPlan& plan = plans_[round_ % plans_.size()];
  Merged merged{plan.uplink_bytes, std::vector<std::int64_t>(parent.size(), plan.k)};
  for (const int worker : children_first(parent)) {
    if (parent[worker] < 0) continue;
    merged.bytes[parent[worker]] += merged.bytes[worker];
    merged.k[parent[worker]] += merged.k[worker];
  }
  return merged;
}

Update PlannedRounds::apply(const std::vector<int>& /*arrived*/) {
  return updates_[round_++ % updates_.size()];
}

Evaluation PlannedRounds::evaluate() { return {}; }

}  // namespace gradwave::learning
