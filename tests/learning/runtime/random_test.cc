// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/random.h"

#include <gtest/gtest.h>

#include <set>

namespace gradwave::learning {
namespace {

TEST(RandomStream, IsPinnedForever) {
  // Changing these numbers changes every result ever stored.
  EXPECT_EQ(random_stream(1, "weights")(), 322228797313107948U);
  EXPECT_EQ(random_stream(7, "batches", {3})(), 12055543511984769315U);
}

TEST(RandomStream, DependsOnSeedNameAndEveryIndex) {
  const std::set<std::uint64_t> first = {
      random_stream(1, "a")(),         random_stream(2, "a")(),
      random_stream(1, "b")(),         random_stream(1, "a", {0})(),
      random_stream(1, "a", {1})(),    random_stream(1, "a", {0, 0})(),
      random_stream(1, "a", {0, 1})(), random_stream(1, "a", {1, 0})(),
      random_stream(1, "ab")()};
  EXPECT_EQ(first.size(), 9u);
  EXPECT_EQ(random_stream(1, "a", {5})(), random_stream(1, "a", {5})());
}

}  // namespace
}  // namespace gradwave::learning
