// SPDX-License-Identifier: GPL-2.0-only
// Movement files as ns-2's setdest, BonnMotion and SUMO write them, as paths that are known
// beforehand. Not by ns-3's reader: it passes over lines that it does not understand, follows them
// in the order of the file, and sets antennas to 0 m.
#pragma once

#include <vector>

#include "channel-models/motion/path.h"
#include "channel-models/options.h"

namespace gradwave::channel {

// [M]. Lines are
//
//   $node_(i) set X_ 1.5                        and Y_, Z_: where robot i is at first
//   $ns_ at 2.0 "$node_(i) set X_ 1.5"          it is there from then on; a way under way goes on
//                                               from there
//   $ns_ at 2.0 "$node_(i) setdest x y speed"   straight to [x, y]; with speed 0 it stops where it
//   is
//
// and those that begin with #, set or $god_, at a time or not, which do not count. Z_ is the
// antenna's height, at which the path loss has to hold; 0, which these programs write whatever they
// simulate, is placement.height_m. Round 0 begins at mobility.time_origin_s. Throws OptionError
// with file and line for other lines, robots beyond M and one without a place, times that run back
// for one robot, and a file whose first movement is more than an hour after the origin.
std::vector<Path> ns2_paths(const LinkOptions& options);

}  // namespace gradwave::channel
