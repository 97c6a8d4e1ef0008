// SPDX-License-Identifier: GPL-2.0-only
#include "learning/theory/pilot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gradwave::learning {
namespace {

constexpr std::int64_t kRounds = 3000;

Pilot estimates() {
  Pilot pilot;
  pilot.initial_loss = 2.3;
  pilot.gradient_variance = 0.5;
  pilot.smoothness = 8;
  pilot.convexity = 0.02;
  return pilot;
}

Method plain() { return {1000, 100, 0.1, false}; }
Method compensated() { return {1000, 100, 0.1, true}; }

std::int64_t t_hat(const Pilot& pilot, const Method& method, std::int64_t rounds = kRounds) {
  return estimate_t_hat(coefficients(pilot, method), rounds);
}

// The t >= 1 where (alpha / t + beta) B^(T-1-t) is least.
double least_by_search(const Coefficients& c) {
  double least = 1, lowest = std::numeric_limits<double>::infinity();
  for (std::int64_t t = 1; t < kRounds; ++t) {
    const auto at = static_cast<double>(t);
    const double logarithm = std::log(c.alpha / at + c.beta) - at * std::log1p(-c.contraction);
    if (logarithm < lowest) {
      lowest = logarithm;
      least = at;
    }
  }
  return least;
}

TEST(Pilot, HasTheCoefficientsOfLemma2And3) {
  const Coefficients c = coefficients(estimates(), plain());
  EXPECT_DOUBLE_EQ(c.alpha, 460);           // 2 x 1000 x 2.3 / (100 x 0.1)
  EXPECT_DOUBLE_EQ(c.beta, 9);              // 1000 x 0.5 x (0.1 x 8 + 1) / 100
  EXPECT_DOUBLE_EQ(c.contraction, 0.0002);  // 0.1 x 0.02 x 100 / 1000
  // (-460 + sqrt(460^2 + 4 x 460 x 9 / 0.000200020003)) / 18 = 480.58...
  EXPECT_EQ(t_hat(estimates(), plain()), 480);
}

TEST(Pilot, HasTheCoefficientsOfLemma7And8) {
  const Coefficients c = coefficients(estimates(), compensated());
  EXPECT_DOUBLE_EQ(c.alpha, 4.6);          // 2 x 1000 x 0.1 x 2.3 / 100
  EXPECT_DOUBLE_EQ(c.beta, 0.09);          // 1000 x 0.5 x 0.01 x 1.8 / 100
  EXPECT_DOUBLE_EQ(c.contraction, 0.001);  // 0.1 x 0.02 / 2
  // (-4.6 + sqrt(4.6^2 + 4 x 4.6 x 0.09 / 0.00100050033)) / 0.18 = 201.9...
  EXPECT_EQ(t_hat(estimates(), compensated()), 201);
}

TEST(Pilot, WithEveryEntrySentOnlyTheStepSizeAndTheHalfAreLeft) {
  Method all = plain();
  all.k = all.model_size;
  // alpha = 46, beta = 0.9, B = 0.998: (-46 + sqrt(46^2 + 4 x 46 x 0.9 / 0.002002)) / 1.8 =
  // 136.2...
  EXPECT_EQ(t_hat(estimates(), all), 136);
  all.error_compensation = true;
  // alpha = 0.46, beta = 0.009, B = 0.999: as at any k.
  EXPECT_EQ(t_hat(estimates(), all), 201);
}

TEST(Pilot, TheCoefficientOfTheBoundIsLeastThere) {
  for (const Method& method : {plain(), compensated()}) {
    const Coefficients c = coefficients(estimates(), method);
    EXPECT_NEAR(static_cast<double>(estimate_t_hat(c, kRounds)), least_by_search(c), 1);
  }
}

TEST(Pilot, WithoutContractionTheCoefficientFallsToTheEnd) {
  for (const Method& method : {plain(), compensated()}) {
    Pilot pilot = estimates();
    pilot.convexity = 0;
    EXPECT_EQ(t_hat(pilot, method), kRounds);
    // sqrt(alpha / (beta c)): beyond the run, and no rounding breaks it.
    pilot.convexity = 1e-18;
    EXPECT_EQ(t_hat(pilot, method), kRounds);
    EXPECT_GT(t_hat(pilot, method, 100000000), 99999999);
  }
}

TEST(Pilot, WithoutNoiseItIsTheTimeOfTheContraction) {
  Pilot pilot = estimates();
  pilot.gradient_variance = 0;                  // alpha / t B^(T-1-t) is least at -1 / ln B
  EXPECT_EQ(t_hat(pilot, compensated()), 999);  // 1 / 0.0010005 = 999.49...
  pilot.convexity = 0.2;
  EXPECT_EQ(t_hat(pilot, plain()), 499);  // 1 / 0.002002 = 499.49...
  pilot.gradient_variance = 1e-30;
  EXPECT_EQ(t_hat(pilot, plain()), 499);
}

TEST(Pilot, StepsThatForgetAllAndLossesThatAreNoneLeaveNothingToWaitFor) {
  Pilot pilot = estimates();
  pilot.convexity = 100;  // eta mu k / d = 1
  EXPECT_EQ(t_hat(pilot, plain()), 0);
  EXPECT_EQ(t_hat(pilot, compensated()), 0);
  pilot = estimates();
  pilot.initial_loss = 0;
  EXPECT_EQ(t_hat(pilot, plain()), 0);
  EXPECT_EQ(t_hat(pilot, compensated()), 0);
}

TEST(Pilot, StaysWithinTheRun) {
  EXPECT_EQ(t_hat(estimates(), plain(), 50), 50);
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    for (double Pilot::*member :
         {&Pilot::initial_loss, &Pilot::gradient_variance, &Pilot::smoothness, &Pilot::convexity}) {
      for (const Method& method : {plain(), compensated()}) {
        Pilot pilot = estimates();
        pilot.*member = bad;
        EXPECT_GE(t_hat(pilot, method), 0);
        EXPECT_LE(t_hat(pilot, method), kRounds);
      }
    }
  }
}

}  // namespace
}  // namespace gradwave::learning
