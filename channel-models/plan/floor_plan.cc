// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/floor_plan.h"

#include <toml++/toml.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "channel-models/files/table_file.h"
#include "channel-models/plan/drawing.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

const std::string kKey = "floor.plan";
const std::string kDoor = "door";
constexpr double kNear_m = 0.25;  // of a door to its wall
constexpr double kFar_m = 1e6;

struct Material {
  double fixed_db, db_per_ghz;
};

const Table<Material>& material_table() {
  static const Table<Material> table = {
      {"light", "plasterboard and the like, 3.4 dB (COST 231 final report 4.7)", {3.4, 0}},
      {"heavy", "a load-bearing wall indoors, 6.9 dB (COST 231 final report 4.7)", {6.9, 0}},
      {"glass", "multi-pane, 2 + 0.2 f/GHz dB (TR 38.901 Table 7.4.3-1)", {2, 0.2}},
      {"coated-glass", "that keeps heat, 23 + 0.3 f/GHz dB (TR 38.901 Table 7.4.3-1)", {23, 0.3}},
      {"concrete", "an outer wall, 5 + 4 f/GHz dB (TR 38.901 Table 7.4.3-1)", {5, 4}},
      {"wood", "4.85 + 0.12 f/GHz dB (TR 38.901 Table 7.4.3-1)", {4.85, 0.12}},
  };
  return table;
}

std::map<std::string, double> usual_losses(double frequency_hz) {
  std::map<std::string, double> losses;
  for (const auto& [word, description, material] : material_table()) {
    losses[word] = material.fixed_db + material.db_per_ghz * frequency_hz / 1e9;
  }
  return losses;
}

double length(const Point& from, const Point& to) {
  return std::hypot(to.first - from.first, to.second - from.second);
}

// What a file says, whatever its kind.
struct Lines {
  struct Line {
    std::vector<Point> points;
    std::string material, place;
    double height_m = std::numeric_limits<double>::infinity();
    std::optional<double> loss_db = std::nullopt;
  };
  std::vector<Line> walls, doors;
  std::vector<std::string> notes;
};

// ---- .toml

class TomlPlan {
 public:
  TomlPlan(const TextFile& file, std::map<std::string, double>& losses)
      : file_(file.name), losses_(losses), root_(parse(file.text)) {}

  Lines lines() {
    expect_keys(root_, {"materials", "wall", "door"});
    if (const toml::node* node = root_.get("materials")) {
      if (!node->is_table()) refuse(*node, "materials: expected names with losses in dB");
      for (const auto& [name, loss] : *node->as_table()) {
        losses_[std::string(name.str())] = number(loss, "a loss", -20, 200);
      }
    }
    Lines lines;
    each("wall", [&](const toml::table& table) {
      expect_keys(table, {"points", "material", "height_m", "loss_db"});
      Lines::Line wall;
      wall.points = points(table);
      wall.place = place(table);
      const toml::node* material = table.get("material");
      if (material && !material->is_string()) refuse(*material, "material: expected a name");
      wall.material = material ? *material->value<std::string>() : "";
      if (const toml::node* height = table.get("height_m")) {
        wall.height_m = number(*height, "height_m", 0.01, 1e5);
      }
      if (const toml::node* loss = table.get("loss_db")) {
        wall.loss_db = number(*loss, "loss_db", -20, 200);
      }
      lines.walls.push_back(wall);
    });
    each("door", [&](const toml::table& table) {
      expect_keys(table, {"points"});
      lines.doors.push_back({points(table), kDoor, place(table)});
    });
    return lines;
  }

 private:
  toml::table parse(const std::string& text) const {
    try {
      return toml::parse(text, file_);
    } catch (const toml::parse_error& error) {
      refuse_file(kKey, file_, error.source().begin.line, std::string(error.description()));
    }
  }

  std::string place(const toml::node& node) const {
    return ":" + std::to_string(node.source().begin.line);
  }

  [[noreturn]] void refuse(const toml::node& node, const std::string& sentence) const {
    refuse_file(kKey, file_, node.source().begin.line, sentence);
  }

  void expect_keys(const toml::table& table, const std::set<std::string>& known) const {
    for (const auto& [key, node] : table) {
      if (known.count(std::string(key.str()))) continue;
      std::string names;
      for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
      refuse(node, "unknown key \"" + std::string(key.str()) + "\"; expected " + names);
    }
  }

  template <typename Visit>
  void each(const char* name, const Visit& visit) const {
    const toml::node* node = root_.get(name);
    if (!node) return;
    const toml::array* array = node->as_array();
    if (!array || !array->is_array_of_tables()) {
      refuse(*node, std::string("expected [[") + name + "]] tables");
    }
    for (const toml::node& table : *array) visit(*table.as_table());
  }

  double number(const toml::node& node, const std::string& what, double least, double most) const {
    const auto value = node.value<double>();
    if (node.is_number() && value && *value >= least && *value <= most) return *value;
    char text[64];
    std::snprintf(text, sizeof text, ": expected a number from %g to %g", least, most);
    refuse(node, what + text);
  }

