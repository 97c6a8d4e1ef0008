// SPDX-License-Identifier: GPL-2.0-only
// A network as a picture.
#pragma once

#include <string>

#include "channel-models/coverage.h"

namespace gradwave {

// An SVG document: the SNR over the floor in colours with a key, walls and doors, the robots with
// their numbers, their paths, the stations, links and routes of a mesh, and a scale.
std::string svg_of(const channel::FloorMap& map, const std::string& title);

}  // namespace gradwave
