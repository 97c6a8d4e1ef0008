// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/sparsifier.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>

#include "learning/words.h"
#include "tests/learning/ways.h"

namespace gradwave::learning {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Sparse select(const std::string& name, const std::vector<float>& vector, std::int64_t k,
              std::uint64_t seed = 1) {
  Random random(seed);
  Sparse out;
  make_sparsifier(name)->select(view_of(vector), k, random, out);
  return out;
}

// What Top-K is, said plainly: sort stably by absolute value, NaN first, and take k.
std::vector<std::uint32_t> reference_topk(const std::vector<float>& vector, std::int64_t k) {
  std::vector<std::uint32_t> order(vector.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const bool a_nan = std::isnan(vector[a]), b_nan = std::isnan(vector[b]);
    if (a_nan != b_nan) return a_nan;
    return !a_nan && std::fabs(vector[a]) > std::fabs(vector[b]);
  });
  order.resize(k);
  std::sort(order.begin(), order.end());
  return order;
}

std::uint32_t bits(float value) {  // so that NaN equals itself
  std::uint32_t out;
  std::memcpy(&out, &value, sizeof out);
  return out;
}

void expect_reference(const std::vector<float>& vector, std::int64_t k) {
  const Sparse out = select("topk", vector, k);
  ASSERT_EQ(out.indices, reference_topk(vector, k)) << "d=" << vector.size() << " k=" << k;
  ASSERT_EQ(out.values.size(), out.indices.size());
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    ASSERT_EQ(bits(out.values[i]), bits(vector[out.indices[i]]));
  }
}

// Gradients of a perceptron look like this: most entries tiny, scale different from row to row,
// some rows exactly zero.
std::vector<float> gradient_like(std::int64_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> vector(size);
  float scale = 1;
  for (std::int64_t i = 0; i < size; ++i) {
    if (i % 784 == 0) scale = random() % 4 == 0 ? 0.0F : std::exp(2 * normal(random));
    vector[i] = scale * normal(random);
  }
  return vector;
}

using TopK = BothWays;
GRADWAVE_BOTH_WAYS(TopK);
using RandK = BothWays;
GRADWAVE_BOTH_WAYS(RandK);

TEST_P(TopK, TakesTheLargestMagnitudesWithTheirSigns) {
  const Sparse out = select("topk", {0.5F, -3, 1, 2, -0.1F}, 2);
  EXPECT_THAT(out.indices, ElementsAre(1, 3));
  EXPECT_THAT(out.values, ElementsAre(-3, 2));
}

