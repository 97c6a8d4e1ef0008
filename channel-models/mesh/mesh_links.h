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

// Pairs of nodes that mesh.links allows, the server being M, or of robots alone without one; throws
// OptionError for an unknown word, a broken table of edges, and links that need a server.
std::vector<std::pair<int, int>> allowed_links(const LinkOptions& options);

class MeshLinks {
 public:
  // `nodes` [M + 1], the server last, or [M]. After apply_defaults().
  MeshLinks(const LinkOptions& options, std::vector<ns3::Ptr<ns3::MobilityModel>> nodes);

  mesh::Graph now() const;
  // A link of `before` needs no margin.
  mesh::Graph now(const mesh::Graph& before) const;

 private:
  // Of the worse direction; infinity: no link.
  double cost_s(int one, int other, double margin_db) const;
  double cost_one_way_s(int from, int to, double margin_db) const;

  std::vector<ns3::Ptr<ns3::MobilityModel>> nodes_;
  ns3::Ptr<ns3::PropagationLossModel> loss_;
  WifiRates rates_;
  double margin_db_;
  bool has_server_;
  std::vector<double> powers_dbm_, gains_dbi_;  // of every node
  std::vector<Antennas> antennas_;              // likewise
  std::vector<std::pair<int, int>> allowed_;
};

}  // namespace gradwave::channel
