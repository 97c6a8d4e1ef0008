// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> mesh_settings() {
  const Condition here = when("link.technology", {"mesh"});
  return {
      {"mesh.links", FIELD(link.mesh.links),
       "allowed links, where radios reach; without a server, links between robots only",
       words(channel::mesh_links), kChannel, here},
      {"mesh.edges", FIELD(link.mesh.edges),
       "table of the allowed links with columns from and to: robot numbers, or server", any(),
       kChannel, when("mesh.links", {"edges"})},
      {"mesh.margin_db", FIELD(link.mesh.margin_db),
       "margin above the reception threshold that a new link needs", range(0, 40), kChannel, here},
      {"mesh.update_period_s", FIELD(link.mesh.update_period_s),
       "interval between route updates while robots move", range(0.01, 1e6), kChannel, here},
      {"mesh.hysteresis", FIELD(link.mesh.hysteresis),
       "relative cost reduction that new routes need to replace the old ones", range(0, 0.99),
       kChannel, unless("mesh.aggregation", {"gossip"})},
      {"mesh.unreached", FIELD(link.mesh.unreached),
       "policy for robots without a route (to the server, or to robot 0 without one)",
       words(channel::mesh_policies), kChannel, here},
      {"mesh.aggregation", FIELD(link.mesh.aggregation),
       "location of gradient or model aggregation", words(channel::mesh_aggregations),
       kSim | kChannel | kLearning, here},
      {"mesh.consensus_step", FIELD(learning.gossip.consensus_step),
       "consensus step gamma of CHOCO-SGD; the stronger the compression, the smaller it must be",
       range(1e-4, 1), kLearning, when("mesh.aggregation", {"gossip"})},
  };
}

}  // namespace gradwave
