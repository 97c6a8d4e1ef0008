// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/coverage.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <stdexcept>

#include "channel-models/mesh/graph.h"
#include "channel-models/motion/mobility.h"
#include "channel-models/ns3/child.h"
#include "channel-models/plan/floor_plan.h"
#include "channel-models/technology.h"

namespace gradwave::channel {
namespace {

constexpr double kAnyFrequency_hz = 5e9;  // where walls stand does not depend on it

// In a process of its own: ns-3's nodes and defaults are this one's for ever.
std::vector<Covered> covered_in_a_child(const LinkOptions& options) {
  const auto cover = technology(options).cover;
  const auto text = in_a_child([&] {
    apply_defaults(options);
    std::string lines;
    for (const Covered& c : cover(options)()) {
      char line[400];
      std::snprintf(line, sizeof line,
                    "%.17g %.17g %.17g %.17g %.17g %d %.17g %.17g %.17g %.17g %d\n", c.place.first,
                    c.place.second, c.station.first, c.station.second, c.distance_m, c.walls,
                    c.path_loss_db, c.snr_db, c.up_bps, c.down_bps, static_cast<int>(c.reached));
      lines += line;
    }
    return lines;
  });
  if (!text) throw std::logic_error("the coverage's process has ended early");
  std::istringstream stream(*text);
  std::vector<Covered> all;
  for (Covered c; stream >> c.place.first >> c.place.second >> c.station.first >>
                  c.station.second >> c.distance_m >> c.walls >> c.path_loss_db >> c.snr_db >>
                  c.up_bps >> c.down_bps >> c.reached;) {
    all.push_back(c);
  }
  return all;
}

// Robots at every point of the grid, alike.
void fill(FloorMap::Grid& grid, const LinkOptions& options) {
  LinkOptions probes = options;
  probes.mobility = {};
  probes.radio.robot_powers_dbm.clear();
  probes.radio.robot_gains_dbi.clear();
  probes.wifi.robot_streams.clear();
  probes.nr.fading = "none";
  probes.placement.layout = "list";
  probes.placement.positions_m.clear();
  for (int row = 0; row < grid.rows; ++row) {
    for (int column = 0; column < grid.columns; ++column) {
      probes.placement.positions_m.emplace_back(grid.least.first + (column + 0.5) * grid.step_m,
                                                grid.least.second + (row + 0.5) * grid.step_m);
    }
  }
  probes.workers = static_cast<std::int64_t>(probes.placement.positions_m.size());
  for (const Covered& covered : covered_in_a_child(probes)) {
    grid.snr_db.push_back(covered.reached ? covered.snr_db
                                          : std::numeric_limits<double>::quiet_NaN());
  }
}

// Whose map it is, in a child again; "" for other technologies.
std::vector<FloorMap::Hop> hops_of(const LinkOptions& options, const std::vector<Covered>& robots) {
  const auto graph_of = technology(options).graph;
  if (graph_of == nullptr) return {};
  const auto text = in_a_child([&] {
    apply_defaults(options);
    const mesh::Graph graph = graph_of(options);
    const mesh::Tree tree = mesh::cheapest(graph);
    std::string lines;
    for (const mesh::Edge& edge : graph.edges) {
      const auto leads = [&](int from, int to) {
        return from < graph.robots && tree.parent[from] == to;
      };
      const bool is_route = leads(edge.one, edge.other) || leads(edge.other, edge.one);
      lines += std::to_string(edge.one) + " " + std::to_string(edge.other) + " " +
               std::to_string(is_route) + "\n";
    }
    return lines;
  });
  const auto place = [&](std::size_t node) {
    return node < robots.size() ? robots[node].place : options.placement.access_point_m;
  };
  std::vector<FloorMap::Hop> hops;
  std::istringstream stream(text.value_or(""));
  std::size_t one = 0, other = 0;
  for (bool is_route = false; stream >> one >> other >> is_route;) {
    hops.push_back({place(one), place(other), is_route});
  }
  return hops;
}

void stretch(FloorMap& map, const Point& point) {
  map.least = {std::min(map.least.first, point.first), std::min(map.least.second, point.second)};
  map.most = {std::max(map.most.first, point.first), std::max(map.most.second, point.second)};
}

}  // namespace

std::vector<Covered> coverage(const LinkOptions& options) {
  if (!technology(options).cover) return {};
  std::vector<Covered> all = covered_in_a_child(options);
  if (options.floor.plan.name.empty()) return all;
  const FloorPlan plan = read_plan(options.floor, kAnyFrequency_hz);
  // As covered_in_a_child() has them: drawn on the same streams.
  seed_streams(options);
  const std::vector<ns3::Vector> places = starts(options);
  const auto station_height_m = [&](const Point& station) {
    if (has_server(options)) return options.placement.access_point_height_m;
    const auto at = std::find_if(places.begin(), places.end(), [&](const ns3::Vector& place) {
      return station == Point(place.x, place.y);
    });
    return at == places.end() ? options.placement.height_m : at->z;
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Point& station = all[i].station;
    all[i].walls = crossing(plan, {all[i].place.first, all[i].place.second, places[i].z},
                            {station.first, station.second, station_height_m(station)})
                       .walls;
  }
  return all;
}

std::string radio_summary(const LinkOptions& options) {
  const Technology& of = technology(options);
  if (of.radio == nullptr) return "";
  const auto text = in_a_child([&] {
    apply_defaults(options);
    return of.radio(options);
  });
  return "path loss " + options.radio.path_loss + ", fading " + of.fading(options) + ", " +
         text.value_or("");
}

std::string fading_of(const LinkOptions& options) {
  const Technology& of = technology(options);
  return of.fading == nullptr ? "" : of.fading(options);
}

FloorMap map_of(const LinkOptions& options, int most_cells) {
  if (!technology(options).cover) {
    throw OptionError({"link.technology"}, "link.technology = \"" + options.technology +
                                               "\": there is nothing to draw; expected \"wifi\", "
                                               "\"mesh\", \"nr\" or \"lte\"");
  }
  FloorMap map;
  map.robots = coverage(options);
  map.stations = technology(options).stations(options);
  map.least = map.most = map.robots.front().place;
  const FloorPlan plan = read_plan(options.floor, kAnyFrequency_hz);
  for (const Wall& wall : plan.walls) {
    map.walls.push_back({{wall.from, wall.to}, wall.material});
    stretch(map, wall.from);
    stretch(map, wall.to);
  }
  for (const auto& [from, to] : plan.doors) map.doors.push_back({{from, to}, ""});
  seed_streams(options);
  for (const Path& path : known_paths(options)) {
    FloorMap::Line line;
    for (const ns3::Vector& place : path.places) line.points.emplace_back(place.x, place.y);
    for (const Point& point : line.points) stretch(map, point);
    map.paths.push_back(line);
  }
  for (const Covered& robot : map.robots) stretch(map, robot.place);
  for (const Point& station : map.stations) stretch(map, station);
  const double margin_m = std::max(
      1.0, 0.03 * std::max(map.most.first - map.least.first, map.most.second - map.least.second));
  stretch(map, {map.least.first - margin_m, map.least.second - margin_m});
  stretch(map, {map.most.first + margin_m, map.most.second + margin_m});
  map.hops = hops_of(options, map.robots);
  if (map.stations.empty()) return map;

  const double width_m = map.most.first - map.least.first;
  const double depth_m = map.most.second - map.least.second;
  map.grid.least = map.least;
  map.grid.step_m = std::sqrt(width_m * depth_m / most_cells);
  map.grid.columns = static_cast<int>(std::ceil(width_m / map.grid.step_m));
  map.grid.rows = static_cast<int>(std::ceil(depth_m / map.grid.step_m));
  fill(map.grid, options);
  return map;
}

}  // namespace gradwave::channel
