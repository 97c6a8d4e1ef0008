// SPDX-License-Identifier: GPL-2.0-only
// The main loop: distributed SGD whose messages travel through a transport.
#pragma once

#include <cstdint>
#include <string>

#include "learning/rounds.h"
#include "sim/compute/compute.h"
#include "sim/run/exchange.h"
#include "sim/run/round_sink.h"
#include "sim/transport/transport.h"

namespace gradwave {

// Runs `rounds` rounds, each until all its gradients and updates have arrived or are lost;
// evaluates the initial weights, every `evaluate_every` rounds and the last. A training loss that
// is not finite ends the run before its gradients are sent, a test loss after it is recorded: the
// sentence returned says so, and is empty otherwise. Throws what the transport and the sink
// throw.
std::string run_rounds(learning::Rounds& learner, Transport& transport, ComputeTimes& compute,
                       std::int64_t rounds, std::int64_t evaluate_every, const RoundSink& sink,
                       Exchange& exchange);

}  // namespace gradwave
