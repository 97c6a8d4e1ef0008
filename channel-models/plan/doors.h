// SPDX-License-Identifier: GPL-2.0-only
// Openings in walls. Only for this folder.
#pragma once

#include <string>
#include <vector>

#include "channel-models/plan/drawing.h"
#include "channel-models/plan/floor_plan.h"

namespace gradwave::channel {

// Cuts the plan's walls, and adds to its doors and notes. Throws OptionError with the file's name
// and the door's place for a door that is none, or is in no wall.
void open_doors(FloorPlan& plan, const std::string& file, const std::vector<PlanLine>& doors);

}  // namespace gradwave::channel
