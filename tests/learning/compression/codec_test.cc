// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <cstring>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "learning/runtime/random.h"

namespace gradwave::learning {
namespace {

std::int64_t below(Random& random, std::int64_t n) {
  return boost::random::uniform_int_distribution<std::int64_t>(0, n - 1)(random);
}

// k different indices, ascending, and values of arbitrary bits, NaN and infinity among them.
Sparse random_sparse(std::int64_t k, std::int64_t d, Random& random) {
  std::vector<std::uint32_t> all(d);
  std::iota(all.begin(), all.end(), 0);
  for (std::int64_t i = 0; i < k; ++i) std::swap(all[i], all[i + below(random, d - i)]);
  Sparse sparse;
  sparse.indices.assign(all.begin(), all.begin() + k);
  std::sort(sparse.indices.begin(), sparse.indices.end());
  for (std::int64_t i = 0; i < k; ++i) {
    const auto bits = static_cast<std::uint32_t>(random());
    float value;
    std::memcpy(&value, &bits, sizeof value);
    sparse.values.push_back(value);
  }
  return sparse;
}

void expect_same_bits(const Sparse& a, const Sparse& b) {
  EXPECT_EQ(a.indices, b.indices);
  ASSERT_EQ(a.values.size(), b.values.size());
  if (a.values.empty()) return;
  EXPECT_EQ(std::memcmp(a.values.data(), b.values.data(), a.values.size() * sizeof(float)), 0);
}

TEST(Codec, IndexWidthIsTheCeilingOfLog2) {
  EXPECT_EQ(index_bits(1), 0);
  EXPECT_EQ(index_bits(2), 1);
  EXPECT_EQ(index_bits(3), 2);
  EXPECT_EQ(index_bits(256), 8);
  EXPECT_EQ(index_bits(257), 9);
  EXPECT_EQ(index_bits(203530), 18);
}

TEST(Codec, AMessageOfTheReferenceModelIsAsLongAsByHand) {
  // 4 + ceil(795 x 18 / 8) + 795 x 4
  EXPECT_EQ(encoded_bytes(795, 203530), 4 + 1789 + 3180);
  EXPECT_EQ(encoded_bytes(203530, 203530), 4 + 4 * 203530) << "no indices if all are sent";
  EXPECT_EQ(encoded_bytes(0, 203530), 4);
}

TEST(Codec, TheBytesAreThoseOfTheFormat) {
  std::vector<std::uint8_t> bytes;
  encode({{1, 6}, {1.0F, -2.0F}}, 8, bytes);  // two 3-bit indices, lowest first: 110 001
  EXPECT_EQ(bytes,
            (std::vector<std::uint8_t>{2, 0, 0, 0, 0b110001, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}));
}

TEST(Codec, WhatIsDecodedIsWhatWasEncoded) {
  Random random = random_stream(1, "codec-test");
  Sparse decoded;
  std::vector<std::uint8_t> bytes;
  for (const std::int64_t d : {1, 2, 3, 7, 8, 9, 255, 256, 257, 1000, 4095, 4096, 4097}) {
    for (const std::int64_t k : {std::int64_t{0}, std::int64_t{1}, d / 3, d - 1, d}) {
      const Sparse sparse = random_sparse(k, d, random);
      encode(sparse, d, bytes);
      EXPECT_EQ(static_cast<std::int64_t>(bytes.size()), encoded_bytes(k, d));
      decode(bytes, d, decoded);
      expect_same_bits(sparse, decoded);
    }
  }
}

TEST(Codec, KeepsTheFloatsThatAreNoNumbers) {
  const float inf = std::numeric_limits<float>::infinity();
  const Sparse sparse = {{0, 1, 2, 3}, {-0.0F, inf, -inf, std::nanf("7")}};
  std::vector<std::uint8_t> bytes;
  Sparse decoded;
  encode(sparse, 100, bytes);
  decode(bytes, 100, decoded);
  expect_same_bits(sparse, decoded);
}

TEST(Codec, RefusesWhatIsNotOneWholeMessage) {
  std::vector<std::uint8_t> bytes;
  Sparse out;
  encode({{1, 5}, {1, 2}}, 8, bytes);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const std::vector<std::uint8_t> cut(bytes.begin(), bytes.begin() + length);
    EXPECT_THROW(decode(cut, 8, out), std::invalid_argument) << length;
  }
  std::vector<std::uint8_t> longer = bytes;
  longer.push_back(0);
  EXPECT_THROW(decode(longer, 8, out), std::invalid_argument);
  EXPECT_THROW(decode({9, 0, 0, 0}, 8, out), std::invalid_argument) << "k > d";
  encode({{5, 1}, {1, 2}}, 8, bytes);
  EXPECT_THROW(decode(bytes, 8, out), std::invalid_argument) << "out of order";
  encode({{1, 6}, {1, 2}}, 8, bytes);
  EXPECT_THROW(decode(bytes, 6, out), std::invalid_argument) << "index beyond d";
}

TEST(Codec, SurvivesDamagedMessages) {
  Random random = random_stream(2, "codec-test");
  Sparse out;
  std::vector<std::uint8_t> bytes;
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    encode(random_sparse(20, 1000, random), 1000, bytes);
    bytes[below(random, static_cast<std::int64_t>(bytes.size()))] ^=
        static_cast<std::uint8_t>(1 + below(random, 255));
    try {
      decode(bytes, 1000, out);
      EXPECT_EQ(out.indices.size(), 20u);
      EXPECT_LT(out.indices.back(), 1000u);
    } catch (const std::invalid_argument&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 200) << "damage to the indices ought to show often";
}

}  // namespace
}  // namespace gradwave::learning
