// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/floor_plan.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <set>

#include "channel-models/files/nearest.h"
#include "channel-models/files/table_file.h"
#include "channel-models/plan/doors.h"
#include "channel-models/plan/drawing.h"
#include "channel-models/plan/geometry.h"
#include "channel-models/plan/materials.h"

namespace gradwave::channel {
namespace {

constexpr double kChord_m = 0.01;  // of curves
constexpr double kThin_m = 0.5;    // mean width of a solid wall

using Losses = std::map<std::string, double>;  // dB, by material

// Each point that is not where the one before it was.
std::vector<Point> without_repeats(const std::vector<Point>& points) {
  std::vector<Point> all;
  for (const Point& point : points) {
    if (all.empty() || length_of(all.back(), point) > kSame_m) all.push_back(point);
  }
  return all;
}

void place(std::vector<Point>& points, const FloorOptions& options) {
  for (auto& [x, y] : points) {
    x = options.origin_m.first + options.metres_per_unit * x;
    y = options.origin_m.second + options.metres_per_unit * y;
  }
}

// In metres, at their places.
PlanLines placed(Drawing drawing, const Naming& naming, const FloorOptions& options) {
  naming.check();
  PlanLines lines;
  lines.notes = std::move(drawing.notes);
  for (const std::string& note : naming.notes()) lines.notes.push_back(note);
  if (drawing.metres_per_unit && *drawing.metres_per_unit != options.metres_per_unit) {
    char text[160];
    std::snprintf(
        text, sizeof text,
        "the drawing says that its unit is %g m, which floor.metres_per_unit = %g does not",
        *drawing.metres_per_unit, options.metres_per_unit);
    lines.notes.emplace_back(text);
  }
  int points_alone = 0;
  for (PlanLine& line : drawing.lines) {
    place(line.points, options);
    for (std::vector<Point>& points : line.more) place(points, options);
    if (without_repeats(line.points).size() < 2) {
      ++points_alone;
      continue;
    }
    (line.material == "door" ? lines.doors : lines.walls).push_back(std::move(line));
  }
  if (points_alone > 0) {
    lines.notes.push_back("no walls: " + std::to_string(points_alone) + " lines without length");
  }
  return lines;
}

// What acts on drawings alone.
void refuse_for_toml(const FloorOptions& options) {
  const FloorOptions usual;
  const std::string toml = options.plan.name + " has its walls in metres, at their places";
  if (options.metres_per_unit != usual.metres_per_unit || options.origin_m != usual.origin_m) {
    throw OptionError(
        {"floor.metres_per_unit", "floor.origin_m", kPlanKey},
        "floor.metres_per_unit and floor.origin_m are of drawings (.svg, .dxf); " + toml);
  }
  if (options.not_walls.empty()) return;
  throw OptionError({"floor.not_walls", kPlanKey}, "floor.not_walls is of drawings (.svg, .dxf); " +
                                                       options.plan.name + " has walls alone");
}

PlanLines read_lines(const FloorOptions& options, Losses& losses_db) {
  using boost::algorithm::iends_with;
  const std::string& name = options.plan.name;
  if (iends_with(name, ".toml")) {
    refuse_for_toml(options);
    return read_toml_plan(options.plan, losses_db);
  }
  if (iends_with(name, ".svg")) {
    Naming naming(options.plan, options, losses_db, "class or label");
    Drawing drawing = read_svg(options.plan, naming, kChord_m / options.metres_per_unit);
    return placed(std::move(drawing), naming, options);
  }
  if (iends_with(name, ".dxf")) {
    Naming naming(options.plan, options, losses_db, "layer");
    Drawing drawing = read_dxf(options.plan, naming);
    return placed(std::move(drawing), naming, options);
  }
  throw OptionError({kPlanKey}, kPlanKey + " = \"" + name +
                                    "\": expected a file whose name ends in .toml, .svg or .dxf");
}

double loss_of(const PlanLine& line, const Losses& losses_db, const std::string& file) {
  if (line.loss_db) return *line.loss_db;
  const auto found = losses_db.find(line.material);
  if (found != losses_db.end()) return found->second;
  std::string known;
  std::vector<std::string> names;
  for (const auto& [name, loss_db] : losses_db) {
    known += (known.empty() ? "" : ", ") + name;
    names.push_back(name);
  }
  refuse_file(kPlanKey, file + line.place, 0,
              line.material.empty()
                  ? "a wall needs a material or loss_db; materials are " + known
                  : "material \"" + line.material + "\" has no loss; the nearest is \"" +
                        nearest(line.material, names) + "\", known are " + known);
}

// The faces of a solid wall, if the lines are the outline of one.
bool add_solid(FloorPlan& plan, const PlanLine& line, const Rings& lines, double loss_db) {
  Rings rings;
  for (const std::vector<Point>& points : lines) {
    if (points.size() < 4 || length_of(points.front(), points.back()) > kSame_m) return false;
    rings.emplace_back(points.begin(), points.end() - 1);
  }
  const double width_m = mean_width(rings);
  if (width_m <= kSame_m || width_m > kThin_m) return false;
  const int solid = static_cast<int>(plan.solids.size());
  plan.solids.push_back({rings, line.height_m, loss_db, {}});
  for (const std::vector<Point>& points : lines) {
    for (std::size_t i = 1; i < points.size(); ++i) {
      plan.walls.push_back(
          {points[i - 1], points[i], line.material, line.height_m, loss_db, solid});
    }
  }
  return true;
}

void add(FloorPlan& plan, const PlanLine& line, double loss_db) {
  Rings lines = {without_repeats(line.points)};
  for (const std::vector<Point>& points : line.more) lines.push_back(without_repeats(points));
  if (add_solid(plan, line, lines, loss_db)) return;
  for (const std::vector<Point>& points : lines) {
    if (lines.size() > 1 && add_solid(plan, line, {points}, loss_db)) continue;
    for (std::size_t i = 1; i < points.size(); ++i) {
      plan.walls.push_back({points[i - 1], points[i], line.material, line.height_m, loss_db});
    }
  }
}

void expect_used(const FloorPlan& plan, const FloorOptions& options) {
  std::set<std::string> used;
  for (const Wall& wall : plan.walls) used.insert(wall.material);
  for (const auto& [name, loss_db] : options.losses_db) {
    if (used.count(name) > 0) continue;
    std::string materials;
    for (const std::string& each : used) materials += (materials.empty() ? "" : ", ") + each;
    throw OptionError({"floor.losses_db"}, "floor.losses_db: " + options.plan.name +
                                               " has no wall of \"" + name +
                                               "\"; its materials are " + materials);
  }
}

}  // namespace

FloorPlan read_plan(const FloorOptions& options, double frequency_hz) {
  FloorPlan plan;
  const std::string& file = options.plan.name;
  if (file.empty()) return plan;
  Losses losses_db = usual_losses_db(frequency_hz);
  for (const auto& [name, loss_db] : options.losses_db) losses_db[name] = loss_db;
  const PlanLines lines = read_lines(options, losses_db);
  plan.notes = lines.notes;
  for (const PlanLine& line : lines.walls) {
    const double loss_db = loss_of(line, losses_db, file);
    if (without_repeats(line.points).size() < 2) {
      refuse_file(kPlanKey, file + line.place, 0,
                  line.points.size() < 2 ? "a wall has two points or more"
                                         : "all points of a wall are the same");
    }
    add(plan, line, loss_db);
  }
  if (plan.walls.empty()) {
    std::string reasons;
    for (const std::string& note : plan.notes) reasons += "; " + note;
    refuse_file(kPlanKey, file, 0, "has no walls" + reasons);
  }
  expect_used(plan, options);
  plan.least = plan.most = plan.walls.front().from;
  for (const Wall& wall : plan.walls) {
    for (const Point& end : {wall.from, wall.to}) {
      plan.least = {std::min(plan.least.first, end.first), std::min(plan.least.second, end.second)};
      plan.most = {std::max(plan.most.first, end.first), std::max(plan.most.second, end.second)};
    }
  }
  open_doors(plan, file, lines.doors);
  return plan;
}

}  // namespace gradwave::channel
