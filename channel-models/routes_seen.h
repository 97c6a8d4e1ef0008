// SPDX-License-Identifier: GPL-2.0-only
// What a mesh knew of its routes, as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace gradwave::channel {

// The routes of a network in which robots relay for each other, each time they were looked at.
struct RoutesSeen {
  double time_s = 0;  // simulated
  bool changed = false;
  std::int64_t links = 0, components = 0;
  double connectivity = 0;               // algebraic
  struct Route {                         // of one robot to the server, channel-models/mesh/graph.h
    std::optional<std::int64_t> parent;  // none: the server itself, or no route
    std::int64_t hops = 0;               // 0: no route
    double cost_s = 0;
    std::int64_t bottleneck_from = 0;           // a robot
    std::optional<std::int64_t> bottleneck_to;  // none: the server
    double bottleneck_s = 0;
    double betweenness = 0;
    std::int64_t component = 0;
  };
  std::vector<Route> routes;  // [M]
};

}  // namespace gradwave::channel
