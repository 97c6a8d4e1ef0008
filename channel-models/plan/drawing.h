// SPDX-License-Identifier: GPL-2.0-only
// Lines of a drawing, before anybody asks which of them are walls. Only for floor_plan.cc.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

struct DrawnLine {
  std::vector<Point> points;
  std::vector<std::string> names;  // what its material may be called, the nearest name first
  std::string place;               // ":12" in the file, or ""
};

struct Drawing {
  std::vector<DrawnLine> lines;  // in the drawing's units, y upwards
  std::vector<std::string> notes;
  bool ignores_case = false;                             // of names
  std::optional<double> metres_per_unit = std::nullopt;  // if the drawing says so
};

// Throw OptionError of the setting `key`.
Drawing read_svg(const std::string& key, const TextFile& file);
Drawing read_dxf(const std::string& key, const TextFile& file);

}  // namespace gradwave::channel
