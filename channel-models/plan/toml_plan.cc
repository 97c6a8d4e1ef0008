// SPDX-License-Identifier: GPL-2.0-only
#include <toml++/toml.h>

#include <set>

#include "channel-models/files/table_file.h"
#include "channel-models/plan/drawing.h"

namespace gradwave::channel {
namespace {

constexpr double kFar_m = 1e6;

class TomlPlan {
 public:
  TomlPlan(const TextFile& file, std::map<std::string, double>& losses)
      : file_(file.name), losses_(losses), root_(parse(file.text)) {}

  PlanLines lines() {
    expect_keys(root_, {"materials", "wall", "door"});
    if (const toml::node* node = root_.get("materials")) {
      if (!node->is_table()) refuse(*node, "materials: expected names with losses in dB");
      for (const auto& [name, loss] : *node->as_table()) {
        losses_[std::string(name.str())] = number(loss, "a loss", -20, 200);
      }
    }
    PlanLines lines;
    each("wall", [&](const toml::table& table) {
      expect_keys(table, {"points", "material", "height_m", "loss_db"});
      PlanLine wall;
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
      PlanLine door;
      door.points = points(table);
      door.material = "door";
      door.place = place(table);
      lines.doors.push_back(door);
    });
    return lines;
  }

 private:
  toml::table parse(const std::string& text) const {
    try {
      return toml::parse(text, file_);
    } catch (const toml::parse_error& error) {
      refuse_file(kPlanKey, file_, error.source().begin.line, std::string(error.description()));
    }
  }

  std::string place(const toml::node& node) const {
    return ":" + std::to_string(node.source().begin.line);
  }

  [[noreturn]] void refuse(const toml::node& node, const std::string& sentence) const {
    refuse_file(kPlanKey, file_, node.source().begin.line, sentence);
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

}  // namespace

PlanLines read_toml_plan(const TextFile& file, std::map<std::string, double>& losses_db) {
  return TomlPlan(file, losses_db).lines();
}

}  // namespace gradwave::channel
