// SPDX-License-Identifier: GPL-2.0-only
#include "learning/training/optimiser.h"

#include <gmock/gmock.h>

#include "tests/learning/ways.h"

namespace gradwave::learning {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

// One step on gradients {2, 0, 0} and {2, 4, 0} of two workers, which sent what is not zero.
void step(Optimiser& optimiser, std::vector<float>& weights, const Optimiser::Scales& scales) {
  optimiser.step({{0, 1}, {4, 4}}, scales, view_of(weights));
}

using Optimisers = BothWays;
GRADWAVE_BOTH_WAYS(Optimisers);

TEST_P(Optimisers, WithoutMomentumAndDecayIsThePapersStep) {
  Optimiser optimiser(3, 0, 0, at::kCPU);
  std::vector<float> weights = {1, 1, 1};
  step(optimiser, weights, {0.5, 1, 0.25});
  EXPECT_THAT(weights, ElementsAre(0.5F, 0.5F, 1));
  EXPECT_FALSE(optimiser.velocity().defined());
}

// v = 2, 2, 0, then 0.5 v + 2, 2, 0 = 3, 3, 0: the entries of u are 2, 2 and 0 each time.
TEST_P(Optimisers, StepsAlikeOnAllEntriesAndOnThoseThatAreNotZero) {
  for (const double momentum : {0.0, 0.5}) {
    Optimiser few(3, momentum, 0, at::kCPU), all(3, momentum, 0, at::kCPU);
    std::vector<float> a = {0.1F, 0.2F, 0.3F}, b = a;
    few.step({{1}, {0.7F}}, {0.3, 1, 0.1}, view_of(a));
    all.step({{0, 1, 2}, {0, 0.7F, 0}}, {0.3, 1, 0.1}, view_of(b));
    EXPECT_EQ(a, b);
    EXPECT_NE(a[1], 0.2F);
  }
}

TEST_P(Optimisers, MomentumTakesAShareOfTheLastStepAgain) {
  Optimiser optimiser(3, 0.5, 0, at::kCPU);
  std::vector<float> weights = {1, 1, 1};
  step(optimiser, weights, {0.5, 1, 0.25});
  EXPECT_THAT(weights, ElementsAre(0.5F, 0.5F, 1));
  step(optimiser, weights, {0.5, 1, 0.25});
  EXPECT_THAT(values_of(optimiser.velocity()), ElementsAre(3, 3, 0));
  EXPECT_THAT(weights, ElementsAre(-0.25F, -0.25F, 1));
}

TEST_P(Optimisers, DecayDrawsEveryWeightTowardsZero) {
  Optimiser optimiser(3, 0, 0.5, at::kCPU);
  std::vector<float> weights = {1, 1, 1};
  step(optimiser, weights, {0.5, 1, 0.25});  // u = 2.5, 2.5, 0.5
  EXPECT_THAT(weights, ElementsAre(0.375F, 0.375F, 0.875F));
}

// The messages carry eta: the same steps, with eta 0.25 in the sum and in the decay.
TEST_P(Optimisers, StepsAlikeWhetherOrNotTheMessagesCarryTheStepSize) {
  Optimiser plain(3, 0.5, 0.125, at::kCPU), carried(3, 0.5, 0.125, at::kCPU);
  std::vector<float> a = {1, 2, 3}, b = a;
  for (int round = 0; round < 3; ++round) {
    step(plain, a, {0.5, 1, 0.25});
    step(carried, b, {0.125, 0.25, 1});
  }
  for (std::size_t j = 0; j < 3; ++j) EXPECT_THAT(b[j], FloatEq(a[j]));
}

}  // namespace
}  // namespace gradwave::learning
