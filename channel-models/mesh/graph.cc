// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/mesh/graph.h"

#include <gsl/gsl_eigen.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/betweenness_centrality.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <limits>
#include <map>
#include <memory>

namespace gradwave::channel::mesh {
namespace {

using Weighted =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property,
                          boost::property<boost::edge_weight_t, double>>;

constexpr double kFar = std::numeric_limits<double>::infinity();

Weighted weighted(const Graph& graph) {
  Weighted all(graph.nodes());
  for (const Edge& edge : graph.edges) {
    boost::add_edge(edge.one, edge.other, edge.cost_s, all);
  }
  return all;
}

std::pair<int, int> sorted(int one, int other) { return std::minmax(one, other); }

std::map<std::pair<int, int>, double> costs_by_ends(const Graph& graph) {
  std::map<std::pair<int, int>, double> costs;
  for (const Edge& edge : graph.edges) costs[sorted(edge.one, edge.other)] = edge.cost_s;
  return costs;
}

std::vector<int> degrees(const Graph& graph) {
  std::vector<int> degrees(graph.nodes());
  for (const Edge& edge : graph.edges) {
    ++degrees[edge.one];
    ++degrees[edge.other];
  }
  return degrees;
}

double algebraic_connectivity(const Graph& graph) {
  const std::size_t nodes = graph.nodes();
  if (nodes < 2) return 0;
  const std::unique_ptr<gsl_matrix, decltype(&gsl_matrix_free)> laplacian(
      gsl_matrix_calloc(nodes, nodes), gsl_matrix_free);
  for (const Edge& edge : graph.edges) {
    gsl_matrix_set(laplacian.get(), edge.one, edge.other, -1);
    gsl_matrix_set(laplacian.get(), edge.other, edge.one, -1);
  }
  const std::vector<int> diagonal = degrees(graph);
  for (std::size_t i = 0; i < nodes; ++i) gsl_matrix_set(laplacian.get(), i, i, diagonal[i]);
  const std::unique_ptr<gsl_vector, decltype(&gsl_vector_free)> values(gsl_vector_alloc(nodes),
                                                                       gsl_vector_free);
  const std::unique_ptr<gsl_eigen_symm_workspace, decltype(&gsl_eigen_symm_free)> workspace(
      gsl_eigen_symm_alloc(nodes), gsl_eigen_symm_free);
  gsl_eigen_symm(laplacian.get(), values.get(), workspace.get());
  std::vector<double> sorted_values(values->data, values->data + nodes);
  std::sort(sorted_values.begin(), sorted_values.end());
  return sorted_values[1] < 1e-9 ? 0 : sorted_values[1];
}

// The nodes from this robot to the server, both included; none if the tree does not lead there.
std::vector<int> path(const Tree& tree, int robot) {
  const int server = static_cast<int>(tree.parent.size());
  std::vector<int> nodes = {robot};  // or the server
  while (nodes.back() != server) {
    const int parent = tree.parent[nodes.back()];
    if (parent == kNobody || nodes.size() > tree.parent.size()) return {};
    nodes.push_back(parent);
  }
  return nodes;
}

}  // namespace

Tree cheapest(const Graph& graph) {
  Tree tree{std::vector<int>(graph.robots, kNobody)};
  if (!graph.has_server) return tree;
  const Weighted all = weighted(graph);
  std::vector<double> cost(graph.nodes(), kFar);
  boost::dijkstra_shortest_paths(all, graph.server(),
                                 boost::distance_map(cost.data()).distance_inf(kFar));
  for (const Edge& edge : graph.edges) {
    for (const auto& [child, parent] :
         {std::pair(edge.one, edge.other), std::pair(edge.other, edge.one)}) {
      if (child == graph.server() || cost[child] == kFar) continue;
      if (cost[parent] + edge.cost_s > cost[child]) continue;
      int& mine = tree.parent[child];
      // The server counts as the lowest number.
      const auto rank = [&](int node) { return node == graph.server() ? -1 : node; };
      if (mine == kNobody || rank(parent) < rank(mine)) mine = parent;
    }
  }
  return tree;
}

std::optional<int> hops_between(const Tree& tree, int one, int other) {
  std::vector<int> from = path(tree, one), to = path(tree, other);
  if (from.empty() || to.empty()) return std::nullopt;
  while (!from.empty() && !to.empty() && from.back() == to.back()) {
    from.pop_back();
    to.pop_back();
  }
  return static_cast<int>(from.size() + to.size());
}

std::vector<std::optional<double>> costs(const Graph& graph, const Tree& tree) {
  const auto edges = costs_by_ends(graph);
  std::vector<std::optional<double>> all;
  for (int robot = 0; robot < graph.robots; ++robot) {
    const std::vector<int> nodes = path(tree, robot);
    std::optional<double> sum;
    if (!nodes.empty()) sum = 0;
    for (std::size_t i = 1; i < nodes.size() && sum; ++i) {
      const auto edge = edges.find(sorted(nodes[i - 1], nodes[i]));
      sum = edge == edges.end() ? std::nullopt : std::optional(*sum + edge->second);
    }
    all.push_back(sum);
  }
  return all;
}

bool is_worth_it(const Graph& graph, const Tree& old_tree, const Tree& new_tree,
                 double hysteresis) {
  const auto before = costs(graph, old_tree), after = costs(graph, new_tree);
  double before_s = 0, after_s = 0;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const bool broken = old_tree.parent[i] != kNobody && !before[i];
    if (broken || (after[i] && !before[i])) return true;
    if (!after[i] || !before[i]) continue;
    before_s += *before[i];
    after_s += *after[i];
  }
  return after_s < (1 - hysteresis) * before_s;
}

