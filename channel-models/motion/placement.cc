// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/placement.h"

#include <ns3/random-variable-stream.h>

#include <algorithm>
#include <cmath>

#include "channel-models/ns3/streams.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

constexpr double kTwoPi = 6.283185307179586;

using Points = std::vector<Point>;

// Layouts are about [0, 0]; only a list is of the map.

// Uniform over the disc's area, hence the square root.
Points disc(const PlacementOptions& options, std::int64_t workers) {
  const auto uniform = ns3::CreateObject<ns3::UniformRandomVariable>();
  uniform->SetStream(kPlacementStream);
  Points points;
  for (std::int64_t i = 0; i < workers; ++i) {
    const double radius_m = options.radius_m * std::sqrt(uniform->GetValue());
    const double angle = kTwoPi * uniform->GetValue();
    points.emplace_back(radius_m * std::cos(angle), radius_m * std::sin(angle));
  }
  return points;
}

Points circle(const PlacementOptions& options, std::int64_t workers) {
  Points points;
  for (std::int64_t i = 0; i < workers; ++i) {
    const double angle = kTwoPi * i / workers;
    points.emplace_back(options.radius_m * std::cos(angle), options.radius_m * std::sin(angle));
  }
  return points;
}

Points grid(const PlacementOptions& options, std::int64_t workers) {
  const auto columns = static_cast<std::int64_t>(std::ceil(std::sqrt(workers)));
  const std::int64_t rows = (workers + columns - 1) / columns;
  Points points;
  for (std::int64_t i = 0; i < workers; ++i) {
    const std::int64_t column = i % columns, row = i / columns;
    points.emplace_back(options.spacing_m * (column - 0.5 * (columns - 1)),
                        options.spacing_m * (row - 0.5 * (rows - 1)));
  }
  return points;
}

Points list(const PlacementOptions& options, std::int64_t workers) {
  const auto given = static_cast<std::int64_t>(options.positions_m.size());
  if (given != workers) {
    throw OptionError({"placement.positions_m", "team.workers", "placement.layout"},
                      "placement.positions_m has " + std::to_string(given) + " positions for " +
                          std::to_string(workers) + " robots");
  }
  Points points = options.positions_m;
  for (auto& [x, y] : points) {
    x -= options.access_point_m.first;
    y -= options.access_point_m.second;
  }
  return points;
}

struct Layout {
  Points (*points)(const PlacementOptions&, std::int64_t workers);
  double (*half_side_m)(const PlacementOptions&, std::int64_t workers);
  bool drawn;                // from the seed
  bool around_access_point;  // else at absolute places
};

double radius(const PlacementOptions& options, std::int64_t) { return options.radius_m; }

// Of what is not drawn: as far out as the outermost robot.
template <Points (*points)(const PlacementOptions&, std::int64_t)>
double outermost(const PlacementOptions& options, std::int64_t workers) {
  double half_side_m = 0;
  for (const auto& [x, y] : points(options, workers)) {
    half_side_m = std::max({half_side_m, std::abs(x), std::abs(y)});
  }
  return half_side_m;
}

const Table<Layout>& table() {
  static const Table<Layout> layouts = {
      {"disc", "uniformly at random over the area of a disc", {disc, radius, true, true}},
      {"circle", "evenly around a circle", {circle, radius, false, true}},
      {"grid", "on a square grid", {grid, outermost<grid>, false, true}},
      {"list", "where the scenario says", {list, outermost<list>, false, false}},
  };
  return layouts;
}

}  // namespace

Words placements() { return words_of(table()); }

Places place(const LinkOptions& options) {
  const PlacementOptions& placement = options.placement;
  const Layout layout = look_up(table(), "placement.layout", placement.layout);
  Places places;
  for (const auto& [x, y] : layout.points(placement, options.workers)) {
    places.positions.emplace_back(placement.access_point_m.first + x,
                                  placement.access_point_m.second + y, placement.height_m);
  }
  places.half_side_m = layout.half_side_m(placement, options.workers);
  return places;
}

bool draws_places(const PlacementOptions& options) {
  return look_up(table(), "placement.layout", options.layout).drawn;
}

bool around_access_point(const PlacementOptions& options) {
  return look_up(table(), "placement.layout", options.layout).around_access_point;
}

ns3::Vector access_point_place(const PlacementOptions& options) {
  return {options.access_point_m.first, options.access_point_m.second,
          options.access_point_height_m};
}

}  // namespace gradwave::channel
