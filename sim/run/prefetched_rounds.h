// SPDX-License-Identifier: GPL-2.0-only
// Training that runs ahead of the network: the learner works in a thread of its own and puts its
// rounds into a queue, from which the loop takes them. Only where the network cannot influence
// training (learning_hash.h): the learner gets the same calls in the same order as in step with the
// network, and the results are equal to the bit. A queued round takes 8 bytes per worker and some
// hundred more: 64 rounds of 450 workers take 300 kB.
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

class PrefetchedRounds final : public learning::Rounds {
 public:
  // The learner is this thread's until stop(). It evaluates the initial weights, every
  // `evaluate_every` rounds and the last, as run_rounds() does; `most` plans wait at most, > 0.
  PrefetchedRounds(learning::Rounds& learner, int workers, std::int64_t rounds,
                   std::int64_t evaluate_every, std::size_t most);
  ~PrefetchedRounds() override;

  // Throw what the learner has thrown, and std::logic_error unless all workers take part.
  learning::RoundPlan plan(const std::vector<int>& workers) override;  // all of them
  learning::Update apply(const std::vector<int>& arrived) override;
  learning::Evaluation evaluate() override;
  // Throw std::logic_error: no robot relays or is absent.
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

  const std::size_t most_, workers_;
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
