// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/loop.h"

#include <algorithm>
#include <cmath>

namespace gradwave {
namespace {

// What the round's row and its transfers' rows are made of.
struct RoundLog {
  results::Round round;
  std::vector<results::Transfer> transfers;
};

// Adds what arrived in one half of a round.
void add(RoundLog& log, const std::string& content, const std::vector<Arrival>& arrivals,
         double zero_s) {
  for (const auto& [delivery, k] : arrivals) {
    const Message& message = delivery.message;
    const bool up = message.direction == Direction::kUplink;
    (up ? log.round.uplink_payload_bytes : log.round.downlink_payload_bytes) += message.bytes;
    results::Transfer transfer;
    transfer.round = log.round.round;
    transfer.message = static_cast<std::int64_t>(log.transfers.size());
    transfer.content = content;
    transfer.worker = message.worker;
    transfer.direction = up ? "uplink" : "downlink";
    if (message.peer != kServer) transfer.peer = message.peer;
    transfer.k = k;
    transfer.payload_bytes = message.bytes;
    transfer.start_s = delivery.start_s - zero_s;
    if (!delivery.lost) transfer.end_s = delivery.end_s - zero_s;
    transfer.distance_m = delivery.distance_m;
    transfer.retransmissions = delivery.retransmissions;
    transfer.counters = delivery.counters;
    log.transfers.push_back(std::move(transfer));
  }
}

std::vector<results::Topology> rows_of(std::vector<channel::RoutesSeen> seen, double zero_s) {
  std::vector<results::Topology> rows;
  for (const channel::RoutesSeen& look : seen) {
    results::Topology row = {look.time_s - zero_s, look.changed,      look.links,
                             look.components,      look.connectivity, {}};
    for (std::size_t i = 0; i < look.routes.size(); ++i) {
      const auto& route = look.routes[i];
      row.routes.push_back({static_cast<std::int64_t>(i), route.parent, route.hops, route.cost_s,
                            route.bottleneck_from, route.bottleneck_to, route.bottleneck_s,
                            route.betweenness, route.component});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::string run_rounds(learning::Rounds& learner, Transport& transport, ComputeTimes& compute,
                       std::int64_t rounds, std::int64_t evaluate_every, const Journal& journal,
                       Exchange& exchange) {
  transport.connect();
  const double zero_s = transport.now_s();
  const auto evaluate = [&](std::int64_t done) -> std::string {
    const learning::Evaluation evaluation = learner.evaluate();
    journal.evaluation({done, transport.now_s() - zero_s, evaluation.accuracy, evaluation.loss});
    if (std::isfinite(evaluation.loss)) return "";
    return "the test loss after " + std::to_string(done) + " rounds is not finite";
  };
  std::string divergence = evaluate(0);

  for (std::int64_t t = 0; t < rounds && divergence.empty(); ++t) {
    const double start_s = transport.now_s();
    const std::int64_t wire_bytes = transport.wire_bytes();
    const std::optional<double> airtime_s = transport.airtime_s();
    RoundLog log;
    log.round.round = t;

    // Who can take part; a robot that missed an update gets the whole model first.
    const Admitted admitted = exchange.admit(learner, transport);
    add(log, "model", admitted.arrivals, zero_s);
    const double admitted_s = transport.now_s();

    // Every worker computes C_k of its gradient at w_t and sends it.
    const learning::RoundPlan plan = learner.plan(admitted.workers);
    if (!std::isfinite(plan.train_loss)) {
      return "the training loss of round " + std::to_string(t) + " is not finite";
    }
    const std::vector<double> compute_s = compute.next();
    const Gathered gradients = exchange.gather(learner, transport, plan, compute_s);
    add(log, "gradient", gradients.arrivals, zero_s);
    const double aggregated_s = transport.now_s();

    // The server averages what arrived, moves w_t to w_{t+1}, and sends the update back.
    const learning::Update update = learner.apply(gradients.arrived);
    add(log, "update", exchange.spread(transport, update), zero_s);

    const double end_s = transport.now_s();
    log.round.start_s = start_s - zero_s;
    for (const int i : admitted.workers) {
      log.round.compute_s = std::max(log.round.compute_s, compute_s[i]);
    }
    log.round.uplink_s = aggregated_s - admitted_s - log.round.compute_s;
    log.round.downlink_s = admitted_s - start_s + end_s - aggregated_s;
    log.round.latency_s = end_s - start_s;
    log.round.k = plan.k;
    log.round.paper_bits = plan.paper_bits;
    log.round.wire_bytes = transport.wire_bytes() - wire_bytes;
    if (airtime_s) log.round.airtime_s = *transport.airtime_s() - *airtime_s;
    log.round.train_loss = plan.train_loss;
    log.round.gradient_norm = plan.gradient_norm;
    log.round.compressor_input_norm = plan.compressor_input_norm;
    log.round.participants = static_cast<std::int64_t>(gradients.workers.size());
    if (auto seen = transport.take_routes(); !seen.empty() && journal.topologies) {
      journal.topologies(rows_of(std::move(seen), zero_s));
    }
    journal.round(log.round, log.transfers);
    if ((t + 1) % evaluate_every == 0 || t + 1 == rounds) divergence = evaluate(t + 1);
  }
  return divergence;
}

}  // namespace gradwave
