// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/learning_hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace gradwave {
namespace {

using testing::HasSubstr;

learning::Description described() {
  learning::Description description;
  description.device = "cpu";
  description.inputs = "1";
  return description;
}

std::string hash_of(const Settings& settings) { return learning_hash(settings, described()); }

TEST(LearningHash, IsThatOfTheLearningAlone) {
  const Settings base;
  Settings other = base;
  other.link.technology = "wire";
  other.link.wire.rate_bps = 5;
  other.compute.device = "jetson-nano";
  other.limits.stall_s = 7;
  EXPECT_EQ(hash_of(other), hash_of(base));
  const auto differs = [&](const std::function<void(Settings&)>& change) {
    Settings changed = base;
    change(changed);
    return hash_of(changed) != hash_of(base);
  };
  EXPECT_TRUE(differs([](Settings& s) { s.learning.seed = 2; }));
  EXPECT_TRUE(differs([](Settings& s) { s.learning.training.batch = 3; }));
  EXPECT_TRUE(differs([](Settings& s) { s.learning.training.evaluate_every = 3; }));
  EXPECT_TRUE(differs([](Settings& s) { s.learning.compression.ratio = 3; }));
  EXPECT_TRUE(differs([](Settings& s) { s.learning.host.arithmetic = "fastest"; }));
  learning::Description description = described();
  description.inputs = "2";
  EXPECT_NE(learning_hash(base, description), hash_of(base)) << "other data";
  description = described();
  description.device = "cuda:0";
  EXPECT_NE(learning_hash(base, description), hash_of(base));
}

TEST(LearningHash, ThereIsNoneWhereTheNetworkHasItsSay) {
  Settings settings;
  settings.link.technology = "mesh";
  EXPECT_NE(hash_of(settings), "");
  settings.link.mesh.unreached = "leave-out";
  EXPECT_EQ(hash_of(settings), "");
  settings.link.mesh.unreached = "wait";
  settings.link.mesh.aggregation = "relays";
  EXPECT_EQ(hash_of(settings), "");
  EXPECT_THAT(depends_on_network(settings), HasSubstr("relays"));
  settings.link.mesh.aggregation = "gossip";
  EXPECT_EQ(hash_of(settings), "");
  settings.link.technology = "wifi";
  EXPECT_NE(hash_of(settings), "");
}

}  // namespace
}  // namespace gradwave
