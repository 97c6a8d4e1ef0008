// SPDX-License-Identifier: GPL-2.0-only
// Materials with a published loss. Metal racks, shelves and machines are not among them: what they
// take depends on what is in them, from a few decibels to no signal at all, and no source gives one
// figure; a plan gives theirs.
#pragma once

#include <map>
#include <string>

namespace gradwave::channel {

std::map<std::string, double> usual_losses_db(double frequency_hz);  // by material

}  // namespace gradwave::channel
