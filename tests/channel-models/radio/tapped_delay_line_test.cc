// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/radio/tapped_delay_line.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gradwave::channel {
namespace {

constexpr double kFrequency_hz = 3.5e9, kWavelength_m = 299792458 / kFrequency_hz;

TappedDelayLine line(const std::string& profile, std::int64_t stream, double spread_s = 30e-9,
                     std::int64_t groups = 18) {
  return TappedDelayLine(profile, spread_s, kFrequency_hz, 100e6, groups, 0.3, stream);
}

TEST(TappedDelayLine, HasMeanOneAndTheSpreadOfItsProfile) {
  for (const auto& [profile, description] : delay_profiles()) {
    if (profile == "none") continue;
    double sum = 0, square = 0;
    constexpr int kDraws = 6000;
    for (int i = 0; i < kDraws; ++i) {
      const double power = line(profile, i, 30e-9, 1).gains({1, 2, 0}, 7).front();
      sum += power;
      square += power * power;
    }
    const double mean = sum / kDraws, variance = square / kDraws - mean * mean;
    EXPECT_NEAR(mean, 1, 0.05) << profile;
    // Rayleigh: 1. With a line of sight of share s of the power: 1 - s^2.
    const double direct = profile == "tdl-d" ? 0.888 : profile == "tdl-e" ? 0.894 : 0;
    EXPECT_NEAR(variance, 1 - direct * direct, direct > 0 ? 0.05 : 0.12) << profile;
  }
}

// Correlation of the power over distance is J0^2 (Clarke).
TEST(TappedDelayLine, ForgetsOverWavelengthsAsClarkeSays) {
  const std::vector<double> wavelengths = {0.1, 0.2, 0.383, 0.6};
  std::vector<double> product(wavelengths.size(), 0);
  constexpr int kDraws = 6000;
  for (int i = 0; i < kDraws; ++i) {
    const auto channel = line("tdl-a", 1000 + i, 30e-9, 1);
    const double here = channel.gains({0, 0, 0}, 0).front() - 1;
    for (std::size_t j = 0; j < wavelengths.size(); ++j) {
      const double there = channel.gains({wavelengths[j] * kWavelength_m, 0, 0}, 0).front() - 1;
      product[j] += here * there;
    }
  }
  for (std::size_t j = 0; j < wavelengths.size(); ++j) {
    const double j0 = std::cyl_bessel_j(0, 2 * M_PI * wavelengths[j]);
    EXPECT_NEAR(product[j] / kDraws, j0 * j0, 0.08) << wavelengths[j];
  }
}

// A channel is flat over much less than 1 / spread, and selective over more.
TEST(TappedDelayLine, IsMoreSelectiveWithLongerEchoes) {
  const auto ends_correlate = [](double spread_s) {
    double product = 0;
    constexpr int kDraws = 2000;
    for (int i = 0; i < kDraws; ++i) {
      const auto gains = line("tdl-a", i, spread_s).gains({0, 0, 0}, 0);
      product += (gains.front() - 1) * (gains.back() - 1);
    }
    return product / kDraws;
  };
  EXPECT_GT(ends_correlate(0.1e-9), 0.85);
  EXPECT_LT(ends_correlate(100e-9), 0.15);
}

TEST(TappedDelayLine, StandsStillWithItsRobotAndMovesWithItsSurroundings) {
  const auto channel = line("tdl-c", 3);
  const auto now = channel.gains({5, 5, 1}, 10);
  EXPECT_EQ(channel.gains({5, 5, 2}, 10), now);
  EXPECT_NE(channel.gains({5, 5, 1}, 11), now);
  const TappedDelayLine still("tdl-c", 30e-9, kFrequency_hz, 100e6, 18, 0, 3);
  EXPECT_EQ(still.gains({5, 5, 1}, 10), still.gains({5, 5, 1}, 1000));
  EXPECT_NE(still.gains({5, 5, 1}, 10), still.gains({5, 5.03, 1}, 10));
}

TEST(TappedDelayLine, IsAnothersOnAnotherStream) {
  EXPECT_EQ(line("tdl-b", 1).gains({0, 0, 0}, 0), line("tdl-b", 1).gains({0, 0, 0}, 0));
  EXPECT_NE(line("tdl-b", 1).gains({0, 0, 0}, 0), line("tdl-b", 2).gains({0, 0, 0}, 0));
}

}  // namespace
}  // namespace gradwave::channel
