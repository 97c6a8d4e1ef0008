// SPDX-License-Identifier: GPL-2.0-only
// Layouts: where robots start that are not told by their movement.
#pragma once

#include <ns3/vector.h>

#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

struct Places {
  std::vector<ns3::Vector> positions;  // [M], at PlacementOptions::height_m
  double half_side_m = 0;              // of the layout's square, centred on the access point
};

// Depends on the placement, M and the seed alone. Throws OptionError for an unknown
// placement or a list that is not M long.
Places place(const LinkOptions& options);

// Of the server's radio, at its height.
// Whether the seed decides where robots start.
bool draws_places(const PlacementOptions& options);
// Whether its places move with the access point.
bool around_access_point(const PlacementOptions& options);

ns3::Vector access_point_place(const PlacementOptions& options);

}  // namespace gradwave::channel
