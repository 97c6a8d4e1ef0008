// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/prefetched_rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace gradwave {
namespace {

// Round t has k = t and loss 1; its losses and failure come where the test says.
class Counting final : public learning::Rounds {
 public:
  std::atomic<int> planned{0};
  int diverges_at = -1, fails_at = -1;
  std::vector<int> evaluated_after;

  learning::RoundPlan plan(const std::vector<int>& workers) override {
    if (planned == fails_at) throw std::runtime_error("no memory");
    learning::RoundPlan plan;
    plan.k = planned;
    plan.uplink_bytes.assign(workers.size(), 10);
    plan.train_loss = planned == diverges_at ? std::numeric_limits<double>::infinity() : 1;
    ++planned;
    return plan;
  }
  learning::Encoded merge(int, const std::vector<int>&) override { return {}; }
  learning::Update apply(const std::vector<int>& arrived) override {
    return {100, static_cast<std::int64_t>(arrived.size())};
  }
  learning::Encoded model() override { return {}; }
  learning::Evaluation evaluate() override {
    evaluated_after.push_back(planned);
    return {planned / 100.0, 1};
  }
};

const std::vector<int> kAll = {0, 1, 2};

TEST(PrefetchedRounds, GivesWhatTheLearnerDoesInItsOrder) {
  Counting learner;
  PrefetchedRounds ahead(learner, 3, 10, 4, 2);
  EXPECT_EQ(ahead.evaluate().accuracy, 0);
  for (int t = 0; t < 10; ++t) {
    EXPECT_EQ(ahead.plan(kAll).k, t);
    EXPECT_EQ(ahead.apply(kAll).k, 3);
    if (t == 3 || t == 7 || t == 9) {
      EXPECT_DOUBLE_EQ(ahead.evaluate().accuracy, (t + 1) / 100.0);
    }
  }
  ahead.stop();
  EXPECT_THAT(learner.evaluated_after, testing::ElementsAre(0, 4, 8, 10));
}

TEST(PrefetchedRounds, RefuseARoundInWhichAWorkerIsMissing) {
  Counting learner;
  PrefetchedRounds rounds(learner, 3, 10, 4, 2);
  rounds.evaluate();
  EXPECT_THROW(rounds.plan({0, 2}), std::logic_error);
  rounds.plan(kAll);
  EXPECT_THROW(rounds.apply({0, 1}), std::logic_error);
}

TEST(PrefetchedRounds, IsNoMoreRoundsAheadThanItMay) {
  Counting learner;
  PrefetchedRounds ahead(learner, 3, 1000, 1000, 5);
  ahead.evaluate();
  ahead.plan(kAll);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_LE(learner.planned, 1 + 5 + 1);  // in use, waiting, and one that finds no place
  EXPECT_GE(learner.planned, 6);
}

TEST(PrefetchedRounds, FailsWhereTheLearnerFailsAndNotBefore) {
  Counting learner;
  learner.fails_at = 3;
  PrefetchedRounds ahead(learner, 3, 10, 10, 8);
  ahead.evaluate();
  for (int t = 0; t < 3; ++t) {
    EXPECT_EQ(ahead.plan(kAll).k, t);
    ahead.apply(kAll);
  }
  EXPECT_THROW(ahead.plan(kAll), std::runtime_error);
}

TEST(PrefetchedRounds, LearnsNoFurtherThanWhereItDiverges) {
  Counting learner;
  learner.diverges_at = 2;
  PrefetchedRounds ahead(learner, 3, 10, 10, 8);
  ahead.evaluate();
  ahead.plan(kAll);
  ahead.plan(kAll);
  EXPECT_FALSE(std::isfinite(ahead.plan(kAll).train_loss));
  ahead.stop();
  EXPECT_EQ(learner.planned, 3);
}

TEST(PrefetchedRounds, StopsWhileItWaits) {
  Counting learner;
  PrefetchedRounds ahead(learner, 3, 1000000, 10, 2);
  ahead.evaluate();
}

}  // namespace
}  // namespace gradwave
