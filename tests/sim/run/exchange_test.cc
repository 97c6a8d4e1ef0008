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

// Every message takes a second, all at once. Who is away at its end loses it; who is away at the
// beginning of a round is left out.
class Seconds final : public Transport {
 public:
  explicit Seconds(std::vector<int> parents) : parents_(std::move(parents)) {}
  std::set<int> away;
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
    delivery.lost = away.count(delivery.message.worker) + away.count(delivery.message.peer) > 0;
    under_way_.erase(first);
    return delivery;
  }
  std::vector<int> parents() override { return parents_; }
  std::set<int> absent() override { return away; }
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

std::vector<int> workers_of(const std::vector<Arrival>& arrivals, bool lost = false) {
  std::vector<int> workers;
  for (const Arrival& arrival : arrivals) {
    if (arrival.delivery.lost == lost) workers.push_back(arrival.delivery.message.worker);
  }
  std::sort(workers.begin(), workers.end());
  return workers;
}

// A round of five workers, and what becomes of it.
struct Round {
  Admitted admitted;
  Gathered gathered;
  std::vector<Arrival> spread;
};

Round round_of(Exchange& exchange, Seconds& transport, const std::vector<double>& compute_s,
               const std::set<int>& leave_before_up = {},
               const std::set<int>& leave_before_down = {}) {
  learning::PlannedRounds learner = planned({10, 20, 30, 40, 50});
  Round round;
  round.admitted = exchange.admit(learner, transport);
  const learning::RoundPlan plan = learner.plan(round.admitted.workers);
  transport.away.insert(leave_before_up.begin(), leave_before_up.end());
  round.gathered = exchange.gather(learner, transport, plan, compute_s);
  transport.away.insert(leave_before_down.begin(), leave_before_down.end());
  round.spread = exchange.spread(transport, {100, 7});
  return round;
}

// 3 and 2 send to 1, 1 to 0, 0 to the server; 4 to the server.
const std::vector<int> kTree = {kServer, 0, 1, 1, kServer};

