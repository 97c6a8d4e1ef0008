// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/mobility.h"
#include "channel-models/motion/placement.h"
#include "channel-models/radio/propagation.h"
#include "channel-models/technology.h"

namespace gradwave::channel {

World world_of(const LinkOptions& options) {
  const Technology of = technology(options);
  World world = of.world(options);
  if (of.cover != nullptr) {
    const bool stands = stands_still(options.mobility);
    world.still &= stands;
    world.wanders = !stands && known_paths(options).empty();
    world.same_for_every_seed &=
        !draws_places(options.placement) && !draws_obstacles(options.radio);
  }
  world.routed = of.routed != nullptr && has_server(options);
  world.same_for_every_seed &= world.still;
  return world;
}

}  // namespace gradwave::channel
