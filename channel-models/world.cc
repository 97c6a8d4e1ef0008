// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/mobility.h"
#include "channel-models/options.h"

namespace gradwave::channel {

World world_of(const LinkOptions& options) {
  const std::string& technology = options.technology;
  const bool radio = technology != "wire" && technology != "trace";
  World world;
  world.still = technology != "trace" && (!radio || stands_still(options.mobility));
  world.wanders = radio && !stands_still(options.mobility) && known_paths(options).empty();
  world.routed = technology == "mesh" && has_server(options);
  world.learns = technology == "trace" || (technology == "wire" && options.wire.loss > 0);
  world.time_out_s = technology == "wire" && options.wire.loss == 0 ? 0 : options.tcp.min_rto_s;
  // Obstacles of TR 38.901, and the echoes of 5G, are drawn once a run.
  const bool drawn =
      radio && (options.placement.layout == "disc" || technology == "nr" ||
                (options.radio.path_loss != "log-distance" && options.radio.path_loss != "friis"));
  world.same_for_every_seed = world.still && !drawn;
  return world;
}

}  // namespace gradwave::channel
