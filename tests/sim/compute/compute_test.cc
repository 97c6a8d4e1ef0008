// SPDX-License-Identifier: GPL-2.0-only
#include "sim/compute/compute.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

namespace gradwave {
namespace {

ComputeOptions exact() {
  ComputeOptions options;
  options.rate_flops = 1e9;
  options.efficiency = 0.5;
  options.jitter = "none";
  return options;
}

TEST(ComputeTimes, AreThreeForwardPassesOfTwoOperationsOverTheRateReached) {
  ComputeTimes compute(exact(), 1e6, 32, 3, 1);
  for (const double time : compute.next()) EXPECT_DOUBLE_EQ(time, 6 * 1e6 * 32 / 0.5e9);
}

TEST(ComputeTimes, OfAJetsonNanoFollowItsDataSheet) {
  ComputeOptions options = exact();
  options.rate_flops = 0;
  options.device = "jetson-nano";
  ComputeTimes compute(options, 1e6, 1, 1, 1);
  EXPECT_NEAR(compute.next()[0], 6e6 / (0.5 * 235.9e9), 1e-8);
}

TEST(ComputeTimes, AreMultipliedByTheWorkersFactor) {
  ComputeOptions options = exact();
  options.factors = {1, 1, 4};
  const std::vector<double> times = ComputeTimes(options, 1e6, 1, 3, 1).next();
  EXPECT_DOUBLE_EQ(times[2], 4 * times[0]);
}

TEST(ComputeTimes, ScatterWithTheCoefficientOfVariationAskedForAndKeepTheirMean) {
  for (const auto& [jitter, description] : jitters()) {
    if (jitter == "none") continue;
    ComputeOptions options = exact();
    options.jitter = jitter;
    options.jitter_cv = 0.3;
    ComputeTimes compute(options, 1e9 / 12, 1, 1, 5);  // mean 1 s
    const int n = 20000;
    double sum = 0, squares = 0;
    for (int i = 0; i < n; ++i) {
      const double time = compute.next()[0];
      EXPECT_GT(time, 0);
      sum += time;
      squares += time * time;
    }
    const double mean = sum / n;
    EXPECT_NEAR(mean, 1, 0.01) << jitter;
    EXPECT_NEAR(std::sqrt(squares / n - mean * mean), 0.3, 0.01) << jitter;
  }
}

TEST(ComputeTimes, WithoutVariationAreTheMean) {
  for (const auto& [jitter, description] : jitters()) {
    ComputeOptions options = exact();
    options.jitter = jitter;
    options.jitter_cv = 0;
    EXPECT_DOUBLE_EQ(ComputeTimes(options, 1e9 / 12, 1, 1, 5).next()[0], 1) << jitter;
  }
}

TEST(ComputeTimes, DependOnTheSeedAloneAndDifferBetweenWorkers) {
  const ComputeOptions options = [] {
    ComputeOptions jittered = exact();
    jittered.jitter = "lognormal";
    return jittered;
  }();
  const std::vector<double> times = ComputeTimes(options, 1e6, 1, 2, 1).next();
  EXPECT_EQ(times, ComputeTimes(options, 1e6, 1, 2, 1).next());
  EXPECT_NE(times, ComputeTimes(options, 1e6, 1, 2, 2).next());
  EXPECT_NE(times[0], times[1]);
  EXPECT_EQ(times[0], ComputeTimes(options, 1e6, 1, 8, 1).next()[0]) << "moved by the team's size";
}

TEST(ComputeTimes, WithoutAModelAreRefused) {
  EXPECT_THROW(ComputeTimes(ComputeOptions(), 1e6, 1, 1, 1), std::invalid_argument);
}

}  // namespace
}  // namespace gradwave
