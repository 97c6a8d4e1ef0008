// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/loop.h"

#include <algorithm>
#include <cmath>

namespace gradwave {

std::string run_rounds(learning::Rounds& learner, Transport& transport, ComputeTimes& compute,
                       std::int64_t rounds, std::int64_t evaluate_every, const RoundSink& sink,
                       Exchange& exchange) {
  transport.connect();
  const double zero_s = transport.now_s();
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

    // Who can take part; a robot that missed an update gets the whole model first.
    const Admitted admitted = exchange.admit(learner, transport);
    log.add("model", admitted.arrivals);
    const double admitted_s = transport.now_s();

    // Every worker computes C_k of its gradient at w_t and sends it.
    const learning::RoundPlan plan = learner.plan(admitted.workers);
    if (!std::isfinite(plan.train_loss)) {
      return "the training loss of round " + std::to_string(t) + " is not finite";
    }
    const std::vector<double> compute_s = compute.next();
    const Gathered gradients = exchange.gather(learner, transport, plan, compute_s);
    log.add("gradient", gradients.arrivals);
    const double aggregated_s = transport.now_s();

    // The server averages what arrived, moves w_t to w_{t+1}, and sends the update back.
    const learning::Update update = learner.apply(gradients.arrived);
    log.add("update", exchange.spread(transport, update));
    if (update.downlink_bytes > 0) log.round.update_k = update.k;

    const double end_s = transport.now_s();
    log.round.start_s = start_s - zero_s;
    for (const int i : admitted.workers) {
      log.round.compute_s = std::max(log.round.compute_s, compute_s[i]);
    }
    // The simulator's clock has whole nanoseconds.
    log.round.compute_s = std::min(log.round.compute_s, aggregated_s - admitted_s);
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
    log.write(sink, transport);
    if ((t + 1) % evaluate_every == 0 || t + 1 == rounds) divergence = evaluate(t + 1);
  }
  return divergence;
}

}  // namespace gradwave
