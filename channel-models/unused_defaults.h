// SPDX-License-Identifier: GPL-2.0-only
// Which of ns3.defaults nothing of a run ever asks for: attributes of types that the link does not
// make, and those that are told by a setting of ours.
#pragma once

#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

// Tries it in a process of its own: builds the link with at most two robots, has each exchange some
// bytes with the server, and watches which defaults are read. Checked options. An attribute of a
// kind that cannot be watched is taken to be asked for.
std::vector<std::string> unused_defaults(const LinkOptions& options);

}  // namespace gradwave::channel
