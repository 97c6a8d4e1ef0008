// SPDX-License-Identifier: GPL-2.0-only
// Rounds without a server: who sends to whom, what is told of it, and links that come and go.
#include "sim/run/gossip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "learning/compression/codec.h"

namespace gradwave {
namespace {

using Pairs = std::vector<std::pair<int, int>>;
constexpr int kWorkers = 3;
constexpr std::int64_t kSize = 785 * 10;
constexpr std::int64_t kEntries = 78;

learning::Options small() {
  learning::Options options;
  options.data.train_samples = 300;
  options.data.test_samples = 100;
  options.model.hidden = {};
  options.training.workers = kWorkers;
  options.training.batch = 4;
  options.training.rounds = 10;
  options.compression.k = kEntries;
  options.compression.error_compensation = true;
  options.gossip.enabled = true;
  options.host.device = "cpu";
  return options;
}

// Every message takes a second. `links` of each round; what is in `losing` of a round, from and to,
// is lost.
class Links final : public Transport {
 public:
  std::vector<Pairs> links;
  std::map<int, std::set<std::pair<int, int>>> losing;

  void connect() override {}
  double now_s() const override { return now_s_; }
  void send(const Message& message, double delay_s) override {
    under_way_.emplace(now_s_ + delay_s + 1, message);
  }
  std::optional<Delivery> next(double until_s) override {
    if (under_way_.empty() || under_way_.begin()->first > until_s) {
      now_s_ = until_s;
      return std::nullopt;
    }
    const auto first = under_way_.begin();
    Delivery delivery;
    const Message message = delivery.message = first->second;
    delivery.start_s = first->first - 1;
    delivery.end_s = now_s_ = first->first;
    const bool up = message.direction == Direction::kUplink;
    delivery.lost = losing[round_ - 1].count({up ? message.worker : message.peer,
                                              up ? message.peer : message.worker}) > 0;
    under_way_.erase(first);
    return delivery;
  }
  Pairs neighbours() override { return links.at(round_++); }
  std::int64_t wire_bytes() const override { return 0; }
  std::optional<double> airtime_s() const override { return std::nullopt; }

