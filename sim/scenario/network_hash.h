// SPDX-License-Identifier: GPL-2.0-only
// Whether rounds can be drawn, and whether two runs' networks are the same, so that one's rounds
// can be drawn from the other's.
#pragma once

#include <string>

#include "sim/scenario/settings/settings.h"

namespace gradwave {

// Why rounds cannot be drawn with these settings, in words; "" if they can.
std::string needs_packets(const Settings& settings);

// Of all that the latency of a round with given bytes depends on, but for chance. Hexadecimal; ""
// where no two runs have it in common, or all packets are simulated.
std::string network_hash(const Settings& settings, double forward_macs);

}  // namespace gradwave
