// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/loop.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gradwave {
namespace {

// What the round's row and its transfers' rows are made of.
struct RoundLog {
  results::Round round;
  std::vector<results::Transfer> transfers;
};

void add(RoundLog& log, const Transfer& transfer, std::int64_t k, double zero_s) {
  const bool up = transfer.direction == Direction::kUplink;
  (up ? log.round.uplink_payload_bytes : log.round.downlink_payload_bytes) += transfer.bytes;
  log.transfers.push_back({log.round.round,
                           transfer.worker,
                           up ? "uplink" : "downlink",
                           k,
                           transfer.bytes,
                           transfer.start_s - zero_s,
                           transfer.end_s - zero_s,
                           transfer.distance_m,
                           transfer.retransmissions,
                           {{"mac_retries", static_cast<double>(transfer.mac_retries)},
                            {"phy_rate_bps", transfer.phy_rate_bps}}});
}

}  // namespace

std::string run_rounds(learning::Rounds& learner, Network& network, ComputeTimes& compute,
                       std::int64_t rounds, std::int64_t evaluate_every, const Journal& journal) {
  network.connect();
  const double zero_s = network.now_s();
  const auto evaluate = [&](std::int64_t done) -> std::string {
    const learning::Evaluation evaluation = learner.evaluate();
    journal.evaluation({done, network.now_s() - zero_s, evaluation.accuracy, evaluation.loss});
    if (std::isfinite(evaluation.loss)) return "";
    return "the test loss after " + std::to_string(done) + " rounds is not finite";
  };
  std::string divergence = evaluate(0);

  for (std::int64_t t = 0; t < rounds && divergence.empty(); ++t) {
    const double start_s = network.now_s();
    const std::int64_t wire_bytes = network.wire_bytes();
    const double airtime_s = network.airtime_s();

    // Every worker computes C_k of its gradient at w_t and sends it.
    const learning::RoundPlan plan = learner.plan();
    if (!std::isfinite(plan.train_loss)) {
      return "the training loss of round " + std::to_string(t) + " is not finite";
    }
    const std::vector<double> compute_s = compute.next();
    const int workers = static_cast<int>(plan.uplink_bytes.size());
    for (int i = 0; i < workers; ++i) network.upload(i, compute_s[i], plan.uplink_bytes[i]);

    RoundLog log;
    log.round.round = t;
    for (int i = 0; i < workers; ++i) add(log, network.next(), plan.k, zero_s);
    const double aggregated_s = network.now_s();

    // The server averages what arrived, moves w_t to w_{t+1}, and sends the update back.
    std::vector<int> arrived(workers);
    std::iota(arrived.begin(), arrived.end(), 0);
    const learning::Update update = learner.apply(arrived);
    if (update.downlink_bytes > 0) {
      for (int i = 0; i < workers; ++i) network.download(i, update.downlink_bytes);
      for (int i = 0; i < workers; ++i) add(log, network.next(), update.k, zero_s);
    }

    log.round.start_s = start_s - zero_s;
    log.round.compute_s = *std::max_element(compute_s.begin(), compute_s.end());
    log.round.uplink_s = aggregated_s - start_s - log.round.compute_s;
    log.round.downlink_s = network.now_s() - aggregated_s;
    log.round.latency_s = network.now_s() - start_s;
    log.round.k = plan.k;
    log.round.paper_bits = plan.paper_bits;
    log.round.wire_bytes = network.wire_bytes() - wire_bytes;
    log.round.airtime_s = network.airtime_s() - airtime_s;
    log.round.train_loss = plan.train_loss;
    log.round.gradient_norm = plan.gradient_norm;
    log.round.participants = workers;
    journal.round(log.round, log.transfers);
    if ((t + 1) % evaluate_every == 0 || t + 1 == rounds) divergence = evaluate(t + 1);
  }
  return divergence;
}

}  // namespace gradwave
