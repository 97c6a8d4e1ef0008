// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/compressor.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <limits>

#include "learning/compression/sparse.h"
#include "tests/learning/ways.h"

namespace gradwave::learning {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kSize = 5000;

std::vector<float> noise(std::uint64_t seed) {
  Random random(seed);
  boost::random::normal_distribution<float> normal;
  std::vector<float> vector(kSize);
  for (float& x : vector) x = normal(random);
  return vector;
}

using Compressors = BothWays;
GRADWAVE_BOTH_WAYS(Compressors);

TEST_P(Compressors, SendsOrKeepsEveryEntryToTheBit) {
  constexpr float kLearningRate = 0.125F;  // a power of two: eta grad is exact, fused or not
  for (const char* name : {"topk", "randk", "none"}) {
    const auto sparsifier = make_sparsifier(name);
    Compressor compressor(kSize, true, 0, at::kCPU);
    for (std::uint64_t round = 0; round < 20; ++round) {
      const std::vector<float> before = values_of(compressor.memory());
      const std::vector<float> gradient = noise(round);
      Random random(round);
      Sparse sent;
      const std::int64_t k = std::string(name) == "none" ? kSize : 100;
      compressor.compress(view_of(gradient), kLearningRate, k, *sparsifier, random, sent);

      std::vector<float> sum = values_of(compressor.memory());
      ASSERT_EQ(static_cast<std::int64_t>(sent.indices.size()), k);
      for (std::size_t i = 0; i < sent.indices.size(); ++i) {
        ASSERT_EQ(sum[sent.indices[i]], 0) << "sent and kept at once";
        sum[sent.indices[i]] = sent.values[i];
      }
      for (std::int64_t j = 0; j < kSize; ++j) {
        ASSERT_EQ(sum[j], before[j] + kLearningRate * gradient[j]) << name << ", entry " << j;
      }
    }
  }
}

TEST_P(Compressors, WithoutErrorCompensationSendsTheGradientItself) {
  const auto sparsifier = make_sparsifier("topk");
  Compressor compressor(kSize, false, 0, at::kCPU);
  const std::vector<float> gradient = noise(1);
  for (int round = 0; round < 3; ++round) {  // and remembers nothing
    Random random(1);
    Sparse sent, expected;
    compressor.compress(view_of(gradient), 1, 50, *sparsifier, random, sent);
    sparsifier->select(view_of(gradient), 50, random, expected);
    EXPECT_EQ(sent.indices, expected.indices);
    EXPECT_EQ(sent.values, expected.values);
    EXPECT_FALSE(compressor.memory().defined());
    compressor.take_back(sent);
  }
}

TEST_P(Compressors, TakesBackWhatDidNotArriveToTheBit) {
  const auto sparsifier = make_sparsifier("topk");
  Compressor compressor(kSize, true, 0, at::kCPU);
  const std::vector<float> gradient = noise(2);
  Random random(1);
  Sparse sent;
  compressor.compress(view_of(gradient), 1, 50, *sparsifier, random, sent);
  compressor.take_back(sent);
  EXPECT_EQ(values_of(compressor.memory()), gradient);
}

// By hand, with beta = 0.5, eta = 2, k = 1: what is sent leaves memory and momentum alike.
TEST_P(Compressors, CorrectsMomentumAsDeepGradientCompressionDoes) {
  const auto sparsifier = make_sparsifier("topk");
  Compressor compressor(2, true, 0.5, at::kCPU);
  const std::vector<float> gradient = {4, 3};
  Random random(1);
  Sparse sent;
  compressor.compress(view_of(gradient), 2, 1, *sparsifier, random, sent);
  EXPECT_THAT(sent.indices, ElementsAre(0));
  EXPECT_THAT(sent.values, ElementsAre(8));
  EXPECT_THAT(values_of(compressor.momentum()), ElementsAre(0, 3));
  EXPECT_THAT(values_of(compressor.memory()), ElementsAre(0, 6));
  compressor.compress(view_of(gradient), 2, 1, *sparsifier, random, sent);  // u = 4, 4.5
  EXPECT_THAT(sent.indices, ElementsAre(1));
  EXPECT_THAT(sent.values, ElementsAre(15));
  EXPECT_THAT(values_of(compressor.momentum()), ElementsAre(4, 0));
  EXPECT_THAT(values_of(compressor.memory()), ElementsAre(8, 0));
}

TEST_P(Compressors, LetsDivergenceThrough) {
  const auto sparsifier = make_sparsifier("topk");
  Compressor compressor(kSize, true, 0, at::kCPU);
  std::vector<float> gradient = noise(3);
  gradient[7] = std::numeric_limits<float>::infinity();
  gradient[11] = std::numeric_limits<float>::quiet_NaN();
  Random random(1);
  Sparse sent;
  compressor.compress(view_of(gradient), 1, 2, *sparsifier, random, sent);
  EXPECT_THAT(sent.indices, ElementsAre(7, 11));
}

}  // namespace
}  // namespace gradwave::learning
