// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/pilot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gradwave::learning {
namespace {

Pilot estimates() {
  Pilot pilot;
  pilot.initial_loss = 2.3;
  pilot.gradient_variance = 0.5;
  pilot.smoothness = 8;
  pilot.convexity = 0.02;
  return pilot;
}

constexpr double kEta = 0.1;
constexpr std::int64_t kWorkers = 8;

TEST(Pilot, IsTheFormulaByHand) {
  // alpha = 2 x 2.3 / 0.1 = 46; beta = (1 + 0.1 x 8 / 8) x 0.5 = 0.55; B = 0.998
  // (-46 + sqrt(46^2 - 4 x 46 x 0.55 / ln 0.998)) / 1.1 = 167.0...
  const double by_hand =
      (-46 + std::sqrt(46.0 * 46 - 4 * 46 * 0.55 / std::log(0.998))) / (2 * 0.55);
  EXPECT_EQ(estimate_t_hat(estimates(), 3000, kWorkers, kEta),
            static_cast<std::int64_t>(std::floor(by_hand)));
}

TEST(Pilot, TheCoefficientOfTheBoundIsLeastThere) {
  const std::int64_t rounds = 3000;
  const double alpha = 46, beta = 0.55, decay = 0.998;
  std::int64_t least = 1;
  double lowest = std::numeric_limits<double>::infinity();
  for (std::int64_t t = 1; t < rounds; ++t) {
    const double c =
        (alpha / static_cast<double>(t) + beta) * std::pow(decay, static_cast<double>(rounds - t));
    if (c < lowest) {
      lowest = c;
      least = t;
    }
  }
  EXPECT_NEAR(static_cast<double>(estimate_t_hat(estimates(), rounds, kWorkers, kEta)),
              static_cast<double>(least), 1);
}

TEST(Pilot, StaysWithinTheRun) {
  EXPECT_EQ(estimate_t_hat(estimates(), 50, kWorkers, kEta), 50);
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    for (double Pilot::*member :
         {&Pilot::initial_loss, &Pilot::gradient_variance, &Pilot::smoothness, &Pilot::convexity}) {
      Pilot pilot = estimates();
      pilot.*member = bad;
      const std::int64_t t_hat = estimate_t_hat(pilot, 3000, kWorkers, kEta);
      EXPECT_GE(t_hat, 0);
      EXPECT_LE(t_hat, 3000);
    }
  }
}

TEST(Pilot, WithoutNoiseOrContractionTheBoundFallsToTheEnd) {
  Pilot pilot = estimates();
  pilot.gradient_variance = 0;
  EXPECT_EQ(estimate_t_hat(pilot, 3000, kWorkers, kEta), 3000);
  pilot = estimates();
  pilot.convexity = 0;
  EXPECT_EQ(estimate_t_hat(pilot, 3000, kWorkers, kEta), 3000);
}

}  // namespace
}  // namespace gradwave::learning
