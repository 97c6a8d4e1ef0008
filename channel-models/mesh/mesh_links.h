// SPDX-License-Identifier: GPL-2.0-only
// The edges of a mesh from the places of its nodes. Only for mesh.cc.
#pragma once

#include <ns3/mobility-model.h>
#include <ns3/propagation-loss-model.h>

#include <utility>
#include <vector>

#include "channel-models/mesh/graph.h"
#include "channel-models/options.h"
#include "channel-models/wifi/wifi_rates.h"

namespace gradwave::channel {

// Pairs of nodes that mesh.links allows, the server being M; throws OptionError for an unknown word
// or a broken table of edges.
std::vector<std::pair<int, int>> allowed_links(const LinkOptions& options);

class MeshLinks {
 public:
  // `nodes` [M + 1], the server last. After apply_defaults().
  MeshLinks(const LinkOptions& options, std::vector<ns3::Ptr<ns3::MobilityModel>> nodes);

  mesh::Graph now() const;

 private:
  double cost_s(int from, int to) const;  // infinity: no link

  std::vector<ns3::Ptr<ns3::MobilityModel>> nodes_;
  ns3::Ptr<ns3::PropagationLossModel> loss_;
  WifiRates rates_;
  double margin_db_;
  std::vector<double> powers_dbm_, gains_dbi_;  // [M + 1]
  std::vector<std::pair<int, int>> allowed_;
};

}  // namespace gradwave::channel
