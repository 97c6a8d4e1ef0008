// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/mesh/mesh_links.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "channel-models/files/table_file.h"
#include "channel-models/radio/propagation.h"
#include "channel-models/table.h"
#include "channel-models/wifi/wifi_radio.h"

namespace gradwave::channel {
namespace {

using Pairs = std::vector<std::pair<int, int>>;

Pairs everybody(const LinkOptions& options) {
  Pairs pairs;
  for (int one = 0; one <= options.workers; ++one) {
    for (int other = one + 1; other <= options.workers; ++other) pairs.emplace_back(one, other);
  }
  return pairs;
}

Pairs star(const LinkOptions& options) {
  Pairs pairs;
  const int server = static_cast<int>(options.workers);
  for (int robot = 0; robot < server; ++robot) pairs.emplace_back(robot, server);
  return pairs;
}

Pairs chain(const LinkOptions& options) {
  Pairs pairs = {{0, static_cast<int>(options.workers)}};
  for (int robot = 1; robot < options.workers; ++robot) pairs.emplace_back(robot - 1, robot);
  return pairs;
}

// As placement.layout "grid" numbers them: row by row.
Pairs grid(const LinkOptions& options) {
  const int robots = static_cast<int>(options.workers);
  const int columns = static_cast<int>(std::ceil(std::sqrt(options.workers)));
  Pairs pairs = {{0, robots}};
  for (int robot = 0; robot < robots; ++robot) {
    if ((robot + 1) % columns != 0 && robot + 1 < robots) pairs.emplace_back(robot, robot + 1);
    if (robot + columns < robots) pairs.emplace_back(robot, robot + columns);
  }
  return pairs;
}

Pairs listed(const LinkOptions& options) {
  const std::string key = "mesh.edges";
  if (options.mesh.edges.name.empty()) {
    throw OptionError({key, "mesh.links"}, key + ": expected a table with columns from and to");
  }
  const TableFile table(key, options.mesh.edges, {"from", "to"});
  const int server = static_cast<int>(options.workers);
  const auto node = [&](const TableFile::Row& row, const std::string& column) {
    if (table.text(row, column) == "server") {
      if (!has_server(options)) {
        table.refuse(row, "there is no server with mesh.aggregation = \"gossip\"");
      }
      return server;
    }
    return static_cast<int>(table.integer(row, column, 0, server - 1));
  };
  std::set<std::pair<int, int>> seen;
  for (const TableFile::Row& row : table.rows()) {
    const std::pair<int, int> pair = std::minmax(node(row, "from"), node(row, "to"));
    if (pair.first == pair.second) table.refuse(row, "an edge leads to another node");
    if (!seen.insert(pair).second) table.refuse(row, "this edge stands there twice");
  }
  return {seen.begin(), seen.end()};
}

const Table<Pairs (*)(const LinkOptions&)>& links_table() {
  static const Table<Pairs (*)(const LinkOptions&)> table = {
      {"reach", "between all that reach each other", everybody},
      {"star", "from each robot to the server alone", star},
      {"chain", "from the server to robot 0, from it to robot 1, and so on", chain},
      {"grid", "between neighbours of a grid, row by row, the server at robot 0", grid},
      {"edges", "those that a table lists", listed},
  };
  return table;
}

}  // namespace

Words mesh_links() { return words_of(links_table()); }

std::vector<std::pair<int, int>> allowed_links(const LinkOptions& options) {
  Pairs pairs = look_up(links_table(), "mesh.links", options.mesh.links)(options);
  if (has_server(options)) return pairs;
  const auto is_servers = [&](const std::pair<int, int>& pair) {
    return pair.second == options.workers;
  };
  pairs.erase(std::remove_if(pairs.begin(), pairs.end(), is_servers), pairs.end());
  if (pairs.empty() && options.workers > 1) {
    throw OptionError({"mesh.links", "mesh.edges", "mesh.aggregation"},
                      "mesh.links = \"" + options.mesh.links +
                          "\" has no link between robots, and there is no server with "
                          "mesh.aggregation = \"gossip\"");
  }
  return pairs;
}

MeshLinks::MeshLinks(const LinkOptions& options, std::vector<ns3::Ptr<ns3::MobilityModel>> nodes)
    : nodes_(std::move(nodes)),
      loss_(make_path_loss(options, centre_frequency_hz(options.wifi))),
      rates_(options.wifi),
      margin_db_(options.mesh.margin_db),
      has_server_(has_server(options)),
      powers_dbm_(options.radio.robot_powers_dbm),
      gains_dbi_(options.radio.robot_gains_dbi),
      antennas_(antennas_of_robots(options)),
      allowed_(allowed_links(options)) {
  powers_dbm_.resize(nodes_.size(), options.wifi.tx_power_dbm);
  gains_dbi_.resize(nodes_.size(), 0);
  antennas_.resize(nodes_.size(), default_antennas());
}

double MeshLinks::cost_one_way_s(int from, int to, double margin_db) const {
  const double received_dbm = loss_->CalcRxPower(
      powers_dbm_[from] + gains_dbi_[from] + gains_dbi_[to] - margin_db, nodes_[from], nodes_[to]);
  const auto rate = rates_.best(received_dbm, antennas_[from], antennas_[to]);
  return rate ? rate->airtime_s : HUGE_VAL;
}

double MeshLinks::cost_s(int one, int other, double margin_db) const {
  return std::max(cost_one_way_s(one, other, margin_db), cost_one_way_s(other, one, margin_db));
}

mesh::Graph MeshLinks::now() const { return now(mesh::Graph()); }

mesh::Graph MeshLinks::now(const mesh::Graph& before) const {
  std::set<std::pair<int, int>> standing;
  for (const mesh::Edge& edge : before.edges) standing.emplace(edge.one, edge.other);
  mesh::Graph graph;
  graph.has_server = has_server_;
  graph.robots = static_cast<int>(nodes_.size()) - (has_server_ ? 1 : 0);
  for (const auto& [one, other] : allowed_) {
    const bool stands = standing.count({one, other}) > 0;
    const double worse_s = cost_s(one, other, stands ? 0 : margin_db_);
    if (std::isfinite(worse_s)) graph.edges.push_back({one, other, worse_s});
  }
  return graph;
}

}  // namespace gradwave::channel
