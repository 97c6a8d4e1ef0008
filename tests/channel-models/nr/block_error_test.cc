// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/block_error.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gradwave::channel::nr {
namespace {

double from_db(double db) { return std::pow(10, db / 10); }

// One code block of `bits` with its CRC, after a loss of `loss_db`.
double code_block_error(double bits, const Mcs& mcs, double sinr_db, double loss_db = 0.9) {
  const std::int64_t size = static_cast<std::int64_t>(bits) - (bits > 3840 ? 24 : 16);
  return block_error(size, mcs, {bits / mcs.efficiency(), from_db(sinr_db - loss_db)});
}

struct Point {
  const std::vector<Mcs>& table;
  int index;
  double bits, sinr_db, published;
};

// NVIDIA Sionna 0.19, src/sionna/sys/bler_tables: simulated LDPC, perfect channel knowledge.
TEST(BlockError, IsWithin04DecibelOfPublishedTables) {
  const auto& t1 = mcs_table_64qam();
  const auto& t2 = mcs_table_256qam();
  for (const Point& point :
       {Point{t1, 13, 1000, 5.714, .514}, Point{t1, 13, 2000, 5.714, .587},
        Point{t1, 17, 1000, 9.286, .069}, Point{t1, 17, 2000, 9.286, .035},
        Point{t1, 20, 1000, 11.071, .814}, Point{t1, 27, 1000, 18.214, .314},
        Point{t2, 17, 1000, 15.526, .147}, Point{t2, 20, 1000, 18.684, .118},
        Point{t2, 24, 2000, 21.842, .348}, Point{t2, 27, 2000, 25.000, .150}}) {
    const auto at = [&](double off_db) {
      return code_block_error(point.bits, point.table[point.index], point.sinr_db + off_db);
    };
    EXPECT_LT(at(0.4), point.published) << point.index << " " << point.bits;
    EXPECT_GT(at(-0.4), point.published) << point.index << " " << point.bits;
  }
}

// The same approximation by another program, to its last digit.
TEST(BlockError, IsThatOfAnIndependentProgram) {
  const auto& t1 = mcs_table_64qam();
  EXPECT_NEAR(code_block_error(1000, t1[13], 5.714), .614, 2e-3);
  EXPECT_NEAR(code_block_error(2000, t1[17], 9.286), .014, 2e-3);
  EXPECT_NEAR(code_block_error(1000, mcs_table_256qam()[17], 15.526), .251, 2e-3);
  const std::vector<std::pair<int, double>> tenth = {
      {4, -1.81}, {6, .37},    {9, 3.29},   {10, 3.37},  {13, 5.96}, {16, 8.60},
      {17, 8.99}, {20, 11.56}, {24, 15.53}, {27, 18.50}, {28, 19.53}};
  for (const auto& [index, sinr_db] : tenth) {
    EXPECT_NEAR(code_block_error(6000, t1[index], sinr_db), 0.1, 0.015) << index;
  }
}

TEST(BlockError, FallsWithSinrAndRisesWithTheScheme) {
  const auto& schemes = mcs_table_256qam();
  for (const Mcs& mcs : schemes) {
    double last = 1;
    for (double sinr_db = -30; sinr_db <= 50; sinr_db += 0.1) {
      const double now = block_error(20000, mcs, {20000 / mcs.efficiency(), from_db(sinr_db)});
      ASSERT_LE(now, last + 1e-12) << mcs.index << " at " << sinr_db;
      last = now;
    }
    EXPECT_LT(last, 1e-9) << mcs.index;
  }
}

// SINRs at which one transmission and two of 6,000 bits fail one time in ten. MCS 4 is below the
// mother code's rate at once: the second transmission has nothing new.
struct Twice {
  int index;
  double one_db, chase_db, incremental_db;
};

TEST(BlockError, OfTwoTransmissionsIsThatOfAnIndependentProgram) {
  for (const Twice& twice :
       {Twice{4, -1.81, -4.82, -4.82}, Twice{9, 3.29, .27, -1.26}, Twice{13, 5.96, 2.95, 1.95},
        Twice{16, 8.60, 5.59, 3.23}, Twice{20, 11.56, 8.55, 6.06}, Twice{24, 15.53, 12.52, 7.88},
        Twice{28, 19.53, 16.52, 9.73}}) {
    const Mcs& mcs = mcs_table_64qam()[twice.index];
    const auto at = [&](double sinr_db, int times, Combining combining) {
      const Transmission one{6000 / mcs.efficiency(), from_db(sinr_db - 0.9)};
      return block_error(5976, mcs, std::vector<Transmission>(times, one), combining);
    };
    const auto crosses = [&](double sinr_db, int times, Combining combining) {
      return at(sinr_db - 0.1, times, combining) > 0.1 && at(sinr_db + 0.1, times, combining) < 0.1;
    };
    EXPECT_TRUE(crosses(twice.one_db, 1, Combining::kChase)) << twice.index;
    EXPECT_TRUE(crosses(twice.one_db, 1, Combining::kIncremental)) << twice.index;
    EXPECT_TRUE(crosses(twice.chase_db, 2, Combining::kChase)) << twice.index;
    EXPECT_TRUE(crosses(twice.incremental_db, 2, Combining::kIncremental)) << twice.index;
  }
}

TEST(Information, OfQpskIsTwoBinaryChannels) {
  // Capacity of the binary-input Gaussian channel at 0 dB: 0.4859 bit.
  EXPECT_NEAR(information(2, 1.0).mean, 2 * 0.4859, 2e-4);
}

TEST(Information, IsAllBitsAtHighSinrAndNoneAtLow) {
  for (const int bits : {2, 4, 6, 8}) {
    EXPECT_NEAR(information(bits, from_db(35)).mean, bits, 2e-3);
    EXPECT_NEAR(information(bits, from_db(60)).mean, bits, 2e-3);
    // Below the table in proportion, and never above Shannon's capacity.
    EXPECT_NEAR(information(bits, from_db(-25)).mean / information(bits, from_db(-15)).mean, 0.1,
                1e-9);
    for (double sinr_db = -20; sinr_db < 40; sinr_db += 0.1) {
      ASSERT_LE(information(bits, from_db(sinr_db)).mean, std::log2(1 + from_db(sinr_db)) + 1e-3);
    }
    EXPECT_EQ(information(bits, 0).mean, 0);
  }
}

TEST(EffectiveSinr, IsThatOfTheMeanInformation) {
  for (const int bits : {2, 4, 6, 8}) {
    for (double db = -25; db < 4 * bits; db += 0.7) {
      EXPECT_NEAR(effective_sinr(bits, {from_db(db), from_db(db)}) / from_db(db), 1, 1e-9) << db;
    }
    const double of_two = effective_sinr(bits, {from_db(3), from_db(9)});
    const double mean =
        (information(bits, from_db(3)).mean + information(bits, from_db(9)).mean) / 2;
    EXPECT_NEAR(information(bits, of_two).mean, mean, 1e-9);
    EXPECT_GT(of_two, from_db(3));
    EXPECT_LT(of_two, from_db(9));
    // A faded half costs half the information, not half the power.
    EXPECT_LT(effective_sinr(bits, {0, from_db(20)}), from_db(17));
  }
}

}  // namespace
}  // namespace gradwave::channel::nr
