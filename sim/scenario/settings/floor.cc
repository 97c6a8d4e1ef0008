// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> floor_settings() {
  return {
      {"floor.plan", FIELD(link.floor.plan),
       "walls and doors, in a file that ends in .toml, .svg or .dxf; \"\": none", any(), kChannel,
       on_radio()},
      {"floor.metres_per_unit", FIELD(link.floor.metres_per_unit), "of a drawing (.svg, .dxf)",
       range(1e-6, 1e6), kChannel, unless("floor.plan", {""})},
      {"floor.origin_m", FIELD(link.floor.origin_m),
       "[x, y] of a drawing's origin; of .svg the lower left corner", range(-1e6, 1e6), kChannel,
       unless("floor.plan", {""})},
      {"floor.losses_db", FIELD(link.floor.losses_db),
       "of a plan's materials by name (classes or layers of a drawing)", range(-20, 200), kChannel,
       unless("floor.plan", {""})},
      {"floor.not_walls", FIELD(link.floor.not_walls),
       "layers, classes and labels of a drawing whose lines are no walls", any(), kChannel,
       unless("floor.plan", {""})},
  };
}

}  // namespace gradwave
