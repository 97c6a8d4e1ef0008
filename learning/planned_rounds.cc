// SPDX-License-Identifier: GPL-2.0-only
#include <cassert>
#include <utility>

#include "learning/rounds.h"

namespace gradwave::learning {

PlannedRounds::PlannedRounds(std::vector<RoundPlan> plans, std::vector<Update> updates)
    : plans_(std::move(plans)), updates_(std::move(updates)) {
  assert(!plans_.empty() && !updates_.empty());
}

RoundPlan PlannedRounds::plan(const std::vector<int>& workers) {
  const RoundPlan& given = plans_[round_ % plans_.size()];
  RoundPlan plan = given;
  plan.round = static_cast<std::int64_t>(round_);
  plan.uplink_bytes.assign(given.uplink_bytes.size(), 0);
  messages_.assign(given.uplink_bytes.size(), {});
  for (const int i : workers) {
    plan.uplink_bytes[i] = given.uplink_bytes[i];
    messages_[i] = {given.uplink_bytes[i], given.k};
  }
  return plan;
}

Encoded PlannedRounds::merge(int worker, const std::vector<int>& children) {
  Encoded& message = messages_[worker];
  for (const int child : children) {
    message.bytes += messages_[child].bytes;
    message.k += messages_[child].k;
  }
  return message;
}

Update PlannedRounds::apply(const std::vector<int>& /*arrived*/) {
  return updates_[round_++ % updates_.size()];
}

Encoded PlannedRounds::model() {
  const Update& update = updates_[round_ % updates_.size()];
  return {update.downlink_bytes, update.k};
}

Evaluation PlannedRounds::evaluate() { return {}; }

}  // namespace gradwave::learning
