// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/transport_block.h"

#include <gtest/gtest.h>

namespace gradwave::channel::nr {
namespace {

struct Known {
  int symbols, dmrs, overhead;
  Mcs mcs;
  int layers;
  std::int64_t prbs, bits;
};

Mcs scheme(int bits_per_symbol, double of_1024) {
  return {0, bits_per_symbol, static_cast<std::int64_t>(10 * of_1024 + 0.5)};
}
Mcs t1(int index) { return mcs_table_64qam().at(index); }
Mcs t2(int index) { return mcs_table_256qam().at(index); }

void expect(const std::vector<Known>& vectors) {
  for (const Known& known : vectors) {
    const std::int64_t elements =
        resource_elements(known.symbols, known.dmrs, known.overhead, known.prbs);
    EXPECT_EQ(transport_block_bits(elements, known.mcs, known.layers), known.bits)
        << known.prbs << " blocks, MCS " << known.mcs.index << ", " << elements << " elements";
  }
}

// Of MATLAB's 5G Toolbox. Those that it gives for 4 layers are of TBS scaling 1/4, which only
// paging has: in N_info it undoes the layers.
TEST(TransportBlock, IsThatOfMatlabs5GToolbox) {
  expect({{12, 6, 0, scheme(2, 102.4), 1, 6, 160},
          {12, 6, 0, scheme(2, 921.6), 1, 6, 1544},
          {12, 36, 12, scheme(2, 102.4), 1, 6, 112},
          {12, 6, 0, scheme(2, 921.6), 1, 11, 2728},
          {12, 6, 12, scheme(2, 102.4), 1, 11, 272},
          {12, 6, 12, scheme(4, 102.4), 1, 6, 304},
          {12, 36, 12, scheme(6, 102.4), 1, 6, 352},
          {12, 6, 12, scheme(8, 102.4), 1, 11, 1128}});
}

TEST(TransportBlock, IsThatOfSrsransSchedulerTests) {
  expect({{12, 36, 0, t1(0), 1, 5, 120},      {12, 36, 0, t1(0), 1, 55, 1416},
          {12, 36, 0, t1(3), 1, 84, 4488},    {12, 36, 0, t1(8), 1, 179, 22536},
          {12, 36, 0, t1(11), 1, 41, 6528},   {12, 36, 0, t1(13), 1, 32, 6528},
          {12, 36, 0, t1(19), 1, 275, 90176}, {12, 36, 0, t1(23), 1, 3, 1416},
          {12, 36, 0, t1(26), 1, 106, 58384}, {12, 36, 0, t1(28), 1, 5, 2976},
          {12, 36, 0, t1(28), 1, 20, 12040},  {14, 36, 0, t1(0), 1, 5, 152},
          {14, 36, 0, t1(0), 1, 55, 1736},    {14, 36, 0, t1(3), 1, 84, 5384},
          {14, 36, 0, t1(8), 1, 179, 27656},  {14, 36, 0, t1(11), 1, 41, 7936},
          {14, 36, 0, t1(13), 1, 32, 8064},   {14, 36, 0, t1(19), 1, 275, 110632},
          {14, 36, 0, t1(23), 1, 3, 1672},    {14, 36, 0, t1(26), 1, 106, 71688},
          {14, 36, 0, t1(28), 1, 20, 14600}});
}

TEST(TransportBlock, IsThatOfExactFractions) {
  expect({{12, 6, 0, t1(0), 1, 1, 32},
          {2, 0, 0, t1(0), 1, 1, 24},
          {10, 12, 0, t1(2), 1, 24, 984},
          {14, 12, 0, t1(16), 1, 51, 20496},
          {14, 12, 0, t1(28), 1, 106, 92200},
          {14, 24, 0, t2(27), 1, 273, 295176},
          {13, 12, 12, t2(27), 2, 51, 100392},  // a rounding down would give 98,376
          {12, 12, 0, t2(27), 4, 273, 1081512}});
}

TEST(TransportBlock, CountsNoMoreThan156ElementsOfABlock) {
  EXPECT_EQ(resource_elements(14, 0, 0, 2), 312);
  EXPECT_EQ(resource_elements(14, 24, 0, 273), 39312);
}

// 5.1.3.2's own words, in fractions of another denominator: no size below the one given would hold
// the quantised N_info, and the quantisation moves it by at most half a step.
TEST(TransportBlock, NeverMovesByMoreThanItsStep) {
  for (const auto& table : {mcs_table_64qam(), mcs_table_256qam()}) {
    for (const Mcs& mcs : table) {
      for (std::int64_t prbs = 1; prbs <= 275; ++prbs) {
        for (const int elements_each : {24, 108, 132, 156}) {
          const long double info = static_cast<long double>(elements_each * prbs) *
                                   mcs.bits_per_symbol * mcs.rate / kRateParts;
          const std::int64_t bits = transport_block_bits(elements_each * prbs, mcs, 1);
          ASSERT_EQ(bits % 8, 0);
          if (info <= 3824) {
            ASSERT_GE(bits, std::max(24.0L, info * (1 - 1.0L / 64)) - 8);
            ASSERT_LE(bits, std::max(24.0L, info + 120));  // the widest gap of the table
          } else {
            ASSERT_NEAR(static_cast<double>(bits), static_cast<double>(info),
                        static_cast<double>(info / 64 + 8 * code_blocks(bits, mcs).count + 24));
          }
        }
      }
    }
  }
}

TEST(TransportBlock, TablesHaveTheStandardsEfficiencies) {
  ASSERT_EQ(mcs_table_64qam().size(), 29u);
  ASSERT_EQ(mcs_table_256qam().size(), 28u);
  EXPECT_NEAR(t1(0).efficiency(), 0.2344, 5e-5);
  EXPECT_NEAR(t1(16).efficiency(), 2.5703, 5e-5);
  EXPECT_NEAR(t1(17).efficiency(), 2.5664, 5e-5);  // less than the one before: the standard's own
  EXPECT_NEAR(t1(28).efficiency(), 5.5547, 5e-5);
  EXPECT_NEAR(t2(20).efficiency(), 5.3320, 5e-5);
  EXPECT_NEAR(t2(27).efficiency(), 7.4063, 5e-5);
}

TEST(CodeBlocks, AreCutAsTheStandardCuts) {
  EXPECT_EQ(code_blocks(3824, t1(28)).count, 1);
  EXPECT_EQ(code_blocks(8424, t1(28)).bits, 8448);
  EXPECT_EQ(code_blocks(8456, t1(28)).count, 2);
  const CodeBlocks large = code_blocks(295176, t1(27));
  EXPECT_EQ(large.count, (295176 + 24 + 8423) / 8424);
  EXPECT_EQ(large.base_graph, 1);
  EXPECT_EQ(code_blocks(292, t1(28)).base_graph, 2);
  EXPECT_EQ(code_blocks(3824, t1(9)).base_graph, 2);    // R = 0.663
  EXPECT_EQ(code_blocks(3824, t1(28)).base_graph, 1);   // R = 0.926
  EXPECT_EQ(code_blocks(100000, t1(3)).base_graph, 2);  // R = 0.245
}

}  // namespace
}  // namespace gradwave::channel::nr
