// SPDX-License-Identifier: GPL-2.0-only
// The training of an earlier run, from its rows: message sizes, losses and accuracies. Only where
// the network cannot influence training (learning_hash.h).
#pragma once

#include <cstdint>
#include <vector>

#include "learning/rounds.h"
#include "results/trajectory.h"

namespace gradwave {

class ReplayedRounds final : public learning::Rounds {
 public:
  explicit ReplayedRounds(results::LearnedRounds rounds);

  // Throw DatabaseError, and std::logic_error unless all workers take part.
  learning::RoundPlan plan(const std::vector<int>& workers) override;  // all of them
  learning::Update apply(const std::vector<int>& arrived) override;
  learning::Evaluation evaluate() override;
  // Throw std::logic_error: no robot relays or is absent.
  learning::Encoded merge(int worker, const std::vector<int>& children) override;
  learning::Encoded model() override;

 private:
  results::LearnedRounds rounds_;
  std::int64_t done_ = 0;
};

}  // namespace gradwave
