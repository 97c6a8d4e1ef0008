// SPDX-License-Identifier: GPL-2.0-only
// Heights at which a path loss holds, as its deployment has them.
#pragma once

#include <map>
#include <string>

#include "channel-models/options.h"

namespace gradwave::channel {

inline void stand_where_it_holds(PlacementOptions& placement, const std::string& path_loss) {
  static const std::map<std::string, std::pair<double, double>> station_and_robots_m = {
      {"umi", {10, 1.5}}, {"uma", {25, 1.5}}, {"rma", {35, 1.5}}, {"inf-sl", {1.5, 1}},
      {"inf-dl", {3, 1}}, {"inf-sh", {8, 1}}, {"inf-dh", {8, 1}}, {"inf-hh", {8, 7}}};
  const auto found = station_and_robots_m.find(path_loss);
  if (found == station_and_robots_m.end()) return;
  placement.access_point_height_m = found->second.first;
  placement.height_m = found->second.second;
}

}  // namespace gradwave::channel
