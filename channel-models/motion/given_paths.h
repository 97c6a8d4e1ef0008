// SPDX-License-Identifier: GPL-2.0-only
// Paths that the scenario gives: loops that robots patrol, and logs of where robots were.
#pragma once

#include <vector>

#include "channel-models/motion/path.h"
#include "channel-models/options.h"

namespace gradwave::channel {

// Throws OptionError for speeds that nobody can walk with, or the least above the greatest.
void check_speeds(const MobilityOptions& options);

// [M]. Robot i walks loop i mod L of mobility.loops_m, corner after corner and from the last one
// back to the first, with a pause at each, at a speed of its own, drawn between speed_min_mps and
// speed_max_mps; robots that share a loop start spread evenly over it. Throws OptionError for a
// loop without two corners or of no length.
std::vector<Path> patrols(const LinkOptions& options);

// [M], of a table with columns robot (0 to M - 1), t_s, x_m, y_m and perhaps z_m, the antenna's
// height (else placement.height_m), at which the path loss has to hold. Round 0 begins at t_s =
// mobility.time_origin_s. A robot's times ascend; it stands at its first place before them, and
// after them at its last, or begins again if mobility.ending is "repeat". Throws OptionError with
// file and line, and for a table that begins more than a minute after the origin.
std::vector<Path> waypoints(const LinkOptions& options);

// Throws OptionError for a file that begins more than `most_s` after mobility.time_origin_s, or
// ends before it.
void check_origin(const LinkOptions& options, double first_s, double last_s, double most_s);

}  // namespace gradwave::channel
