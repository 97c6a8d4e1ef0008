// SPDX-License-Identifier: GPL-2.0-only
#include "sim/campaign/looks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradwave {
namespace {

using testing::ElementsAre;

TEST(Looks, ComeAfterHalfAsManySeedsAgain) {
  EXPECT_THAT(seeds_at_looks(3, 30), ElementsAre(3, 5, 8, 12, 18, 27, 30));
  EXPECT_THAT(seeds_at_looks(1, 4), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(seeds_at_looks(5, 5), ElementsAre(5));
  EXPECT_THAT(seeds_at_looks(5, 2), ElementsAre(5));
}

TEST(Looks, ShareTheFivePercent) {
  EXPECT_DOUBLE_EQ(confidence_at(1), 0.95);
  EXPECT_DOUBLE_EQ(confidence_at(5), 0.99);
}

TEST(Looks, ArePreciseInPointsOrSeconds) {
  EXPECT_DOUBLE_EQ(precision_of("0.3")->half_width, 0.3);
  EXPECT_FALSE(precision_of("0.3")->of_time);
  EXPECT_TRUE(precision_of("2s")->of_time);
  for (const char* wrong : {"", "s", "0", "-1", "2m", "2s ", "nan", "inf", "x"}) {
    EXPECT_FALSE(precision_of(wrong)) << wrong;
  }
}

TEST(Looks, SeeTheWidestDifference) {
  results::Comparison comparison;
  comparison.rows.resize(3);
  for (int i = 0; i < 3; ++i)
    comparison.rows[i].variant = std::string(1, static_cast<char>('A' + i));
  EXPECT_FALSE(widest(comparison, false));
  comparison.rows[1].accuracy_difference = {3, 0, 0.002};
  EXPECT_FALSE(widest(comparison, false));
  comparison.rows[2].accuracy_difference = {3, 0, 0.005};
  EXPECT_DOUBLE_EQ(*widest(comparison, false), 0.5);
}

}  // namespace
}  // namespace gradwave