Figures figures(const Graph& graph, const Tree& tree) {
  const Weighted all = weighted(graph);
  const int nodes = graph.nodes();
  std::vector<int> component(nodes);
  Figures found;
  found.components = boost::connected_components(all, component.data());
  found.connectivity = algebraic_connectivity(graph);

  std::vector<double> betweenness(nodes);
  boost::brandes_betweenness_centrality(
      all, boost::centrality_map(boost::make_iterator_property_map(betweenness.begin(),
                                                                   get(boost::vertex_index, all)))
               .weight_map(get(boost::edge_weight, all)));
  const double pairs = 0.5 * (nodes - 1) * (nodes - 2);

  // The server's component is the first, the others follow in the order of their robots.
  std::map<int, int> number = {{component[graph.has_server ? graph.server() : 0], 0}};
  const auto edges = costs_by_ends(graph);
  for (int robot = 0; robot < graph.robots; ++robot) {
    Route route;
    route.betweenness = pairs > 0 ? betweenness[robot] / pairs : 0;
    route.component =
        number.emplace(component[robot], static_cast<int>(number.size())).first->second;
    const std::vector<int> way = path(tree, robot);
    bool stands = !way.empty();
    for (std::size_t i = 1; i < way.size() && stands; ++i) {
      const auto edge = edges.find(sorted(way[i - 1], way[i]));
      stands = edge != edges.end();
      if (!stands) break;
      route.cost_s += edge->second;
      if (edge->second <= route.bottleneck_s) continue;
      route.bottleneck_s = edge->second;
      route.bottleneck = {way[i - 1], way[i]};
    }
    if (stands) {
      route.parent = way[1];
      route.hops = static_cast<int>(way.size()) - 1;
    } else {
      route.cost_s = route.bottleneck_s = 0;
      route.bottleneck = {kNobody, kNobody};
    }
    found.routes.push_back(route);
  }
  return found;
}

std::vector<double> metropolis_weights(const Graph& graph) {
  const std::vector<int> degree = degrees(graph);
  std::vector<double> weights;
  for (const Edge& edge : graph.edges) {
    weights.push_back(1.0 / (1 + std::max(degree[edge.one], degree[edge.other])));
  }
  return weights;
}

}  // namespace gradwave::channel::mesh
