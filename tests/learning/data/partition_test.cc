// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <stdexcept>

#include "learning/data/dataset.h"
#include "learning/learner.h"

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

// FNV-1a over who has which sample, in order.
std::uint64_t fingerprint(const Parts& parts) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto mix = [&](std::int64_t value) {
    hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x100000001b3U;
  };
  for (const auto& part : parts) {
    mix(-1);
    for (const std::int64_t sample : part) mix(sample);
  }
  return hash;
}

TEST(Partition, IsWhatItWasInEarlierVersions) {
  EXPECT_EQ(fingerprint(deal("iid", 1000, 7)), 469460384190777967U);
  EXPECT_EQ(fingerprint(deal("shards", 1000, 7)), 2269374552955646398U);
  EXPECT_EQ(fingerprint(deal("dirichlet", 1000, 7, 1, 0.1)), 4695975341490194530U);
  EXPECT_EQ(fingerprint(deal("dirichlet", 1000, 7, 2, 0.5)), 5931425138043262264U);
  EXPECT_EQ(fingerprint(deal("dirichlet", 1000, 7, 3, 1)), 8976297603869040234U);
  EXPECT_EQ(fingerprint(deal("dirichlet", 1000, 7, 4, 100)), 15623582100569885664U);
  std::uint64_t all = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    all = all * 31 + fingerprint(deal("dirichlet", 200, 2, seed, 0.1));
  }
  EXPECT_EQ(all, 13453165843490964440U);
}

TEST(Partition, DirichletOfTheSmallestAlphaGivesEachClassToOneWorker) {
  // So many classes that most have no gamma variate that a double could hold.
  constexpr std::int64_t kClasses = 400, kEach = 20;
  std::vector<Label> all;
  for (std::int64_t i = 0; i < kClasses * kEach; ++i)
    all.push_back(static_cast<Label>(i % kClasses));
  DataOptions options;
  options.partition = "dirichlet";
  for (const double alpha : {1e-7, 1e-9, 1e-300}) {
    options.dirichlet_alpha = alpha;
    for (const std::int64_t workers : {2, 4}) {
      const Parts parts = partition(options, all, kClasses, workers, 5);
      std::vector<std::set<std::int64_t>> owners(kClasses);
      for (std::int64_t worker = 0; worker < workers; ++worker) {
        for (const std::int64_t sample : parts[worker]) owners[all[sample]].insert(worker);
        // Any worker with the same chance: three deviations of a binomial variate.
        const double mean = 1.0 / static_cast<double>(workers);
        EXPECT_NEAR(static_cast<double>(parts[worker].size()) / (kClasses * kEach), mean,
                    3 * std::sqrt(mean * (1 - mean) / kClasses));
      }
      for (const auto& of_class : owners) EXPECT_EQ(of_class.size(), 1U) << alpha;
    }
  }
}

TEST(Partition, DirichletsSharesBelowWhatADoubleHoldsAreStillShares) {
  // With two workers, log(x1 / x2) of variates x = exp(-y / alpha) is a difference of exponential
  // variates by alpha: the less has more than a tenth where that is below log(9).
  constexpr double kAlpha = 1e-3;
  constexpr std::int64_t kClasses = 20000, kEach = 100;
  std::vector<Label> all;
  for (std::int64_t i = 0; i < kClasses * kEach; ++i)
    all.push_back(static_cast<Label>(i % kClasses));
  DataOptions options;
  options.partition = "dirichlet";
  options.dirichlet_alpha = kAlpha;
  const Parts parts = partition(options, all, kClasses, 2, 1);
  std::vector<std::int64_t> of_first(kClasses);
  for (const std::int64_t sample : parts[0]) ++of_first[all[sample]];
  const auto shared = std::count_if(of_first.begin(), of_first.end(), [&](std::int64_t count) {
    return count >= kEach / 10 && count < kEach - kEach / 10;
  });
  const double expected = kClasses * (1 - std::exp(-kAlpha * std::log(9)));
  EXPECT_NEAR(static_cast<double>(shared), expected, 4 * std::sqrt(expected));
}

TEST(Partition, RefusesMoreShardsThanSamples) {
  EXPECT_THROW(deal("shards", 10, 8), std::invalid_argument);
}

TEST(Partition, WhatCannotBeDealtIsAtTheFaultOfKeys) {
  const auto keys = [](const std::string& how, std::int64_t samples) -> std::vector<std::string> {
    try {
      deal(how, samples, 8);
      return {};
    } catch (const OptionError& error) {
      return error.keys;
    }
  };
  EXPECT_EQ(keys("iid", 7).at(0), "team.workers");
  EXPECT_EQ(keys("shards", 10).at(0), "data.shards_per_worker");
}

TEST(PartitionNotes, SayHowManySamplesAreLeftOutAndOfWhichClasses) {
  DatasetShape shape;
  shape.classes = 10;
  shape.train_samples = 1000;
  shape.train_labels = labels(1000);
  DataOptions options;
  const auto notes = [&](const std::string& how, std::int64_t workers) {
    options.partition = how;
    return partition_notes(options, shape, workers);
  };
  using testing::ElementsAre;
  EXPECT_THAT(notes("iid", 8), ElementsAre());
  EXPECT_THAT(notes("iid", 7),
              ElementsAre("data.partition = \"iid\" deals 7 parts of 142 samples each: 6 of the "
                          "1000 training samples are left out"));
  EXPECT_THAT(notes("dirichlet", 7), ElementsAre());
  EXPECT_THAT(notes("shards", 10), ElementsAre());
  EXPECT_THAT(notes("shards", 7),
              ElementsAre("data.partition = \"shards\" deals 14 shards of 71 samples each: 6 of "
                          "the 1000 training samples are left out, all of class 9"));
  // And those it is that partition() leaves out.
  std::set<std::int64_t> dealt;
  for (const auto& part : deal("shards", 1000, 7)) dealt.insert(part.begin(), part.end());
  for (std::int64_t i = 0; i < 1000; ++i) {
    EXPECT_TRUE(dealt.count(i) == 1 || shape.train_labels[i] == 9) << i;
  }
  options.shards_per_worker = 86;
  EXPECT_THAT(notes("shards", 7), ElementsAre(testing::HasSubstr(
                                      "398 of the 1000 training samples are left out, all of "
                                      "classes 6 to 9")));
}

TEST(PartitionNotes, AreInTheDescription) {
  Options options;
  options.data.train_samples = 1000;
  options.training.workers = 7;
  options.host.device = "cpu";
  EXPECT_THAT(describe(options).notes,
              testing::ElementsAre(testing::HasSubstr("6 of the 1000 training samples")));
  options.training.workers = 8;
  EXPECT_TRUE(describe(options).notes.empty());
}

}  // namespace
}  // namespace gradwave::learning
