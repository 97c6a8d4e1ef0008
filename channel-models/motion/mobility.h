// SPDX-License-Identifier: GPL-2.0-only
// Where the robots are, from the start of the simulation on. Patrols, waypoints and movement files
// begin with round 0; random walks with the network, which is up before it.
#pragma once

#include <ns3/node-container.h>
#include <ns3/vector.h>

#include <vector>

#include "channel-models/motion/path.h"
#include "channel-models/options.h"

namespace gradwave::channel {

// Throws OptionError for a walk that could not go on (no speed, no room), a broken file of paths,
// a layout that cannot be.
void check_mobility(const LinkOptions& options);

// Gives each robot its mobility, on streams of its own.
void set_moving(const ns3::NodeContainer& robots, const LinkOptions& options);

// Robots on paths that are known beforehand wait from now on, until round 0 begins: their time 0.
// Without these, time 0 is the simulation's.
void wait_on_paths(const ns3::NodeContainer& robots);
void begin_paths(const ns3::NodeContainer& robots);

// Where they start [M], as set_moving() has it.
std::vector<ns3::Vector> starts(const LinkOptions& options);

// Their paths [M], where these are known beforehand; else none.
std::vector<Path> known_paths(const LinkOptions& options);

bool stands_still(const MobilityOptions& options);

// No robot is faster.
double fastest_mps(const LinkOptions& options);

}  // namespace gradwave::channel
