// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/loop.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sim/transport/packet_transport.h"

namespace gradwave {
namespace {

constexpr int kWorkers = 3;

struct Log {
  std::vector<results::Round> rounds;
  std::vector<results::Transfer> transfers;
  std::vector<results::Evaluation> evaluations;

  RoundSink sink() {
    RoundSink sink;
    sink.round = [this](const results::Round& round,
                        const std::vector<results::Transfer>& round_transfers) {
      rounds.push_back(round);
      transfers.insert(transfers.end(), round_transfers.begin(), round_transfers.end());
    };
    sink.evaluation = [this](const results::Evaluation& e) { evaluations.push_back(e); };
    return sink;
  }
};

channel::LinkOptions wires() {
  channel::LinkOptions options;
  options.technology = "wire";
  options.wire.rate_bps = 10e6;
  options.wire.delay_s = 0.005;
  options.workers = kWorkers;
  return options;
}

ComputeTimes compute_of(double seconds) {
  ComputeOptions options;
  options.rate_flops = 6 / seconds;
  options.efficiency = 1;
  options.jitter = "none";
  options.factors = {1, 1, 2};  // the last robot is twice as slow
  return ComputeTimes(options, 1, 1, kWorkers, 1);
}

learning::RoundPlan plan_of(std::int64_t bytes, double loss = 1) {
  learning::RoundPlan plan;
  plan.k = 10;
  plan.uplink_bytes.assign(kWorkers, bytes);
  plan.train_loss = loss;
  return plan;
}

// A message in TCP's first window, on a wire: serialised once, headers of PPP, IP and TCP included.
double wire_s(std::int64_t bytes) {
  const std::int64_t segments = (bytes + 1447) / 1448;
  return static_cast<double>(bytes + 54 * segments) * 8 / 10e6 + 0.005;
}

TEST(Loop, RoundsFollowOneAnotherAndTheirPartsAddUp) {
  PacketTransport network(wires(), {});
  learning::PlannedRounds learner({plan_of(1000), plan_of(4000)}, {{2500, 20}});
  ComputeTimes compute = compute_of(0.01);
  Log log;
  EXPECT_EQ(
      run_rounds(learner, network, compute, 6, 4, log.sink(), *exchange_through_server(kWorkers)),
      "");
  ASSERT_EQ(log.rounds.size(), 6u);
  double clock_s = 0;
  for (const results::Round& round : log.rounds) {
    EXPECT_NEAR(round.start_s, clock_s, 1e-9);
    EXPECT_NEAR(round.compute_s + round.uplink_s + round.downlink_s, round.latency_s, 1e-9);
    EXPECT_DOUBLE_EQ(round.compute_s, 0.02);
    EXPECT_EQ(round.participants, kWorkers);
    clock_s = round.start_s + round.latency_s;
  }
}

TEST(Loop, LatencyOnAWireIsTheClosedForm) {
  PacketTransport network(wires(), {});
  learning::PlannedRounds learner({plan_of(1000), plan_of(4000)}, {{2500, 20}});
  ComputeTimes compute = compute_of(0.01);
  Log log;
  run_rounds(learner, network, compute, 4, 4, log.sink(), *exchange_through_server(kWorkers));
  for (const results::Round& round : log.rounds) {
    const std::int64_t bytes = round.round % 2 == 0 ? 1000 : 4000;
    EXPECT_NEAR(round.uplink_s, wire_s(bytes), 1e-6) << round.round;
    // At most one acknowledgement of the uplink goes down ahead of the update.
    EXPECT_GE(round.downlink_s, wire_s(2500) - 1e-6) << round.round;
    EXPECT_LE(round.downlink_s, wire_s(2500) + 54 * 8 / 10e6 + 1e-6) << round.round;
  }
}

TEST(Loop, BytesPlannedAreTheBytesThatArrive) {
  PacketTransport network(wires(), {});
  learning::PlannedRounds learner({plan_of(12345)}, {{678, 20}});
  ComputeTimes compute = compute_of(0.01);
  Log log;
  run_rounds(learner, network, compute, 3, 10, log.sink(), *exchange_through_server(kWorkers));
  for (const results::Round& round : log.rounds) {
    EXPECT_EQ(round.uplink_payload_bytes, kWorkers * 12345);
    EXPECT_EQ(round.downlink_payload_bytes, kWorkers * 678);
    EXPECT_GT(round.wire_bytes, kWorkers * (12345 + 678));
  }
  ASSERT_EQ(log.transfers.size(), 3u * 2 * kWorkers);
  for (const results::Transfer& transfer : log.transfers) {
    EXPECT_EQ(transfer.payload_bytes, transfer.direction == "uplink" ? 12345 : 678);
    EXPECT_EQ(transfer.k, transfer.direction == "uplink" ? 10 : 20);
    EXPECT_LT(transfer.start_s, transfer.end_s);
  }
}

TEST(Loop, EvaluatesTheInitialWeightsEveryNRoundsAndTheLast) {
  PacketTransport network(wires(), {});
  learning::PlannedRounds learner({plan_of(100)}, {{100, 1}});
  ComputeTimes compute = compute_of(0.01);
  Log log;
  run_rounds(learner, network, compute, 5, 2, log.sink(), *exchange_through_server(kWorkers));
  std::vector<std::int64_t> rounds;
  for (const results::Evaluation& evaluation : log.evaluations) rounds.push_back(evaluation.round);
  EXPECT_EQ(rounds, (std::vector<std::int64_t>{0, 2, 4, 5}));
  EXPECT_EQ(log.evaluations[0].time_s, 0);
  EXPECT_DOUBLE_EQ(log.evaluations[3].time_s, log.rounds[4].start_s + log.rounds[4].latency_s);
}

TEST(Loop, WithoutADownlinkTheNextRoundBeginsAtOnce) {
  PacketTransport network(wires(), {});
  learning::PlannedRounds learner({plan_of(100)}, {{0, 0}});
  ComputeTimes compute = compute_of(0.01);
  Log log;
  run_rounds(learner, network, compute, 3, 2, log.sink(), *exchange_through_server(kWorkers));
  for (const results::Round& round : log.rounds) EXPECT_EQ(round.downlink_s, 0);
  EXPECT_EQ(log.transfers.size(), 3u * kWorkers);
}

TEST(Loop, ALossThatIsNotFiniteEndsTheRunBeforeAnythingIsSent) {
  PacketTransport network(wires(), {});
  learning::PlannedRounds learner(
      {plan_of(100), plan_of(100), plan_of(100, std::numeric_limits<double>::quiet_NaN())},
      {{100, 1}});
  ComputeTimes compute = compute_of(0.01);
  Log log;
  EXPECT_EQ(
      run_rounds(learner, network, compute, 5, 10, log.sink(), *exchange_through_server(kWorkers)),
      "the training loss of round 2 is not finite");
  EXPECT_EQ(log.rounds.size(), 2u);
}

// Its last update is too much for the weights, which shows in no training loss any more.
class DivergesAtTheEnd final : public learning::Rounds {
 public:
  learning::RoundPlan plan(const std::vector<int>&) override { return plan_of(100); }
  learning::Encoded merge(int, const std::vector<int>&) override { return {}; }
  learning::Encoded model() override { return {}; }
  learning::Update apply(const std::vector<int>&) override {
    ++updates_;
    return {100, 1};
  }
  learning::Evaluation evaluate() override {
    return {0.1, updates_ < 5 ? 1 : std::numeric_limits<double>::infinity()};
  }

 private:
  int updates_ = 0;
};

TEST(Loop, ATestLossThatIsNotFiniteIsRecordedAndEndsTheRunAsDiverged) {
  PacketTransport network(wires(), {});
  DivergesAtTheEnd learner;
  ComputeTimes compute = compute_of(0.01);
  Log log;
  EXPECT_EQ(
      run_rounds(learner, network, compute, 5, 10, log.sink(), *exchange_through_server(kWorkers)),
      "the test loss after 5 rounds is not finite");
  EXPECT_EQ(log.rounds.size(), 5u);
  EXPECT_EQ(log.evaluations.back().round, 5);
}

}  // namespace
}  // namespace gradwave
