// SPDX-License-Identifier: GPL-2.0-only
// How the robots move.
#pragma once

#include <ns3/node-container.h>

#include "channel-models/motion/placement.h"

namespace gradwave::channel {

// Throws OptionError for a walk that could not go on: no speed, no room.
void check_mobility(const MobilityOptions& options, const Places& places);

// Sets robot i off from places.positions[i], on streams of its own.
void set_moving(const ns3::NodeContainer& robots, const MobilityOptions& options,
                const Places& places);

}  // namespace gradwave::channel
