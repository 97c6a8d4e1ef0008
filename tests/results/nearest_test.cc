// SPDX-License-Identifier: GPL-2.0-only
#include "results/nearest.h"

#include <gtest/gtest.h>

namespace gradwave::results {
namespace {

TEST(Nearest, CountsInsertionsDeletionsReplacementsAndSwaps) {
  const std::vector<std::string> words = {"topk", "randk", "none"};
  EXPECT_EQ(nearest("topkk", words), "topk");
  EXPECT_EQ(nearest("tpok", words), "topk");
  EXPECT_EQ(nearest("rank", words), "randk");
  EXPECT_EQ(nearest("nune", words), "none");
}

TEST(Nearest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("zebra", {"topk", "none"}), "");
  EXPECT_EQ(nearest("x", {}), "");
}

}  // namespace
}  // namespace gradwave::results
