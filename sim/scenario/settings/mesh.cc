// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> mesh_settings() {
  const Condition here = when("link.technology", {"mesh"});
  return {
      {"mesh.links", FIELD(link.mesh.links),
       "which there may be, where radios reach; without a server, those between robots",
       words(channel::mesh_links), kChannel, here},
      {"mesh.edges", FIELD(link.mesh.edges),
       "a table with columns from and to: numbers of robots, or server", any(), kChannel,
       when("mesh.links", {"edges"})},
      {"mesh.margin_db", FIELD(link.mesh.margin_db),
       "by which a link has to be stronger than it need be, so that who moves apart has time; "
       "without a server, to begin",
       range(0, 40), kChannel, here},
      {"mesh.update_period_s", FIELD(link.mesh.update_period_s),
       "between two looks at the routes, where robots move", range(0.01, 1e6), kChannel, here},
      {"mesh.hysteresis", FIELD(link.mesh.hysteresis),
       "share by which new routes have to be cheaper than the old ones", range(0, 0.99), kChannel,
       unless("mesh.aggregation", {"gossip"})},
      {"mesh.unreached", FIELD(link.mesh.unreached),
       "what becomes of robots without a route (without a server: to robot 0)",
       words(channel::mesh_policies), kChannel, here},
      {"mesh.aggregation", FIELD(link.mesh.aggregation), "where what robots learn comes together",
       words(channel::mesh_aggregations), kSim | kChannel | kLearning, here},
      {"mesh.consensus_step", FIELD(learning.gossip.consensus_step),
       "gamma of CHOCO-SGD: how far a robot goes in a round to the average of its neighbours; "
       "the less is sent, the smaller it has to be",
       range(1e-4, 1), kLearning, when("mesh.aggregation", {"gossip"})},
  };
}

}  // namespace gradwave
