// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/gossip.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "channel-models/mesh/graph.h"
#include "sim/run/collect.h"

namespace gradwave {
namespace {

using Link = std::pair<int, int>;  // neighbours, the lower one first

// Two neighbours share one connection: for the higher one its messages go the other way.
Message message_of(std::int64_t id, int from, int to, std::int64_t bytes) {
  return from < to ? Message{id, from, Direction::kUplink, bytes, to}
                   : Message{id, to, Direction::kDownlink, bytes, from};
}

// As it is told: whoever sends is the worker.
Delivery as_sent_by_worker(Delivery delivery) {
  Message& message = delivery.message;
  if (message.direction == Direction::kDownlink) std::swap(message.worker, message.peer);
  message.direction = Direction::kUplink;
  return delivery;
}

std::vector<learning::Edge> edges_of(const std::vector<Link>& links, int robots) {
  channel::mesh::Graph graph;
  graph.robots = robots;
  graph.has_server = false;
  for (const auto& [one, other] : links) graph.edges.push_back({one, other, 1});
  const std::vector<double> weights = channel::mesh::metropolis_weights(graph);
  std::vector<learning::Edge> edges;
  for (std::size_t i = 0; i < links.size(); ++i) {
    edges.push_back({links[i].first, links[i].second, weights[i]});
  }
  return edges;
}

}  // namespace

std::string run_gossip(learning::GossipLearner& learner, Transport& transport,
                       ComputeTimes& compute, std::int64_t rounds, std::int64_t evaluate_every,
                       const RoundSink& sink) {
  transport.connect();
  const double zero_s = transport.now_s();
  std::int64_t messages = 0;  // sent so far, which numbers them
  const auto evaluate = [&](std::int64_t done) {
    return write_evaluation(sink, learner.evaluate(), done, transport, zero_s);
  };
  std::string divergence = evaluate(0);

  for (std::int64_t t = 0; t < rounds && divergence.empty(); ++t) {
    transport.begin_round();
    const double start_s = transport.now_s();
    const std::int64_t wire_bytes = transport.wire_bytes();
    const std::optional<double> airtime_s = transport.airtime_s();
    RoundLog log(t, zero_s);
    const std::vector<Link> neighbours = transport.neighbours();
    const double ready_s = transport.now_s();

    // Every robot steps from its own x_i, and tells its neighbours C_k of what has changed.
    const learning::LocalSteps steps = learner.step();
    if (!std::isfinite(steps.train_loss)) {
      return "the training loss of round " + std::to_string(t) + " is not finite";
    }
    const std::vector<double> compute_s = compute.next();
    std::map<std::int64_t, std::int64_t> entries;  // by message
    const auto send = [&](int from, int to) {
      const auto [bytes, k] = learner.message(from, to);
      entries[messages] = k;
      transport.send(message_of(messages++, from, to, bytes), compute_s[from]);
    };
    for (const auto& [one, other] : neighbours) {
      send(one, other);
      send(other, one);
    }

    std::vector<Arrival> arrivals;
    std::map<Link, int> heard;  // how many of the two ways
    std::int64_t all_entries = 0;
    for (const Delivery& each : collect(transport, messages, 2 * neighbours.size())) {
      const Delivery delivery = as_sent_by_worker(each);
      const int from = delivery.message.worker, to = delivery.message.peer;
      arrivals.push_back({delivery, entries[delivery.message.id]});
      all_entries += arrivals.back().k;
      if (delivery.lost) continue;
      learner.hear(from, to);
      ++heard[std::minmax(from, to)];
    }
    log.add("difference", arrivals);
    log.round.compute_s = *std::max_element(compute_s.begin(), compute_s.end());
    // Robots without neighbours compute as well.
    const double computed_s = ready_s + log.round.compute_s;
    if (transport.now_s() < computed_s) transport.next(computed_s);

    // Who has heard each other averages: x_i moves towards its neighbours' public copies.
    std::vector<Link> both;
    for (const auto& [link, ways] : heard) {
      if (ways == 2) both.push_back(link);
    }
    learner.mix(edges_of(both, static_cast<int>(compute_s.size())));

    const double end_s = transport.now_s();
    // The simulator's clock has whole nanoseconds.
    log.round.compute_s = std::min(log.round.compute_s, end_s - ready_s);
    log.round.start_s = start_s - zero_s;
    log.round.latency_s = end_s - start_s;
    log.round.uplink_s = log.round.latency_s - log.round.compute_s;
    log.round.k = steps.k;
    log.round.paper_bits = learner.paper_bits(all_entries);
    log.round.wire_bytes = transport.wire_bytes() - wire_bytes;
    if (airtime_s) log.round.airtime_s = *transport.airtime_s() - *airtime_s;
    log.round.train_loss = steps.train_loss;
    log.round.gradient_norm = steps.gradient_norm;
    log.round.participants = static_cast<std::int64_t>(compute_s.size());
    log.write(sink, transport);
    if ((t + 1) % evaluate_every == 0 || t + 1 == rounds) divergence = evaluate(t + 1);
  }
  return divergence;
}

}  // namespace gradwave
