// SPDX-License-Identifier: GPL-2.0-only
// What is left of the transmit power at a receiver: a mean loss over distance, and fading on top.
//
//   log-distance   L(r) = L(1 m) + 10 n log10(r / 1 m),  L(1 m) = 20 log10(4 pi f / c)   (Friis)
//   friis          the same with n = 2
//   umi, inf-dh, ... the deployments of TR 38.901, tr38901.h
//   floor.plan     what walls take off beside any of these, wall_loss.h
//   nakagami       the received power times Gamma(m, 1/m): mean 1; rayleigh is m = 1
//
// Of log-distance and friis, r is 1 m at the least: nearer, Friis' equation does not hold.
//
// Fading is drawn anew for every frame and receiver, independently: the frames of one A-MPDU share
// a draw, two frames a millisecond apart do not. It is flat over the channel's width.
#pragma once

#include <ns3/propagation-loss-model.h>
#include <ns3/ptr.h>

#include <string>

#include "channel-models/options.h"
#include "channel-models/radio/tr38901.h"

namespace gradwave::channel {

// Throws OptionError for unknown words, and what a deployment of TR 38.901 does not allow.
void check_propagation(const RadioOptions& options, const PlacementOptions& placement);
// Sets the attribute defaults of the models named.
void apply_propagation(const RadioOptions& options, double frequency_hz);

// What the path loss expects of the height of a robot's antenna that it does not hold for, or "".
std::string height_fault(const LinkOptions& options, double height_m);

// Distances at which the path loss holds.
// Whether line of sight and shadowing are drawn once a run.
bool draws_obstacles(const RadioOptions& options);

DistanceRange range_of(const RadioOptions& options);

// A chain of models: set_after() puts another one behind it.
ns3::Ptr<ns3::PropagationLossModel> make_path_loss(const LinkOptions& options, double frequency_hz);
void set_after(ns3::Ptr<ns3::PropagationLossModel> chain, ns3::Ptr<ns3::PropagationLossModel> last);
ns3::Ptr<ns3::PropagationLossModel> make_fading(const RadioOptions& options);  // null: none

}  // namespace gradwave::channel
