// SPDX-License-Identifier: GPL-2.0-only
// Movement files as ns-2's setdest, BonnMotion and SUMO write them, moved through by ns-3's own
// reader, ns3::Ns2MobilityHelper. It passes over lines that it does not understand; here they are
// errors with their number.
#pragma once

#include <ns3/node-container.h>
#include <ns3/vector.h>

#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

struct Ns2File {
  std::vector<ns3::Vector> starts;  // [M]
  double fastest_mps = 0;
};

// Lines "$node_(i) set X_ 1.5" (and Y_, Z_), the same at a time, "$ns_ at 2.0 "..."", and
// "$ns_ at 2.0 "$node_(i) setdest x y speed""; what begins with #, $god_ or set says nothing here.
// Throws OptionError for other lines, robots beyond M, and one without a place.
Ns2File read_ns2(const LinkOptions& options);

// Of a file that was read. Antennas are at placement.height_m unless the file sets Z_.
void install_ns2(const ns3::NodeContainer& robots, const LinkOptions& options);

}  // namespace gradwave::channel
