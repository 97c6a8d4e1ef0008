// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/block_map.h"

#include <gtest/gtest.h>

namespace gradwave::channel::nr {
namespace {

TEST(BlockMap, FillsAFlatCarrierFromOneEnd) {
  BlockMap low(10, 2, false), high(10, 2, true);
  EXPECT_EQ(low.free(), 8);
  EXPECT_EQ(low.best(3, {1}, 10), (Pieces{{2, 3}}));
  EXPECT_EQ(high.best(3, {1}, 10), (Pieces{{7, 3}}));
  low.take({{2, 3}});
  high.take({{7, 3}});
  EXPECT_EQ(low.free(), 5);
  EXPECT_EQ(low.best(5, {1}, 10), (Pieces{{5, 5}}));
  EXPECT_EQ(high.best(5, {1}, 10), (Pieces{{2, 5}}));
}

TEST(BlockMap, TakesThePieceThatCarriesMost) {
  const BlockMap map(12, 0, false);
  const std::vector<double> gains = {0.1, 2, 0.5, 1.5};  // of three blocks each
  EXPECT_EQ(map.best(2, gains, 10), (Pieces{{3, 2}}));
  EXPECT_EQ(map.best(6, gains, 10), (Pieces{{3, 6}})) << "4.4 and 2.6 bits, before 2.6 and 4.0";
}

TEST(BlockMap, TakesTheBestBlocksInPiecesWhereNoPieceIsLongEnough) {
  BlockMap map(12, 0, false);
  map.take({{4, 1}, {9, 1}});
  EXPECT_EQ(map.best(6, {1, 2, 3, 4}, 10), (Pieces{{3, 1}, {6, 3}, {10, 2}}));
  EXPECT_EQ(blocks_in(map.best(10, {1, 2, 3, 4}, 10)), 10) << "all that is left";
}

TEST(Pieces, KnowWhatTheyShareAndTheirGains) {
  const Pieces one = {{0, 4}, {8, 4}}, other = {{2, 8}};
  EXPECT_EQ(shared_blocks(one, other), 4);
  EXPECT_EQ(shared_blocks(other, one), 4);
  EXPECT_EQ(shared_blocks(one, {{4, 4}}), 0);
  EXPECT_EQ(gains_on(one, {1, 2, 3}, 12), (std::vector<double>{1, 3}));
  EXPECT_EQ(gains_on({{3, 2}, {5, 1}}, {1, 2, 3}, 12), (std::vector<double>{1, 2}));
  EXPECT_EQ(gains_on({{0, 12}}, {1}, 12), (std::vector<double>{1}));
}

}  // namespace
}  // namespace gradwave::channel::nr
