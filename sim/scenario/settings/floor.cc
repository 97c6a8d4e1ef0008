// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> floor_settings() {
  return {
      {"floor.plan", FIELD(link.floor.plan),
       "floor plan with walls and doors, a .toml, .svg or .dxf file; \"\": none", any(), kChannel,
       on_radio()},
      {"floor.metres_per_unit", FIELD(link.floor.metres_per_unit),
       "scale of a drawing (.svg, .dxf), metres per unit", range(1e-6, 1e6), kChannel,
       unless("floor.plan", {""})},
      {"floor.origin_m", FIELD(link.floor.origin_m),
       "position [x, y] of a drawing's origin (.svg: its lower left corner)", range(-1e6, 1e6),
       kChannel, unless("floor.plan", {""})},
      {"floor.losses_db", FIELD(link.floor.losses_db),
       "wall loss by material (class or layer of a drawing); {}: built-in losses or those of the "
       "plan",
       range(-20, 200), kChannel, unless("floor.plan", {""})},
      {"floor.not_walls", FIELD(link.floor.not_walls),
       "layers, classes and labels of a drawing whose lines are not walls", any(), kChannel,
       unless("floor.plan", {""})},
  };
}

}  // namespace gradwave
