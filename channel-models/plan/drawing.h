// SPDX-License-Identifier: GPL-2.0-only
// Walls and doors of a file, in metres, before they are put together. Only for this folder.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "channel-models/options.h"
#include "channel-models/plan/naming.h"

namespace gradwave::channel {

const std::string kPlanKey = "floor.plan";
constexpr double kSame_m = 1e-6;  // points nearer than this are one

struct PlanLine {
  std::vector<Point> points;
  std::vector<std::vector<Point>> more;  // other closed lines of the same outline
  std::string material, place;           // ":12" in the file, or ""
  double height_m = std::numeric_limits<double>::infinity();
  std::optional<double> loss_db = std::nullopt;
  bool is_symbol = false;  // a door's leaf or swing, perhaps: it need not be in a wall
};

struct PlanLines {
  std::vector<PlanLine> walls, doors;
  std::vector<std::string> notes;
};

// What a drawing has of walls and doors, in its units, y upwards.
struct Drawing {
  std::vector<PlanLine> lines;
  std::vector<std::string> notes;
  std::optional<double> metres_per_unit = std::nullopt;  // if the drawing says so
};

// Throw OptionError of the setting `kPlanKey`, with file and line. Losses of the file's own are
// added to `losses_db`.
PlanLines read_toml_plan(const TextFile& file, std::map<std::string, double>& losses_db);
// Curves become chords that are at most `tolerance` of the drawing's units away.
Drawing read_svg(const TextFile& file, Naming& naming, double tolerance);
Drawing read_dxf(const TextFile& file, Naming& naming);

}  // namespace gradwave::channel
