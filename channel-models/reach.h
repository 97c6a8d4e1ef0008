// SPDX-License-Identifier: GPL-2.0-only
// Which robots are out of their station's reach, and when: known before anything is sent, as where
// robots are does not depend on what they send. Paths that are given are looked at as they are,
// random walks by the run's own random streams. Without fading and interference, as coverage.h.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

struct Outages {
  double horizon_s = 0;  // they are those of the times from 0 to this
  double step_s = 0;     // and were looked for in these steps
  bool routed = false;   // robots relay: those without a route
  // [M]: from, to, in s.
  std::vector<std::vector<std::pair<double, double>>> of_robots;
};

// As long as paths that are given go on (or repeat), 600 s of random walks, or the start alone
// where robots stand. In a mesh those without a route, by coarser steps the more robots there are.
// Nothing where robots have no places. The options are checked.
Outages outages(const LinkOptions& options);

// "robot 3 is out of reach for 12.4 of the first 60.0 s: 3.1 to 9.0, 20.0 to 26.5 s", one for each
// robot that is.
std::vector<std::string> outage_lines(const Outages& outages);

// Throws OptionError that names the robots that cannot connect: out of reach at the start and for
// `connect_timeout_s` after it, or in a mesh with mesh.unreached = "refuse" without a route at the
// start. The options are checked.
void check_reach(const LinkOptions& options, double connect_timeout_s);

}  // namespace gradwave::channel
