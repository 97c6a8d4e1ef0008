// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>

#include "learning/rounds.h"

namespace gradwave::learning {
namespace {

TEST(PlannedRounds, RepeatWhatTheyWereGiven) {
  RoundPlan small, large;
  small.uplink_bytes = {10};
  large.uplink_bytes = {20};
  PlannedRounds rounds({small, large}, {{7, 1}, {8, 2}, {9, 3}});
  for (std::int64_t t = 0; t < 7; ++t) {
    const RoundPlan plan = rounds.plan({0});
    EXPECT_EQ(plan.round, t);
    EXPECT_EQ(plan.uplink_bytes[0], t % 2 == 0 ? 10 : 20);
    EXPECT_EQ(rounds.apply({0}).downlink_bytes, 7 + t % 3);
  }
}

}  // namespace
}  // namespace gradwave::learning
