// SPDX-License-Identifier: GPL-2.0-only
// What a run has learned, once more, from its rows: everything of a run except the learning. Only
// where the network cannot change what is learned (learning_hash.h).
#pragma once

#include <cstdint>
#include <vector>

#include "learning/rounds.h"
#include "results/trajectory.h"

namespace gradwave {

class LearnedAgain final : public learning::Rounds {
 public:
  explicit LearnedAgain(results::LearnedRounds rounds);

  // Throw DatabaseError.
  learning::RoundPlan plan(const std::vector<int>& workers) override;  // all of them
  learning::Update apply(const std::vector<int>& arrived) override;
  learning::Evaluation evaluate() override;
  // A programming error: nobody relays, or is away.
  learning::Encoded merge(int worker, const std::vector<int>& children) override;
  learning::Encoded model() override;

 private:
  results::LearnedRounds rounds_;
  std::int64_t done_ = 0;
};

}  // namespace gradwave
