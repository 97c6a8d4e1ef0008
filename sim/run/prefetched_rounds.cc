// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/prefetched_rounds.h"

#include <chrono>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "learning/runtime/process.h"
#include "sim/run/complete.h"

namespace gradwave {

PrefetchedRounds::PrefetchedRounds(learning::Rounds& learner, int workers, std::int64_t rounds,
                                   std::int64_t evaluate_every, std::size_t most)
    : most_(most), workers_(static_cast<std::size_t>(workers)) {
  thread_ = std::thread([this, &learner, workers, rounds, evaluate_every] {
    const auto start = std::chrono::steady_clock::now();
    try {
      learning::prepare_thread();
      learn(learner, workers, rounds, evaluate_every);
      const std::chrono::duration<double> all = std::chrono::steady_clock::now() - start;
      learning_s_ += all.count();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      changed_.notify_all();
    }
  });
}

PrefetchedRounds::~PrefetchedRounds() { stop(); }

void PrefetchedRounds::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

// What diverges is seen by the loop, which asks for no more.
void PrefetchedRounds::learn(learning::Rounds& learner, int workers, std::int64_t rounds,
                             std::int64_t evaluate_every) {
  std::vector<int> all(workers);
  std::iota(all.begin(), all.end(), 0);
  Round before;
  before.evaluation = learner.evaluate();
  if (!push(std::move(before))) return;
  for (std::int64_t t = 0; t < rounds; ++t) {
    Round round;
    round.plan = learner.plan(all);
    const bool finite = std::isfinite(round.plan.train_loss);
    if (finite) round.update = learner.apply(all);
    if (finite && ((t + 1) % evaluate_every == 0 || t + 1 == rounds)) {
      round.evaluation = learner.evaluate();
    }
    if (!push(std::move(round)) || !finite) return;
  }
}

bool PrefetchedRounds::push(Round round) {
  const auto now = std::chrono::steady_clock::now;
  std::unique_lock lock(mutex_);
  const auto done = now();
  changed_.wait(lock, [this] { return stopping_ || waiting_.size() < most_; });
  learning_s_ -= std::chrono::duration<double>(now() - done).count();
  if (stopping_) return false;
  waiting_.push_back(std::move(round));
  changed_.notify_all();
  return true;
}

PrefetchedRounds::Round PrefetchedRounds::pop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !waiting_.empty() || failure_; });
  // What was learned before it failed is used first, as it would be in step.
  if (waiting_.empty()) std::rethrow_exception(failure_);
  Round round = std::move(waiting_.front());
  waiting_.pop_front();
  changed_.notify_all();
  return round;
}

learning::RoundPlan PrefetchedRounds::plan(const std::vector<int>& workers) {
  require_all(workers, workers_, "prefetched rounds");
  now_ = pop();
  return now_.plan;
}

learning::Update PrefetchedRounds::apply(const std::vector<int>& arrived) {
  require_all(arrived, workers_, "prefetched rounds");
  return now_.update;
}

learning::Evaluation PrefetchedRounds::evaluate() {
  if (!now_.evaluation) now_ = pop();  // of the initial weights
  return *now_.evaluation;
}

learning::Encoded PrefetchedRounds::merge(int, const std::vector<int>&) {
  throw std::logic_error("prefetched rounds have no relays");
}

learning::Encoded PrefetchedRounds::model() {
  throw std::logic_error("prefetched rounds have no absent workers");
}

}  // namespace gradwave