TEST(ThroughRelays, ARelayWaitsForItsChildrenAndItsOwnGradient) {
  Seconds transport(kTree);
  const auto exchange = exchange_through_relays(5);
  const Gathered gathered = round_of(*exchange, transport, {0.5, 7, 0.1, 0.2, 0.3}).gathered;
  std::map<int, Delivery> of;
  std::map<int, std::int64_t> k;
  for (const Arrival& arrival : gathered.arrivals) {
    of[arrival.delivery.message.worker] = arrival.delivery;
    k[arrival.delivery.message.worker] = arrival.k;
  }
  EXPECT_THAT(gathered.workers, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(gathered.arrived, ElementsAre(0, 4));
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
  Seconds transport(kTree);
  const auto exchange = exchange_through_relays(5);
  const Round round = round_of(*exchange, transport, {0, 0, 0, 0, 0});
  const double from_s = round.gathered.arrivals.back().delivery.end_s;
  ASSERT_EQ(round.spread.size(), 5u);
  std::map<int, double> after_s;
  for (const Arrival& arrival : round.spread) {
    const Message& message = arrival.delivery.message;
    EXPECT_EQ(message.bytes, 100);
    EXPECT_EQ(arrival.k, 7);
    after_s[message.worker] = arrival.delivery.end_s - from_s;
    EXPECT_EQ(message.peer, kTree[message.worker]);
  }
  EXPECT_EQ(after_s, (std::map<int, double>{{0, 1}, {1, 2}, {2, 3}, {3, 3}, {4, 1}}));
}

TEST(ThroughServer, WhoIsAwayTakesNoPartAndGetsTheWholeModelWhenItIsBack) {
  Seconds transport({});
  const auto exchange = exchange_through_server(5);
  transport.away = {2};
  Round round = round_of(*exchange, transport, {0, 0, 0, 0, 0});
  EXPECT_THAT(round.admitted.workers, ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(round.gathered.workers, ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(workers_of(round.spread), ElementsAre(0, 1, 3, 4));
  transport.away = {};
  round = round_of(*exchange, transport, {0, 0, 0, 0, 0});
  EXPECT_THAT(workers_of(round.admitted.arrivals), ElementsAre(2));
  EXPECT_EQ(round.admitted.arrivals[0].delivery.message.direction, Direction::kDownlink);
  EXPECT_THAT(round.gathered.workers, ElementsAre(0, 1, 2, 3, 4));
  round = round_of(*exchange, transport, {0, 0, 0, 0, 0});
  EXPECT_THAT(round.admitted.arrivals, testing::IsEmpty()) << "once is enough";
}

TEST(ThroughServer, WhoLeavesInTheMiddleLosesItsMessage) {
  Seconds transport({});
  const auto exchange = exchange_through_server(5);
  Round round = round_of(*exchange, transport, {0, 0, 0, 0, 0}, {1}, {3});
  EXPECT_THAT(round.admitted.workers, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(round.gathered.workers, ElementsAre(0, 2, 3, 4));
  EXPECT_THAT(workers_of(round.gathered.arrivals, true), ElementsAre(1));
  EXPECT_THAT(workers_of(round.spread, true), ElementsAre(1, 3));
  transport.away = {};
  round = round_of(*exchange, transport, {0, 0, 0, 0, 0});
  EXPECT_THAT(workers_of(round.admitted.arrivals), ElementsAre(1, 3));
}

TEST(ThroughServer, WithoutADownlinkNobodyMissesAnything) {
  Seconds transport({});
  const auto exchange = exchange_through_server(5);
  transport.away = {2};
  learning::PlannedRounds learner = planned({10, 20, 30, 40, 50});
  exchange->admit(learner, transport);
  EXPECT_THAT(exchange->spread(transport, {0, 0}), testing::IsEmpty());
  transport.away = {};
  EXPECT_THAT(exchange->admit(learner, transport).arrivals, testing::IsEmpty());
}

TEST(ThroughRelays, WithoutALostRelayItsBranchIsMissing) {
  Seconds transport(kTree);
  const auto exchange = exchange_through_relays(5);
  const Round round = round_of(*exchange, transport, {0, 0, 0, 0, 0}, {1});
  EXPECT_THAT(workers_of(round.gathered.arrivals, true), ElementsAre(1, 2, 3));
  EXPECT_THAT(round.gathered.workers, ElementsAre(0, 4));
  EXPECT_THAT(workers_of(round.spread), ElementsAre(0, 4));
  EXPECT_THAT(workers_of(round.spread, true), ElementsAre(1)) << "nobody sends to those below it";
  transport.away = {};
  EXPECT_THAT(workers_of(round_of(*exchange, transport, {0, 0, 0, 0, 0}).admitted.arrivals),
              ElementsAre(1, 2, 3));
}

// 2 and 3 are reached through 1, which relays their packets and takes no part.
TEST(ThroughRelays, WhoTakesNoPartIsPassedOver) {
  Seconds transport(kTree);
  const auto exchange = exchange_through_relays(5);
  transport.away = {1};
  round_of(*exchange, transport, {0, 0, 0, 0, 0});  // 1 misses an update
  class Back final : public learning::Rounds {
   public:
    Back(Seconds& given_transport, learning::PlannedRounds given)
        : transport(given_transport), rounds(std::move(given)) {}
    learning::RoundPlan plan(const std::vector<int>& w) override { return rounds.plan(w); }
    learning::Encoded merge(int worker, const std::vector<int>& children) override {
      return rounds.merge(worker, children);
    }
    learning::Update apply(const std::vector<int>& arrived) override {
      return rounds.apply(arrived);
    }
    learning::Encoded model() override {
      transport.away = {1};  // while its model is on its way
      return rounds.model();
    }
    learning::Evaluation evaluate() override { return {}; }
    Seconds& transport;
    learning::PlannedRounds rounds;
  } learner(transport, planned({10, 20, 30, 40, 50}));
  transport.away = {};
  const Admitted admitted = exchange->admit(learner, transport);
  EXPECT_THAT(admitted.workers, ElementsAre(0, 2, 3, 4));
  transport.away = {};
  const Gathered gathered =
      exchange->gather(learner, transport, learner.plan(admitted.workers), {0, 0, 0, 0, 0});
  EXPECT_THAT(gathered.workers, ElementsAre(0, 2, 3, 4));
  for (const Arrival& arrival : gathered.arrivals) {
    const Message& message = arrival.delivery.message;
    EXPECT_EQ(message.peer, message.worker == 2 || message.worker == 3 ? 0 : kServer);
  }
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
    learner.plan({0, 1, 2, 3, 4});
    std::vector<int> at_server;
    if (bytes) bytes->resize(5);
    for (int i = 4; i >= 0; --i) {  // here children have the higher numbers
      std::vector<int> children;
      for (int child = 4; child > i && !parent.empty(); --child) {
        if (parent[child] == i) children.push_back(child);
      }
      const learning::Encoded merged = learner.merge(i, children);
      if (bytes) (*bytes)[i] = merged.bytes;
      if (parent.empty() || parent[i] == kServer) at_server.insert(at_server.begin(), i);
    }
    learner.apply(at_server);
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