TEST_P(TopK, BreaksTiesTowardsLowerIndices) {
  EXPECT_THAT(select("topk", {1, -2, 2, 2, -2, 1}, 3).indices, ElementsAre(1, 2, 3));
  EXPECT_THAT(select("topk", {0, -0.0F, 0, -0.0F}, 2).indices, ElementsAre(0, 1));
  std::vector<float> equal(100'000, -7);
  const Sparse out = select("topk", equal, 1000);
  EXPECT_EQ(out.indices.front(), 0U);
  EXPECT_EQ(out.indices.back(), 999U);
}

TEST_P(TopK, IsWhatSortingGives) {
  for (const std::int64_t size : {1, 2, 31, 32, 33, 4096, 4097, 20'000, 203'530}) {
    const std::vector<float> vector = gradient_like(size, static_cast<std::uint64_t>(size));
    for (const std::int64_t k :
         {std::int64_t{1}, size / 1000, size / 256, size / 10, size / 2, size - 1, size}) {
      if (k >= 1) expect_reference(vector, k);
    }
  }
}

TEST_P(TopK, IsWhatSortingGivesForEvilVectors) {
  constexpr std::int64_t kSize = 50'000;
  std::mt19937_64 random(3);
  std::vector<float> vector(kSize, 0);
  expect_reference(vector, 100);  // all zero

  for (int i = 0; i < 20; ++i) vector[random() % kSize] = 1;  // fewer than k that are not zero
  expect_reference(vector, 100);

  for (float& value : vector) value = static_cast<float>(random() % 5) - 2;  // hardly any distinct
  for (const std::int64_t k : {1, 100, 9'000, 30'000}) expect_reference(vector, k);

  for (float& value : vector) {  // denormals of both signs
    value = static_cast<float>(random() % 1000) * std::numeric_limits<float>::denorm_min();
    if (random() % 2 == 0) value = -value;
  }
  expect_reference(vector, 200);

  for (int i = 0; i < 50; ++i) vector[random() % kSize] = i % 2 == 0 ? kInfinity : -kInfinity;
  expect_reference(vector, 20);

  for (int i = 0; i < 300; ++i) vector[random() % kSize] = i % 2 == 0 ? kNaN : -kNaN;
  for (const std::int64_t k : {1, 100, 400, 5'000}) expect_reference(vector, k);

  std::fill(vector.begin(), vector.end(), kNaN);
  expect_reference(vector, 100);
}

// The sample that guesses the threshold must not be what decides the result: here it sees nothing
// but large entries, or nothing but small ones.
TEST_P(TopK, SurvivesASampleThatMisleads) {
  constexpr std::uint64_t kSize = 100'000;
  const std::vector<float> plain = gradient_like(kSize, 9);
  std::vector<float> high = plain, low = plain;
  for (std::uint32_t i = 0; i < 4096; ++i) {
    const std::uint32_t fraction = i * 2654435769U;
    const std::uint64_t position = fraction * kSize >> 32;
    high[position] = 1000;
    low[position] = 0;
  }
  for (const std::int64_t k : {10, 400, 4'000, 6'000}) {
    expect_reference(high, k);
    expect_reference(low, k);
  }
}

// One pass or two, the same to the bit, also where the sample misleads.
TEST_P(TopK, SelectsFromTheSumThatTheyAccumulate) {
  constexpr std::int64_t kSize = 100'001;
  constexpr float kScale = 0.125F;
  const std::vector<float> gradient = gradient_like(kSize, 5);
  std::vector<float> misleading = gradient_like(kSize, 6);
  for (std::uint32_t i = 0; i < 4096; ++i) {
    const std::uint32_t fraction = i * 2654435769U;
    const std::uint64_t position = fraction * static_cast<std::uint64_t>(kSize) >> 32;
    misleading[position] = 1000;
  }
  for (const std::vector<float>& start : {gradient_like(kSize, 7), misleading}) {
    for (const auto& [name, description] : sparsifiers()) {
      const std::int64_t k = name == "none" ? kSize : 1'000;
      std::vector<float> sum = start, memory = start;
      for (std::int64_t j = 0; j < kSize; ++j) sum[j] += kScale * gradient[j];
      Random random(3);
      Sparse out;
      make_sparsifier(name)->accumulate_and_select(view_of(gradient), kScale, view_of(memory), k,
                                                   random, out);
      const Sparse expected = select(name, sum, k, 3);
      EXPECT_EQ(memory, sum) << name;
      EXPECT_EQ(out.indices, expected.indices) << name;
      EXPECT_EQ(out.values, expected.values) << name;
    }
  }
}

TEST_P(RandK, DrawsDistinctEntriesInOrderAndDoesNotRescaleThem) {
  const std::vector<float> vector = gradient_like(1000, 5);
  for (const std::int64_t k : {1, 10, 999, 1000}) {
    const Sparse out = select("randk", vector, k);
    ASSERT_EQ(static_cast<std::int64_t>(out.indices.size()), k);
    for (std::size_t i = 0; i < out.indices.size(); ++i) {
      if (i > 0) {
        ASSERT_LT(out.indices[i - 1], out.indices[i]);
      }
      ASSERT_LT(out.indices[i], vector.size());
      ASSERT_EQ(out.values[i], vector[out.indices[i]]);
    }
  }
}

TEST(RandKStream, TakesEveryEntryEquallyOften) {
  constexpr int kSize = 20, kTake = 5, kDraws = 20'000;
  const std::vector<float> vector(kSize, 1);
  std::vector<int> taken(kSize, 0);
  Random random(7);
  const auto sparsifier = make_sparsifier("randk");
  Sparse out;
  for (int draw = 0; draw < kDraws; ++draw) {
    sparsifier->select(view_of(vector), kTake, random, out);
    for (const std::uint32_t index : out.indices) ++taken[index];
  }
  // Binomial(20000, 1/4): mean 5000, deviation 61.
  for (const int times : taken) EXPECT_NEAR(times, 5000, 5 * 61);
}

TEST(RandKStream, FollowsItsStream) {
  const std::vector<float> vector = gradient_like(1000, 5);
  EXPECT_EQ(select("randk", vector, 20, 1).indices, select("randk", vector, 20, 1).indices);
  EXPECT_NE(select("randk", vector, 20, 1).indices, select("randk", vector, 20, 2).indices);
}

TEST(None, SendsTheWholeVector) {
  const std::vector<float> vector = {3, -1, 0};
  const Sparse out = select("none", vector, 3);
  EXPECT_THAT(out.indices, ElementsAre(0, 1, 2));
  EXPECT_EQ(out.values, vector);
}

TEST(Sparsifiers, AllKeepNothingFromOneCallToTheNext) {
  const std::vector<float> wide = gradient_like(9000, 1), narrow = gradient_like(5000, 2);
  for (const auto& [name, description] : sparsifiers()) {
    const auto sparsifier = make_sparsifier(name);
    const bool all = name == "none";
    Sparse reused;
    Random first(4);
    sparsifier->select(view_of(wide), all ? 9000 : 700, first, reused);
    Random second(1);
    sparsifier->select(view_of(narrow), all ? 5000 : 30, second, reused);
    EXPECT_EQ(reused.indices, select(name, narrow, all ? 5000 : 30).indices) << name;
    EXPECT_FALSE(description.empty());
  }
}

TEST(Sparsifiers, RefuseAnUnknownWord) {
  try {
    make_sparsifier("topkk");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown sparsifier 'topkk'"));
    EXPECT_THAT(error.what(), HasSubstr("'topk'"));
  }
}

}  // namespace
}  // namespace gradwave::learning