 private:
  int round_ = 0;
  double now_s_ = 0;
  std::multimap<double, Message> under_way_;
};

struct Told {
  std::vector<results::Round> rounds;
  std::vector<results::Transfer> transfers;
  std::vector<results::Evaluation> evaluations;
  std::vector<std::vector<float>> weights;  // at the end [M]
};

ComputeTimes compute_times() {
  ComputeOptions options;
  options.rate_flops = 6 / 0.5;
  options.efficiency = 1;
  options.jitter = "none";
  options.factors = {1, 1, 4};  // half a second, and two
  return ComputeTimes(options, 1, 1, kWorkers, 1);
}

Told run(Links& links, const learning::Options& options = small()) {
  Told told;
  RoundSink sink;
  sink.round = [&](const results::Round& round, const std::vector<results::Transfer>& sent) {
    told.rounds.push_back(round);
    told.transfers.insert(told.transfers.end(), sent.begin(), sent.end());
  };
  sink.evaluation = [&](const results::Evaluation& e) { told.evaluations.push_back(e); };
  ComputeTimes compute = compute_times();
  learning::GossipLearner learner(options);
  EXPECT_EQ(
      run_gossip(learner, links, compute, static_cast<std::int64_t>(links.links.size()), 2, sink),
      "");
  for (int i = 0; i < kWorkers; ++i) told.weights.push_back(learner.weights(i));
  return told;
}

const Pairs kChain = {{0, 1}, {1, 2}};

TEST(Gossip, EachRobotSendsToEachOfItsNeighboursAndTheWorkerIsWhoSends) {
  Links links;
  links.links = {kChain, kChain, kChain};
  const Told told = run(links);
  ASSERT_EQ(told.transfers.size(), 12u);
  std::multiset<std::pair<std::int64_t, std::int64_t>> first;
  for (const results::Transfer& transfer : told.transfers) {
    EXPECT_EQ(transfer.direction, "uplink");
    EXPECT_EQ(transfer.content, "difference");
    EXPECT_EQ(transfer.k, kEntries);
    EXPECT_EQ(transfer.payload_bytes, learning::encoded_bytes(kEntries, kSize));
    if (transfer.round == 0) first.emplace(transfer.worker, *transfer.peer);
  }
  EXPECT_THAT(first, testing::ElementsAre(std::pair(0, 1), std::pair(1, 0), std::pair(1, 2),
                                          std::pair(2, 1)));
  double clock_s = 0;
  for (const results::Round& round : told.rounds) {
    EXPECT_DOUBLE_EQ(round.start_s, clock_s);
    EXPECT_DOUBLE_EQ(round.compute_s, 2);
    EXPECT_DOUBLE_EQ(round.latency_s, 3) << "robot 2's message is the last";
    EXPECT_DOUBLE_EQ(round.uplink_s, 1);
    EXPECT_EQ(round.downlink_s, 0);
    EXPECT_EQ(round.uplink_payload_bytes, 4 * learning::encoded_bytes(kEntries, kSize));
    EXPECT_DOUBLE_EQ(round.paper_bits, 4 * kEntries * (32 + std::log2(static_cast<double>(kSize))));
    EXPECT_EQ(round.participants, kWorkers);
    clock_s += round.latency_s;
  }
  ASSERT_EQ(told.evaluations.size(), 3u);  // before, after two rounds, at the end
  EXPECT_EQ(*told.evaluations[0].consensus_distance, 0);
  EXPECT_GT(*told.evaluations[2].consensus_distance, 0);
  EXPECT_LE(*told.evaluations[2].worst_worker_accuracy, *told.evaluations[2].best_worker_accuracy);
}

TEST(Gossip, WithoutNeighboursEverybodyComputesAllTheSame) {
  Links links;
  links.links = {{}, {}};
  const Told told = run(links);
  EXPECT_TRUE(told.transfers.empty());
  for (const results::Round& round : told.rounds) {
    EXPECT_DOUBLE_EQ(round.latency_s, 2);
    EXPECT_DOUBLE_EQ(round.uplink_s, 0);
    EXPECT_EQ(round.paper_bits, 0);
  }
}

TEST(Gossip, WhoseNeighbourDoesNotHearItDoesNotAverageEither) {
  Links cut, lost;
  cut.links = {{{0, 1}}};
  lost.links = {kChain};
  lost.losing = {{0, {{1, 2}}}};  // 2 does not hear 1, but 1 hears 2
  const Told with = run(lost), without = run(cut);
  EXPECT_EQ(with.weights, without.weights);
  int losses = 0;
  for (const results::Transfer& transfer : with.transfers) {
    if (transfer.end_s) continue;
    ++losses;
    EXPECT_EQ(transfer.worker, 1);
    EXPECT_EQ(transfer.peer, 2);
  }
  EXPECT_EQ(losses, 1);
  EXPECT_EQ(with.rounds[0].uplink_payload_bytes, 4 * learning::encoded_bytes(kEntries, kSize))
      << "what is lost was sent";
}

TEST(Gossip, WhatWasLostIsInTheNextMessageToWhoMissedItAlone) {
  Links links;
  links.links = {kChain, kChain, kChain};
  links.losing = {{0, {{1, 2}}}};
  for (const results::Transfer& transfer : run(links).transfers) {
    const bool after_a_loss = transfer.round == 1 && transfer.worker == 1 && transfer.peer == 2;
    EXPECT_EQ(transfer.k > kEntries, after_a_loss)
        << transfer.round << ' ' << transfer.worker << ' ' << *transfer.peer;
  }
}

TEST(Gossip, RobotsThatMeetAreToldWhatTheyMissed) {
  Links links;
  links.links = {{{0, 1}}, {{0, 1}}, {{0, 2}}};
  const Told told = run(links);
  for (const results::Transfer& transfer : told.transfers) {
    EXPECT_EQ(transfer.k > kEntries, transfer.round == 2);
  }
}

TEST(Gossip, ALossThatIsNotFiniteEndsTheRun) {
  learning::Options options = small();
  options.training.learning_rate = 1e38;
  Links links;
  links.links = {kChain, kChain, kChain, kChain, kChain, kChain};
  RoundSink sink;
  sink.round = [](const results::Round&, const std::vector<results::Transfer>&) {};
  sink.evaluation = [](const results::Evaluation&) {};
  learning::GossipLearner learner(options);
  ComputeTimes compute = compute_times();
  EXPECT_THAT(run_gossip(learner, links, compute, 6, 10, sink),
              testing::HasSubstr("is not finite"));
}

}  // namespace
}  // namespace gradwave
