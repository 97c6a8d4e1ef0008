// SPDX-License-Identifier: GPL-2.0-only
// Ways of moving with all that they need.
#pragma once

#include <string>

#include "channel-models/options.h"

namespace gradwave::channel {

// Of the team's robots, near the access point.
inline void walk_by(LinkOptions& options, const std::string& model) {
  options.mobility.model = model;
  options.mobility.loops_m = {{{5, 5}, {6, 5}}};
  std::string log = "robot,t_s,x_m,y_m\n", walk;
  for (std::int64_t i = 0; i < options.workers; ++i) {
    const std::string robot = std::to_string(i);
    log += robot + ",0,5,5\n" + robot + ",10,6,5\n";
    walk += "$node_(" + robot + ") set X_ 5\n$node_(" + robot + ") set Y_ 5\n$ns_ at 1 \"$node_(" +
            robot + ") setdest 6 5 1\"\n";
  }
  options.mobility.file = {"file", model == "ns2" ? walk : log};
}

}  // namespace gradwave::channel
