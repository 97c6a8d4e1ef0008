// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/learned_again.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "results/database.h"

namespace gradwave {

LearnedAgain::LearnedAgain(results::LearnedRounds rounds) : rounds_(std::move(rounds)) {}

learning::RoundPlan LearnedAgain::plan(const std::vector<int>&) {
  const results::LearnedRound& learned = rounds_.at(done_);
  const results::Round& row = learned.round;
  return {row.round,
          row.k,
          learned.uplink_bytes,
          row.train_loss,
          row.gradient_norm,
          row.compressor_input_norm,
          row.paper_bits};
}

learning::Update LearnedAgain::apply(const std::vector<int>&) {
  const results::LearnedRound& learned = rounds_.at(done_++);
  return {learned.update_bytes, learned.update_k};
}

learning::Evaluation LearnedAgain::evaluate() {
  const auto evaluation = rounds_.evaluation(done_);
  if (!evaluation) {
    throw results::DatabaseError("there is no evaluation after " + std::to_string(done_) +
                                 " rounds in the run whose learning is repeated");
  }
  return {evaluation->accuracy, evaluation->loss};
}

learning::Encoded LearnedAgain::merge(int, const std::vector<int>&) {
  throw std::logic_error("nobody relays where learning is repeated");
}

learning::Encoded LearnedAgain::model() {
  throw std::logic_error("nobody is away where learning is repeated");
}

}  // namespace gradwave
