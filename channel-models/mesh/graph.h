// SPDX-License-Identifier: GPL-2.0-only
// Which robots of a mesh reach which, at what cost, and what follows: the tree of cheapest routes
// to the server and the figures that tell where it is thin. No ns-3; Boost.Graph and GSL compute.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gradwave::channel::mesh {

// Robots are 0 to M - 1; the server, if there is one, is M.
struct Edge {
  int one = 0, other = 0;
  double cost_s = 0;  // expected airtime of a packet, above 0
};

struct Graph {
  int robots = 0;  // M
  std::vector<Edge> edges;
  bool has_server = true;

  int server() const { return robots; }
  int nodes() const { return robots + (has_server ? 1 : 0); }
};

constexpr int kNobody = -1;

struct Tree {
  std::vector<int> parent;  // [M], the next hop to the server, M for the server itself; or kNobody
  bool operator==(const Tree& other) const { return parent == other.parent; }
};

// Of one robot, in a tree.
struct Route {
  int parent = kNobody;
  int hops = 0;                                         // 0: none leads to the server
  double cost_s = 0;                                    // of all hops
  std::pair<int, int> bottleneck = {kNobody, kNobody};  // the hop that costs most, from and to
  double bottleneck_s = 0;
  double betweenness = 0;  // share of all pairs of others whose cheapest path goes through it
  int component = 0;       // those that reach each other have the same, the server (or robot 0) 0
};

struct Figures {
  std::vector<Route> routes;  // [M]
  int components = 0;         // 1: everybody reaches everybody
  double connectivity = 0;    // second smallest eigenvalue of the Laplacian, every edge 1 (Fiedler)
};

// By Dijkstra from the server; of two parents that cost the same, the one with the lower number.
// Without a server nobody has a route.
Tree cheapest(const Graph& graph);

// Edges of the tree between two nodes; nothing if it does not join them.
std::optional<int> hops_between(const Tree& tree, int one, int other);

// What a robot's route costs along this tree; nothing if it has none, or a hop is no edge any more.
std::vector<std::optional<double>> costs(const Graph& graph, const Tree& tree);

// Whether to leave `old_tree` for `new_tree`: if a hop of it is gone, or the new one reaches more
// robots, or costs less than 1 - `hysteresis` of it, all robots added up.
bool is_worth_it(const Graph& graph, const Tree& old_tree, const Tree& new_tree, double hysteresis);

Figures figures(const Graph& graph, const Tree& tree);

// Of each edge: 1 / (1 + the larger one of its ends' degrees). With what is left on the diagonal a
// symmetric, doubly stochastic matrix, by which neighbours average (Xiao and Boyd 2004).
std::vector<double> metropolis_weights(const Graph& graph);

}  // namespace gradwave::channel::mesh
