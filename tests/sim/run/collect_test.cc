// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/collect.h"

#include <gtest/gtest.h>

#include <deque>
#include <stdexcept>

#include "sim/run/loop.h"

namespace gradwave {
namespace {

// A second transport beside the packets: every byte takes a microsecond, one message after the
// other.
class Queue final : public Transport {
 public:
  void connect() override {}
  double now_s() const override { return now_s_; }
  void send(const Message& message, double delay_s) override {
    waiting_.push_back({message, now_s_ + delay_s, 0, std::nullopt, 0, {{"queued", 1}}});
  }
  std::optional<Delivery> next(double) override {
    if (waiting_.empty()) return std::nullopt;
    Delivery delivery = waiting_.front();
    waiting_.pop_front();
    now_s_ =
        std::max(now_s_, delivery.start_s) + 1e-6 * static_cast<double>(delivery.message.bytes);
    delivery.end_s = now_s_;
    return delivery;
  }
  std::int64_t wire_bytes() const override { return 0; }
  std::optional<double> airtime_s() const override { return std::nullopt; }

 private:
  double now_s_ = 0;
  std::deque<Delivery> waiting_;
};

TEST(Collect, TakesTheMessagesOfAHalfRoundInTheOrderOfArrival) {
  Queue queue;
  for (const int worker : {2, 0, 1}) queue.send({10 + worker, worker, Direction::kUplink, 5}, 0);
  const std::vector<Delivery> deliveries = collect(queue, 13, 3);
  ASSERT_EQ(deliveries.size(), 3u);
  EXPECT_EQ(deliveries[0].message.worker, 2);
  EXPECT_EQ(deliveries[1].message.worker, 0);
}

TEST(Collect, RefusesAMessageOfAnotherHalfRound) {
  Queue queue;
  queue.send({4, 0, Direction::kUplink, 5}, 0);
  EXPECT_THROW(collect(queue, 11, 1), std::logic_error);
}

TEST(Collect, TheLoopRunsOverAnyTransport) {
  Queue queue;
  learning::RoundPlan plan;
  plan.k = 3;
  plan.uplink_bytes = {100, 200};
  plan.train_loss = 1;
  learning::PlannedRounds learner({plan}, {{50, 4}});
  ComputeOptions options;
  options.rate_flops = 6;
  options.efficiency = 1;
  options.jitter = "none";
  ComputeTimes compute(options, 1, 1, 2, 1);  // a second
  std::vector<results::Round> rounds;
  std::vector<results::Transfer> transfers;
  RoundSink sink;
  sink.round = [&](const auto& round, const auto& of_round) {
    rounds.push_back(round);
    transfers.insert(transfers.end(), of_round.begin(), of_round.end());
  };
  sink.evaluation = [](const auto&) {};
  EXPECT_EQ(run_rounds(learner, queue, compute, 2, 1, sink, *exchange_through_server(2)), "");
  ASSERT_EQ(rounds.size(), 2u);
  EXPECT_NEAR(rounds[1].start_s, 1 + 400e-6, 1e-12);
  EXPECT_NEAR(rounds[1].uplink_s, 300e-6, 1e-12);
  EXPECT_NEAR(rounds[1].downlink_s, 100e-6, 1e-12);
  EXPECT_EQ(rounds[1].airtime_s, std::nullopt);
  EXPECT_EQ(rounds[1].participants, 2);
  ASSERT_EQ(transfers.size(), 8u);
  EXPECT_EQ(transfers[7].direction, "downlink");
  EXPECT_EQ(transfers[7].counters.at(0).first, "queued");
}

}  // namespace
}  // namespace gradwave
