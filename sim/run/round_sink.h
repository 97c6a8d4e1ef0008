// SPDX-License-Identifier: GPL-2.0-only
// What a loop tells as it goes on, and the rows that it tells it in.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "learning/rounds.h"
#include "results/records.h"
#include "sim/options.h"
#include "sim/run/exchange.h"
#include "sim/transport/transport.h"

namespace gradwave {

// Times are simulated seconds since the start of round 0.
struct RoundSink {
  std::function<void(const results::Round&, const std::vector<results::Transfer>&)> round;
  std::function<void(const results::Evaluation&)> evaluation;
  std::function<void(const std::vector<results::Topology>&)> topologies;  // of a mesh; may be empty
};

// A round's row and those of its messages.
struct RoundLog {
  RoundLog(std::int64_t t, double round_zero_s) : zero_s(round_zero_s) { round.round = t; }

  // Messages in the order of their ends, and their bytes.
  void add(const std::string& content, const std::vector<Arrival>& arrivals);
  // With what the network's routes were meanwhile.
  void write(const RoundSink& sink, Transport& transport);

  double zero_s;
  results::Round round;
  std::vector<results::Transfer> transfers;
};

// Now, after `rounds` rounds. Returns the sentence that says so if the loss is not finite.
std::string write_evaluation(const RoundSink& sink, const learning::Evaluation& evaluation,
                             std::int64_t rounds, const Transport& transport, double zero_s);

}  // namespace gradwave
