// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/sparse_sum.h"

#include <gmock/gmock.h>

#include "tests/learning/ways.h"

namespace gradwave::learning {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

using SparseSums = BothWays;
GRADWAVE_BOTH_WAYS(SparseSums);

// Words of 64 bits say which entries are there: both ends of one, and the one after.
TEST_P(SparseSums, GivesTheUnionInOrderWithTheSums) {
  SparseSum sum(131, at::kCPU);
  sum.add({{63, 64, 130}, {1, 2, 3}});
  sum.add({{0, 64, 127}, {4, 5, 6}});
  Sparse out{{9, 9}, {9, 9}};
  sum.take_union(out);
  EXPECT_THAT(out.indices, ElementsAre(0, 63, 64, 127, 130));
  EXPECT_THAT(out.values, ElementsAre(4, 1, 7, 6, 3));
}

// Who sent an entry counts, not what the values come to.
TEST_P(SparseSums, KeepsEntriesThatCancel) {
  SparseSum sum(4, at::kCPU);
  sum.add({{2}, {1}});
  sum.add({{2}, {-1}});
  Sparse out;
  sum.take_union(out);
  EXPECT_THAT(out.indices, ElementsAre(2));
  EXPECT_THAT(out.values, ElementsAre(0));
}

TEST_P(SparseSums, IsSubtractedWhereItsEntriesAre) {
  std::vector<float> weights = {10, 10, 10, 10, 10};
  subtract_at(view_of(weights), {{0, 3, 4}, {1, 6, -8}}, 0.5);
  EXPECT_THAT(weights, ElementsAre(9.5F, 10, 10, 7, 14));
  subtract_at(view_of(weights), {{0, 1, 2, 3, 4}, {0, 0, 2, 0, 0}}, 1);
  EXPECT_THAT(weights, ElementsAre(9.5F, 10, 8, 7, 14));
}

TEST_P(SparseSums, GivesAllEntriesInOrder) {
  SparseSum sum(4, at::kCPU);
  sum.add({{1, 3}, {5, 6}});
  sum.add({{1}, {2}});
  Sparse out;
  sum.take_all(out);
  EXPECT_THAT(out.indices, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(out.values, ElementsAre(0, 7, 0, 6));
}

TEST_P(SparseSums, IsEmptyOnceTaken) {
  SparseSum sum(4, at::kCPU);
  Sparse out;
  for (const bool all : {false, true}) {
    sum.add({{1, 3}, {5, 6}});
    all ? sum.take_all(out) : sum.take_union(out);
    sum.take_union(out);
    EXPECT_THAT(out.indices, IsEmpty());
    EXPECT_THAT(out.values, IsEmpty());
    sum.take_all(out);
    EXPECT_THAT(out.values, Each(0));
  }
}

}  // namespace
}  // namespace gradwave::learning
