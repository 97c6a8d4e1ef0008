// SPDX-License-Identifier: GPL-2.0-only
// The loop without a server: each robot has a model of its own, steps from it, and averages it with
// its neighbours' (learning/gossip_learner.h).
//
// Robots keep step: a round begins when everybody has ended the one before. What it takes them to
// know that is not modelled. A round's neighbours are those of its beginning; two of them average
// if both have heard the other, and if one of their messages is lost, because the link between them
// is gone, neither does.
#pragma once

#include <cstdint>
#include <string>

#include "learning/gossip_learner.h"
#include "sim/compute/compute.h"
#include "sim/run/round_sink.h"
#include "sim/transport/transport.h"

namespace gradwave {

// As run_rounds(), in rounds that end when every robot has computed and every message has arrived
// or is lost.
std::string run_gossip(learning::GossipLearner& learner, Transport& transport,
                       ComputeTimes& compute, std::int64_t rounds, std::int64_t evaluate_every,
                       const RoundSink& sink);

}  // namespace gradwave
