// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace gradwave::learning {
namespace {

ScheduleInput adaptopk(std::int64_t k, std::int64_t rounds, double gamma, std::int64_t t_hat) {
  ScheduleInput input;
  input.schedule = "adaptopk";
  input.k = k;
  input.model_size = 1000000;
  input.rounds = rounds;
  input.gamma = gamma;
  input.t_hat = t_hat;
  return input;
}

TEST(Schedule, FixedIsKInEveryRound) {
  ScheduleInput input;
  input.k = 5;
  input.model_size = 10;
  input.rounds = 4;
  const Schedule schedule = make_schedule(input);
  EXPECT_EQ(schedule.k, (std::vector<std::int64_t>{5, 5, 5, 5}));
  EXPECT_EQ(schedule.unused, 0);
  EXPECT_EQ(schedule.t_hat, -1);
}

TEST(Schedule, AdapTopKIsEquation21) {
  // t_hat = 4, T = 10: more for t < 2 and t >= 7.
  const Schedule schedule = make_schedule(adaptopk(100, 10, 0.5, 4));
  EXPECT_EQ(schedule.k, (std::vector<std::int64_t>{150, 150, 50, 50, 50, 50, 50, 150, 150, 150}));
  EXPECT_EQ(schedule.unused, 0);
  EXPECT_EQ(schedule.t_hat, 4);
}

TEST(Schedule, ComparesHalvesAsReals) {
  // t_hat = 3, T = 8: more for t < 1.5 and t >= 5.5, that is t = 0, 1 and 6, 7.
  const Schedule schedule = make_schedule(adaptopk(100, 8, 0.5, 3));
  EXPECT_EQ(schedule.k, (std::vector<std::int64_t>{150, 150, 50, 50, 50, 50, 150, 150}));
}

TEST(Schedule, RoundZeroTakesMoreWhereverTHatLies) {
  for (std::int64_t t_hat = 0; t_hat <= 20; ++t_hat) {
    const Schedule schedule = make_schedule(adaptopk(100, 20, 0.5, t_hat));
    EXPECT_GT(schedule.k[0], 100) << t_hat;
  }
}

TEST(Schedule, NeverSpendsMoreThanTheBudgetAndLeavesLittle) {
  for (const std::int64_t rounds : {1, 2, 3, 7, 10, 99, 300, 301}) {
    for (const double gamma : {0.0, 0.1, 1.0 / 3, 0.5, 0.77, 0.9}) {
      for (const std::int64_t k : {10, 17, 100, 795}) {
        for (std::int64_t t_hat = 0; t_hat <= rounds;
             t_hat += std::max<std::int64_t>(1, rounds / 7)) {
          const Schedule schedule = make_schedule(adaptopk(k, rounds, gamma, t_hat));
          const std::int64_t sum =
              std::accumulate(schedule.k.begin(), schedule.k.end(), std::int64_t{0});
          ASSERT_EQ(static_cast<std::int64_t>(schedule.k.size()), rounds);
          EXPECT_EQ(sum + schedule.unused, k * rounds);
          EXPECT_GE(schedule.unused, 0);
          // A round too many of the lower level, and an entry a round by rounding.
          EXPECT_LE(schedule.unused, static_cast<std::int64_t>(gamma * k) + 1 + rounds);
        }
      }
    }
  }
}

TEST(Schedule, GammaZeroIsFixed) {
  EXPECT_EQ(make_schedule(adaptopk(17, 31, 0, 9)).k, std::vector<std::int64_t>(31, 17));
}

TEST(Schedule, RefusesWhatCannotBeSent) {
  EXPECT_THROW(make_schedule(adaptopk(1, 10, 0.9, 4)), std::invalid_argument) << "k_t = 0";
  EXPECT_THROW(make_schedule(adaptopk(900000, 10, 0.5, 4)), std::invalid_argument) << "k_t > d";
  for (std::int64_t t_hat = 0; t_hat <= 7; ++t_hat) {  // whatever a pilot estimates
    EXPECT_THROW(make_schedule(adaptopk(700000, 7, 0.5, t_hat)), std::invalid_argument) << t_hat;
  }
  EXPECT_THROW(make_schedule(adaptopk(100, 10, 0.5, 11)), std::invalid_argument) << "t_hat > T";
  EXPECT_THROW(make_schedule(adaptopk(100, 10, 0.5, -1)), std::invalid_argument) << "t_hat < 0";
  ScheduleInput unknown;
  unknown.schedule = "adaptop";
  EXPECT_THROW(make_schedule(unknown), std::invalid_argument);
}

}  // namespace
}  // namespace gradwave::learning
