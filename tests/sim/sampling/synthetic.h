// SPDX-License-Identifier: GPL-2.0-only
// A network whose latencies are drawn from a distribution that the test knows.
#pragma once

#include <algorithm>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <vector>

#include "learning/runtime/random.h"
#include "sim/sampling/sampled_transport.h"
#include "sim/transport/transport.h"

namespace gradwave::testing_sampling {

// What a half takes, of so many bytes in all.
using Latency = std::function<double(Direction direction, double bytes, double time_s)>;

// The last message of a half takes the whole latency, the others shares of it. Each waits half of
// its own, and counts three of something.
class SyntheticTransport final : public Transport {
 public:
  explicit SyntheticTransport(Latency latency) : latency_(std::move(latency)) {}

  void connect() override {}
  double now_s() const override { return now_s_; }
  void send(const Message& message, double delay_s) override {
    start_s_ = std::max(start_s_, now_s_ + delay_s);
    sent_.push_back({message, now_s_ + delay_s});
  }
  std::optional<Delivery> next(double until_s) override {
    if (coming_.empty() && !sent_.empty()) start();
    if (coming_.empty() || coming_.front().end_s > until_s) {
      now_s_ = std::max(now_s_, until_s);
      return std::nullopt;
    }
    Delivery delivery = coming_.front();
    coming_.pop_front();
    now_s_ = delivery.end_s;
    return delivery;
  }
  std::int64_t wire_bytes() const override { return wire_bytes_; }
  std::optional<double> airtime_s() const override { return std::nullopt; }

  int halves = 0;  // that were simulated

 private:
  void start() {
    double bytes = 0;
    for (const auto& [message, start_s] : sent_) bytes += static_cast<double>(message.bytes);
    const double latency_s = latency_(sent_.front().first.direction, bytes, now_s_);
    for (std::size_t i = 0; i < sent_.size(); ++i) {
      Delivery delivery;
      delivery.message = sent_[i].first;
      delivery.start_s = sent_[i].second;
      const double share = static_cast<double>(i + 1) / static_cast<double>(sent_.size());
      delivery.end_s = start_s_ + share * latency_s;
      delivery.counters = {{"waiting_s", (delivery.end_s - delivery.start_s) / 2}, {"things", 3}};
      coming_.push_back(delivery);
    }
    wire_bytes_ += static_cast<std::int64_t>(2 * bytes);
    ++halves;
    sent_.clear();
    start_s_ = 0;
  }

  Latency latency_;
  double now_s_ = 0, start_s_ = 0;
  std::int64_t wire_bytes_ = 0;
  std::vector<std::pair<Message, double>> sent_;
  std::deque<Delivery> coming_;
};

// Bytes of a round's messages, up and down, of each worker.
using Sizes = std::function<std::pair<std::int64_t, std::int64_t>(int round)>;

// So many rounds of four workers; each computes for 10 ms. Returns the time that they took.
inline double run(Transport& transport, int rounds, const Sizes& sizes) {
  constexpr int kWorkers = 4;
  transport.connect();
  const double zero_s = transport.now_s();
  std::int64_t id = 0;
  for (int round = 0; round < rounds; ++round) {
    transport.begin_round();
    const auto [up, down] = sizes(round);
    for (const Direction direction : {Direction::kUplink, Direction::kDownlink}) {
      const bool is_up = direction == Direction::kUplink;
      transport.begin_half(direction, kWorkers);
      for (int i = 0; i < kWorkers; ++i) {
        transport.send({id++, i, direction, is_up ? up : down}, is_up ? 0.01 : 0);
      }
      for (int i = 0; i < kWorkers; ++i) transport.next(std::numeric_limits<double>::infinity());
    }
  }
  return transport.now_s() - zero_s;
}

}  // namespace gradwave::testing_sampling
