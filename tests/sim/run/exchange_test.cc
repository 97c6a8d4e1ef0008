// SPDX-License-Identifier: GPL-2.0-only
// Gradients through relays: who waits for whom, and that nothing is lost on the way.
#include "sim/run/exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "learning/learner.h"

namespace gradwave {
namespace {

using testing::ElementsAre;

// Every message takes a second, all at once.
class Seconds final : public Transport {
 public:
  explicit Seconds(std::vector<int> parents) : parents_(std::move(parents)) {}
  void connect() override {}
  double now_s() const override { return now_s_; }
  void send(const Message& message, double delay_s) override {
    under_way_.emplace(now_s_ + delay_s + 1, message);
  }
  std::optional<Delivery> next(double) override {
    const auto first = under_way_.begin();
    Delivery delivery;
    delivery.message = first->second;
    delivery.start_s = first->first - 1;
    delivery.end_s = now_s_ = first->first;
    under_way_.erase(first);
    return delivery;
  }
  std::vector<int> parents() override { return parents_; }
  std::int64_t wire_bytes() const override { return 0; }
  std::optional<double> airtime_s() const override { return std::nullopt; }

 private:
  std::vector<int> parents_;
  double now_s_ = 0;
  std::multimap<double, Message> under_way_;
};

learning::PlannedRounds planned(std::vector<std::int64_t> bytes) {
  learning::RoundPlan plan;
  plan.k = 5;
  plan.uplink_bytes = std::move(bytes);
  return learning::PlannedRounds({plan}, {{100, 7}});
}

// 3 and 2 send to 1, 1 to 0, 0 to the server; 4 to the server.
TEST(ThroughRelays, ARelayWaitsForItsChildrenAndItsOwnGradient) {
  Seconds transport({-1, 0, 1, 1, -1});
  learning::PlannedRounds learner = planned({10, 20, 30, 40, 50});
  const auto exchange = exchange_through_relays();
  const Gathered gathered =
      exchange->gather(learner, transport, learner.plan(), {0.5, 7, 0.1, 0.2, 0.3});
  std::map<int, Delivery> of;
  std::map<int, std::int64_t> k;
  for (const Arrival& arrival : gathered.arrivals) {
    of[arrival.delivery.message.worker] = arrival.delivery;
    k[arrival.delivery.message.worker] = arrival.k;
  }
  EXPECT_THAT(gathered.workers, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_NEAR(of[2].start_s, 0.1, 1e-9);
  EXPECT_NEAR(of[3].start_s, 0.2, 1e-9);
  EXPECT_NEAR(of[4].start_s, 0.3, 1e-9);
  EXPECT_DOUBLE_EQ(of[1].start_s, 7) << "its own gradient is the last to come";
  EXPECT_DOUBLE_EQ(of[0].start_s, 8) << "its child is";
  EXPECT_EQ(of[1].message.bytes, 20 + 30 + 40);
  EXPECT_EQ(of[0].message.bytes, 10 + 20 + 30 + 40);
  EXPECT_EQ(of[1].message.peer, 0);
  EXPECT_EQ(of[0].message.peer, kServer);
  EXPECT_EQ(k[0], 20);
  EXPECT_EQ(k[2], 5);
}

TEST(ThroughRelays, TheUpdateGoesDownTheSameTree) {
  Seconds transport({-1, 0, 1, 1, -1});
  learning::PlannedRounds learner = planned({10, 20, 30, 40, 50});
  const auto exchange = exchange_through_relays();
  exchange->gather(learner, transport, learner.plan(), {0, 0, 0, 0, 0});
  const double from_s = transport.now_s();
  const auto arrivals = exchange->spread(transport, 5, {100, 7});
  ASSERT_EQ(arrivals.size(), 5u);
  std::map<int, double> after_s;
  for (const Arrival& arrival : arrivals) {
    const Message& message = arrival.delivery.message;
    EXPECT_EQ(message.bytes, 100);
    EXPECT_EQ(arrival.k, 7);
    after_s[message.worker] = arrival.delivery.end_s - from_s;
    EXPECT_EQ(message.peer, std::vector<int>({-1, 0, 1, 1, -1})[message.worker]);
  }
  EXPECT_EQ(after_s, (std::map<int, double>{{0, 1}, {1, 2}, {2, 3}, {3, 3}, {4, 1}}));
}

learning::Options small(bool error_compensation, const std::string& sparsifier) {
  learning::Options options;
  options.training.workers = 5;
  options.training.rounds = 6;
  options.training.batch = 4;
  options.compression.sparsifier = sparsifier;
  options.compression.error_compensation = error_compensation;
  return options;
}

std::vector<float> learned(const learning::Options& options, const std::vector<int>& parent,
                           std::vector<std::int64_t>* bytes = nullptr) {
  learning::Learner learner(options);
  for (int round = 0; round < options.training.rounds; ++round) {
    learner.plan();
    if (!parent.empty()) {
      const learning::Merged merged = learner.merge(parent);
      if (bytes) *bytes = merged.bytes;
    }
    learner.apply({0, 1, 2, 3, 4});
  }
  return learner.weights();
}

TEST(ThroughRelays, WhatIsAppliedIsWhatTheServerAloneWouldAddUp) {
  for (const bool error_compensation : {false, true}) {
    for (const std::string sparsifier : {"topk", "none"}) {
      if (error_compensation && sparsifier == "none") continue;
      const learning::Options options = small(error_compensation, sparsifier);
      const std::vector<float> server = learned(options, {});
      for (const std::vector<int>& parent : {std::vector<int>{-1, 0, 1, 2, 3}, {-1, 0, 0, 1, 1}}) {
        const std::vector<float> relays = learned(options, parent);
        ASSERT_EQ(relays.size(), server.size());
        double most = 0;
        for (std::size_t i = 0; i < server.size(); ++i) {
          most = std::max(most, std::abs(static_cast<double>(relays[i]) - server[i]));
        }
        EXPECT_LT(most, 1e-5) << sparsifier;
      }
    }
  }
}

TEST(ThroughRelays, AMessageHoldsTheUnionOfItsBranch) {
  std::vector<std::int64_t> bytes;
  learned(small(false, "topk"), {-1, 0, 1, 2, 3}, &bytes);
  for (int i = 0; i < 4; ++i) EXPECT_GT(bytes[i], bytes[i + 1]);
  EXPECT_LT(bytes[0], 5 * bytes[4]) << "indices meet";
}

}  // namespace
}  // namespace gradwave
