// SPDX-License-Identifier: GPL-2.0-only
// Robots and their paths held against the floor plan.
#pragma once

#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

// Throws OptionError for a robot that starts in a wall, or a station that is in one.
void check_floor(const LinkOptions& options, const std::vector<Point>& stations);

// Who starts outside the walls, whose path leaves them or goes through one, and what of the plan is
// no wall: sentences. The options are checked.
std::vector<std::string> remarks_on_floor(const LinkOptions& options);

}  // namespace gradwave::channel
