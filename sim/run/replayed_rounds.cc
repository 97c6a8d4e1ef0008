// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/replayed_rounds.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "results/database.h"
#include "sim/run/complete.h"

namespace gradwave {

ReplayedRounds::ReplayedRounds(results::LearnedRounds rounds) : rounds_(std::move(rounds)) {}

learning::RoundPlan ReplayedRounds::plan(const std::vector<int>& workers) {
  const results::LearnedRound& learned = rounds_.at(done_);
  require_all(workers, learned.uplink_bytes.size(), "replayed rounds");
  const results::Round& row = learned.round;
  return {row.round,
          row.k,
          learned.uplink_bytes,
          row.train_loss,
          row.gradient_norm,
          row.compressor_input_norm,
          row.paper_bits};
}

learning::Update ReplayedRounds::apply(const std::vector<int>& arrived) {
  const results::LearnedRound& learned = rounds_.at(done_++);
  require_all(arrived, learned.uplink_bytes.size(), "replayed rounds");
  return {learned.update_bytes, learned.update_k};
}

learning::Evaluation ReplayedRounds::evaluate() {
  const auto evaluation = rounds_.evaluation(done_);
  if (!evaluation) {
    throw results::DatabaseError("there is no evaluation after " + std::to_string(done_) +
                                 " rounds in the run whose learning is repeated");
  }
  return {evaluation->accuracy, evaluation->loss};
}

learning::Encoded ReplayedRounds::merge(int, const std::vector<int>&) {
  throw std::logic_error("replayed rounds have no relays");
}

learning::Encoded ReplayedRounds::model() {
  throw std::logic_error("replayed rounds have no absent workers");
}

}  // namespace gradwave
