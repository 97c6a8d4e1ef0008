// SPDX-License-Identifier: GPL-2.0-only
// Where the robots stand at the start, in metres, with the server's radio at (0, 0).
#pragma once

#include <ns3/vector.h>

#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

struct Places {
  std::vector<ns3::Vector> positions;  // [M], at PlacementOptions::height_m
  double half_side_m = 0;              // of the layout's square, centred on the server's radio
};

// Depends on the placement, M and the seed alone. Throws OptionError for an unknown
// placement or a list that is not M long.
Places place(const LinkOptions& options);

}  // namespace gradwave::channel
