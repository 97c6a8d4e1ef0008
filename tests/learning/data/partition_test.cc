// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <stdexcept>

#include "learning/data/dataset.h"

namespace gradwave::learning {
namespace {

using Parts = std::vector<std::vector<std::int64_t>>;

std::vector<Label> labels(std::int64_t count) {
  std::vector<Label> all(count);
  for (std::int64_t i = 0; i < count; ++i) all[i] = static_cast<Label>(i * 7 % 10);
  return all;
}

Parts deal(const std::string& how, std::int64_t samples, std::int64_t workers,
           std::uint64_t seed = 1, double alpha = 0.5) {
  DataOptions options;
  options.partition = how;
  options.dirichlet_alpha = alpha;
  return partition(options, labels(samples), 10, workers, seed);
}

std::size_t classes_of(const std::vector<std::int64_t>& part, std::int64_t samples) {
  const auto all = labels(samples);
  std::set<int> classes;
  for (const std::int64_t sample : part) classes.insert(all[sample]);
  return classes.size();
}

class EveryPartition : public testing::TestWithParam<const char*> {};

TEST_P(EveryPartition, GivesNobodyNothingAndNoSampleTwice) {
  for (const std::int64_t workers : {1, 3, 8, 50}) {
    const Parts parts = deal(GetParam(), 1000, workers);
    ASSERT_EQ(static_cast<std::int64_t>(parts.size()), workers);
    std::set<std::int64_t> seen;
    std::size_t dealt = 0;
    for (const auto& part : parts) {
      EXPECT_FALSE(part.empty());
      seen.insert(part.begin(), part.end());
      dealt += part.size();
    }
    EXPECT_EQ(seen.size(), dealt);
    EXPECT_GE(*seen.begin(), 0);
    EXPECT_LT(*seen.rbegin(), 1000);
    EXPECT_GT(dealt, 1000u - 2 * static_cast<std::size_t>(workers)) << "too much left over";
  }
}

TEST_P(EveryPartition, DependsOnTheSeedAlone) {
  EXPECT_EQ(deal(GetParam(), 1000, 8, 3), deal(GetParam(), 1000, 8, 3));
  EXPECT_NE(deal(GetParam(), 1000, 8, 3), deal(GetParam(), 1000, 8, 4));
}

TEST_P(EveryPartition, RefusesMoreWorkersThanSamples) {
  EXPECT_THROW(deal(GetParam(), 7, 8), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(Words, EveryPartition, testing::Values("iid", "dirichlet", "shards"),
                         [](const auto& word) { return std::string(word.param); });

TEST(Partition, IidGivesEverybodyTheSameNumber) {
  for (const auto& part : deal("iid", 1000, 8)) {
    EXPECT_EQ(part.size(), 125u);
    EXPECT_EQ(classes_of(part, 1000), 10u);
  }
}

TEST(Partition, ShardsGiveEverybodyFewClasses) {
  for (const auto& part : deal("shards", 1000, 10)) {
    EXPECT_EQ(part.size(), 100u);
    EXPECT_LE(classes_of(part, 1000), 4u);
  }
}

TEST(Partition, DirichletIsAlikeForLargeAlphaAndUnlikeForSmall) {
  const auto mean_classes = [](double alpha) {
    double sum = 0;
    for (const auto& part : deal("dirichlet", 1000, 10, 1, alpha)) sum += classes_of(part, 1000);
    return sum / 10;
  };
  EXPECT_EQ(mean_classes(1000), 10);
  EXPECT_LT(mean_classes(0.05), 5);
}

TEST(Partition, DirichletFeedsEverybodyEvenAtTheExtreme) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const auto& part : deal("dirichlet", 60, 50, seed, 1e-3)) EXPECT_FALSE(part.empty());
  }
}

TEST(Partition, RefusesMoreShardsThanSamples) {
  EXPECT_THROW(deal("shards", 10, 8), std::invalid_argument);
}

}  // namespace
}  // namespace gradwave::learning