  std::vector<Point> points(const toml::table& table) const {
    const toml::node* node = table.get("points");
    const toml::array* array = node ? node->as_array() : nullptr;
    if (!array) refuse(node ? *node : table, "points: expected [[x, y], [x, y], ...]");
    std::vector<Point> points;
    for (const toml::node& each : *array) {
      const toml::array* pair = each.as_array();
      if (!pair || pair->size() != 2) refuse(each, "points: expected pairs [x, y]");
      points.emplace_back(number(*pair->get(0), "x", -kFar_m, kFar_m),
                          number(*pair->get(1), "y", -kFar_m, kFar_m));
    }
    return points;
  }

  std::string file_;
  std::map<std::string, double>& losses_;
  toml::table root_;
};

// ---- drawings

// The material, or a door, of this name; "" if there is none.
std::string material_called(const std::string& name, bool ignores_case,
                            const std::map<std::string, double>& losses) {
  const auto is_it = [&](const std::string& known) {
    return ignores_case ? boost::algorithm::iequals(known, name) : known == name;
  };
  if (is_it(kDoor)) return kDoor;
  for (const auto& [material, loss_db] : losses) {
    if (is_it(material)) return material;
  }
  return "";
}

Lines walls_among(const Drawing& drawing, const FloorOptions& options,
                  const std::map<std::string, double>& losses) {
  Lines lines;
  lines.notes = drawing.notes;
  if (drawing.metres_per_unit && *drawing.metres_per_unit != options.metres_per_unit) {
    char text[160];
    std::snprintf(
        text, sizeof text,
        "the drawing says that its unit is %g m, which floor.metres_per_unit = %g does not",
        *drawing.metres_per_unit, options.metres_per_unit);
    lines.notes.emplace_back(text);
  }
  std::map<std::string, int> others;
  for (const DrawnLine& drawn : drawing.lines) {
    Lines::Line line;
    line.place = drawn.place;
    for (const auto& [x, y] : drawn.points) {
      line.points.emplace_back(options.origin_m.first + options.metres_per_unit * x,
                               options.origin_m.second + options.metres_per_unit * y);
    }
    for (const std::string& each : drawn.names) {
      if (!line.material.empty()) break;
      line.material = material_called(each, drawing.ignores_case, losses);
    }
    if (line.material.empty()) {
      ++others[drawn.names.empty() ? "without a name" : "of \"" + drawn.names.front() + "\""];
      continue;
    }
    (line.material == kDoor ? lines.doors : lines.walls).push_back(line);
  }
  for (const auto& [name, count] : others) {
    lines.notes.push_back("no walls, for want of a material: " + std::to_string(count) + " lines " +
                          name);
  }
  return lines;
}

// ---- walls

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

Lines read_lines(const FloorOptions& options, std::map<std::string, double>& losses) {
  const std::string& name = options.plan.name;
  if (ends_with(name, ".toml")) {
    const FloorOptions usual;
    if (options.metres_per_unit != usual.metres_per_unit || options.origin_m != usual.origin_m) {
      throw OptionError({"floor.metres_per_unit", "floor.origin_m", kKey},
                        "floor.metres_per_unit and floor.origin_m are of drawings (.svg, .dxf); " +
                            name + " has its walls in metres, at their places");
    }
    return TomlPlan(options.plan, losses).lines();
  }
  if (ends_with(name, ".svg")) {
    return walls_among(read_svg(kKey, options.plan), options, losses);
  }
  if (ends_with(name, ".dxf")) {
    return walls_among(read_dxf(kKey, options.plan), options, losses);
  }
  throw OptionError(
      {kKey}, kKey + " = \"" + name + "\": expected a file whose name ends in .toml, .svg or .dxf");
}

// Where along the wall, 0 to 1, the point is nearest, and how far away it then is.
std::pair<double, double> projection(const Wall& wall, const Point& point) {
  const double dx = wall.to.first - wall.from.first, dy = wall.to.second - wall.from.second;
  const double along =
      ((point.first - wall.from.first) * dx + (point.second - wall.from.second) * dy) /
      (dx * dx + dy * dy);
  return {along, std::hypot(point.first - wall.from.first - along * dx,
                            point.second - wall.from.second - along * dy)};
}

// The parts that the door leaves; false if it is not in this wall.
bool cut(const Wall& wall, const std::pair<Point, Point>& door, std::vector<Wall>& parts) {
  const auto [one, one_m] = projection(wall, door.first);
  const auto [other, other_m] = projection(wall, door.second);
  const double begin = std::min(one, other), end = std::max(one, other);
  if (one_m > kNear_m || other_m > kNear_m || end <= 0 || begin >= 1 || begin == end) return false;
  const auto at = [&](double along) {
    return Point{wall.from.first + along * (wall.to.first - wall.from.first),
                 wall.from.second + along * (wall.to.second - wall.from.second)};
  };
  const auto part = [&](double from, double to) {
    if (to - from <= 1e-9) return;
    Wall rest = wall;
    rest.from = at(from);
    rest.to = at(to);
    parts.push_back(rest);
  };
  part(0, begin);
  part(end, 1);
  return true;
}

