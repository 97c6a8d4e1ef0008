// SPDX-License-Identifier: GPL-2.0-only
// A run that goes on from its last checkpoint. ns-3 cannot be written down, but is deterministic:
// the rounds before the checkpoint come again with the sizes that stand in the results, without
// learning, which brings the network to the same point; there the learner takes over.
#pragma once

#include <filesystem>
#include <string>

#include "learning/rounds.h"
#include "sim/run/replayed_rounds.h"

namespace gradwave {

class ResumedRounds final : public learning::Rounds {
 public:
  // `past` has the first `rounds` rounds, which the learner, restored already, has done.
  ResumedRounds(learning::Rounds& learner, ReplayedRounds past, std::int64_t rounds);

  learning::RoundPlan plan(const std::vector<int>& workers) override;
  learning::Encoded merge(int worker, const std::vector<int>& children) override;
  learning::Update apply(const std::vector<int>& arrived) override;
  learning::Encoded model() override;
  learning::Evaluation evaluate() override;

 private:
  bool is_past() const { return done_ < rounds_; }

  learning::Rounds& learner_;
  ReplayedRounds past_;
  const std::int64_t rounds_;
  std::int64_t done_ = 0;
};

}  // namespace gradwave
