// SPDX-License-Identifier: GPL-2.0-only
// Distances between robots and stations held against the range of the path loss.
#pragma once

#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

// Sentences about robots that are nearer to their nearest station, or farther from it, than the
// path loss holds: where they start, and on paths that are known beforehand. Without stations,
// about starts that are too near to, or too far from, the nearest other robot.
std::vector<std::string> remarks_on_distances(const LinkOptions& options,
                                              const std::vector<Point>& stations);

}  // namespace gradwave::channel