void open_doors(FloorPlan& plan, const std::string& name, const std::vector<Lines::Line>& doors) {
  for (const Lines::Line& door : doors) {
    const auto refuse = [&](const std::string& sentence) {
      refuse_file(kKey, name + door.place, 0, sentence);
    };
    if (door.points.size() != 2) refuse("a door has two ends");
    plan.doors.emplace_back(door.points[0], door.points[1]);
    std::vector<Wall> left;
    bool found = false;
    for (const Wall& wall : plan.walls) {
      if (cut(wall, plan.doors.back(), left)) {
        found = true;
      } else {
        left.push_back(wall);
      }
    }
    if (!found) refuse("this door is in no wall: none runs within 0.25 m of both its ends");
    plan.walls = std::move(left);
  }
}

}  // namespace

Words materials() { return words_of(material_table()); }

FloorPlan read_plan(const FloorOptions& options, double frequency_hz) {
  FloorPlan plan;
  if (options.plan.name.empty()) return plan;
  std::map<std::string, double> losses = usual_losses(frequency_hz);
  for (const auto& [name, loss_db] : options.losses_db) losses[name] = loss_db;
  const Lines lines = read_lines(options, losses);
  plan.notes = lines.notes;
  for (const Lines::Line& line : lines.walls) {
    const auto refuse = [&](const std::string& sentence) {
      refuse_file(kKey, options.plan.name + line.place, 0, sentence);
    };
    if (line.points.size() < 2) refuse("a wall has two points or more");
    if (!line.loss_db && losses.count(line.material) == 0) {
      std::string known;
      for (const auto& [name, loss_db] : losses) known += (known.empty() ? "" : ", ") + name;
      refuse(line.material.empty()
                 ? "a wall needs a material or loss_db; materials are " + known
                 : "material \"" + line.material + "\" has no loss; known are " + known);
    }
    for (std::size_t i = 1; i < line.points.size(); ++i) {
      const Wall wall = {line.points[i - 1], line.points[i], line.material, line.height_m,
                         line.loss_db ? *line.loss_db : losses.at(line.material)};
      if (!(length(wall.from, wall.to) > 0)) refuse("two points of a wall are the same");
      plan.walls.push_back(wall);
    }
  }
  if (plan.walls.empty()) {
    std::string reasons;
    for (const std::string& note : plan.notes) reasons += "; " + note;
    refuse_file(kKey, options.plan.name, 0, "has no walls" + reasons);
  }
  for (const auto& [name, loss_db] : options.losses_db) {
    std::set<std::string> used;
    for (const Wall& wall : plan.walls) used.insert(wall.material);
    if (used.count(name) > 0) continue;
    std::string materials;
    for (const std::string& each : used) materials += (materials.empty() ? "" : ", ") + each;
    throw OptionError({"floor.losses_db"}, "floor.losses_db: " + options.plan.name +
                                               " has no wall of \"" + name +
                                               "\"; its materials are " + materials);
  }
  plan.least = plan.most = plan.walls.front().from;
  for (const Wall& wall : plan.walls) {
    for (const Point& end : {wall.from, wall.to}) {
      plan.least = {std::min(plan.least.first, end.first), std::min(plan.least.second, end.second)};
      plan.most = {std::max(plan.most.first, end.first), std::max(plan.most.second, end.second)};
    }
  }
  open_doors(plan, options.plan.name, lines.doors);
  return plan;
}

// A wall has its beginning and not its end, so that of two that meet a path through the corner goes
// through one.
Crossing crossing(const FloorPlan& plan, const Spot& one, const Spot& other) {
  Crossing all;
  const double dx = other.x - one.x, dy = other.y - one.y;
  for (const Wall& wall : plan.walls) {
    const double wx = wall.to.first - wall.from.first, wy = wall.to.second - wall.from.second;
    const double across = dx * wy - dy * wx;
    if (across == 0) continue;  // along it
    const double fx = wall.from.first - one.x, fy = wall.from.second - one.y;
    const double on_path = (fx * wy - fy * wx) / across, on_wall = (fx * dy - fy * dx) / across;
    if (on_path <= 0 || on_path >= 1 || on_wall < 0 || on_wall >= 1) continue;
    if (one.z + on_path * (other.z - one.z) >= wall.height_m) continue;
    ++all.walls;
    all.loss_db += wall.loss_db;
  }
  return all;
}

double distance_m(const Wall& wall, const Point& point) {
  const auto [along, away_m] = projection(wall, point);
  if (along < 0) return length(wall.from, point);
  if (along > 1) return length(wall.to, point);
  return away_m;
}

}  // namespace gradwave::channel
