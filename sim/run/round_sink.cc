// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/round_sink.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gradwave {
namespace {

std::vector<results::Topology> rows_of(const std::vector<channel::RoutesSeen>& seen,
                                       double zero_s) {
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

// In the row, of a round or an evaluation, at this time.
template <class Row>
std::optional<Sampling> say_error(const Transport& transport, double zero_s, Row& row) {
  const std::optional<Sampling> sampling = transport.sampling();
  if (!sampling) return sampling;
  const double time_s = transport.now_s() - zero_s;
  row.time_error_s = sampling->error_s;
  row.time_low_s = std::max(0.0, time_s - sampling->may_be_early_s);
  row.time_high_s = time_s + sampling->may_be_late_s;
  return sampling;
}

}  // namespace

Words kept_transfers() {
  return {{"all", "of all"},
          {"sampled", "of the first ten and of one in a hundred"},
          {"none", "of none"}};
}

bool keeps_transfers(const std::string& word, std::int64_t round) {
  return word == "all" || (word == "sampled" && (round < 10 || round % 100 == 0));
}

void RoundLog::add(const std::string& content, const std::vector<Arrival>& arrivals) {
  for (const auto& [delivery, k] : arrivals) {
    const Message& message = delivery.message;
    const bool up = message.direction == Direction::kUplink;
    (up ? round.uplink_payload_bytes : round.downlink_payload_bytes) += message.bytes;
    results::Transfer transfer;
    transfer.round = round.round;
    transfer.message = static_cast<std::int64_t>(transfers.size());
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
    transfer.drawn = delivery.drawn;
    transfers.push_back(std::move(transfer));
  }
}

void RoundLog::write(const RoundSink& sink, Transport& transport) {
  if (const auto seen = transport.take_routes(); !seen.empty() && sink.topologies) {
    sink.topologies(rows_of(seen, zero_s));
  }
  if (const auto sampling = say_error(transport, zero_s, round)) {
    round.fidelity = sampling->fidelity;
  }
  sink.round(round, transfers);
}

std::string write_evaluation(const RoundSink& sink, const learning::Evaluation& evaluation,
                             std::int64_t rounds, const Transport& transport, double zero_s) {
  const double time_s = transport.now_s() - zero_s;
  results::Evaluation row = {rounds, time_s, evaluation.accuracy, evaluation.loss};
  say_error(transport, zero_s, row);
  if (evaluation.spread) {
    row.consensus_distance = evaluation.spread->distance;
    row.worst_worker_accuracy = evaluation.spread->worst_accuracy;
    row.best_worker_accuracy = evaluation.spread->best_accuracy;
  }
  sink.evaluation(row);
  if (std::isfinite(evaluation.loss)) return "";
  return "the test loss after " + std::to_string(rounds) + " rounds is not finite";
}

}  // namespace gradwave
