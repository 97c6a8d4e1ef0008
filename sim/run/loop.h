// SPDX-License-Identifier: GPL-2.0-only
// The main loop: distributed SGD whose messages travel through a transport.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "learning/rounds.h"
#include "results/records.h"
#include "sim/run/compute.h"
#include "sim/run/exchange.h"
#include "sim/transport/transport.h"

namespace gradwave {

// Called as the run goes on; times are simulated seconds since the start of round 0.
struct Journal {
  std::function<void(const results::Round&, const std::vector<results::Transfer>&)> round;
  std::function<void(const results::Evaluation&)> evaluation;
  std::function<void(const std::vector<results::Topology>&)> topologies;  // of a mesh; may be empty
};

// Runs `rounds` rounds, each until all its gradients and updates have arrived or are lost;
// evaluates the initial weights, every `evaluate_every` rounds and the last. A training loss that
// is not finite ends the run before its gradients are sent, a test loss after it is recorded: the
// sentence returned says so, and is empty otherwise. Throws what the transport and the journal
// throw.
std::string run_rounds(learning::Rounds& learner, Transport& transport, ComputeTimes& compute,
                       std::int64_t rounds, std::int64_t evaluate_every, const Journal& journal,
                       Exchange& exchange);

}  // namespace gradwave
