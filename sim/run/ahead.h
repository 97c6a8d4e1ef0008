// SPDX-License-Identifier: GPL-2.0-only
// A learner that runs ahead: it learns in a thread of its own, some rounds before the network,
// which takes their plans from a queue. Only where the network cannot change what is learned
// (learning_hash.h): the learner is asked the same in the same order, and the results are the same
// bit for bit. A plan waits in 8 bytes a worker and some hundred beside: 64 of them, of 450
// workers, in 300 kB.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "learning/rounds.h"

namespace gradwave {

class Ahead final : public learning::Rounds {
 public:
  // The learner is this thread's until stop(). It evaluates the initial weights, every
  // `evaluate_every` rounds and the last, as run_rounds() does; `most` plans wait at most, > 0.
  Ahead(learning::Rounds& learner, int workers, std::int64_t rounds, std::int64_t evaluate_every,
        std::size_t most);
  ~Ahead() override;

  // Throw what the learner has thrown.
  learning::RoundPlan plan(const std::vector<int>& workers) override;  // all of them
  learning::Update apply(const std::vector<int>& arrived) override;
  learning::Evaluation evaluate() override;
  // A programming error: nobody relays, or is away.
  learning::Encoded merge(int worker, const std::vector<int>& children) override;
  learning::Encoded model() override;

  // Ends the thread, wherever it is; the learner is free.
  void stop();

  // Once it has ended: how long it was at work, of this machine's time.
  double learning_s() const { return learning_s_; }

 private:
  struct Round {
    learning::RoundPlan plan;
    learning::Update update;
    std::optional<learning::Evaluation> evaluation;  // after it; of the first, before any
  };

  void learn(learning::Rounds& learner, int workers, std::int64_t rounds,
             std::int64_t evaluate_every);
  bool push(Round round);  // false: it is to stop
  Round pop();

  const std::size_t most_;
  double learning_s_ = 0;  // the thread's
  Round now_;

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<Round> waiting_;
  std::exception_ptr failure_;  // of the thread, which has ended
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace gradwave
