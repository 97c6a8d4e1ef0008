// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/ns2_file.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <regex>

#include "channel-models/files/table_file.h"
#include "channel-models/motion/given_paths.h"
#include "channel-models/radio/propagation.h"

namespace gradwave::channel {
namespace {

const std::string kKey = "mobility.file";
constexpr double kFar_m = 1e6, kHigh_m = 1e5, kLong_s = 1e10;
constexpr double kLate_s = 3600;  // setdest's pauses before the first movement are shorter

// What a line does to a node.
struct Command {
  std::int64_t node = 0;
  std::optional<double> time_s;  // nothing: before all others
  char axis = 0;                 // of "set"; else "setdest"
  double x = 0, y = 0, speed_mps = 0, value = 0;
};

// A robot while the file is read.
class Robot {
 public:
  Path path;

  bool has(char axis) const { return has_[axis - 'X']; }
  void start(char axis, double value) {
    has_[axis - 'X'] = true;
    coordinate(at_, axis) = value;
  }
  bool has_moved() const { return !path.times_s.empty(); }

  void set(double time_s, char axis, double value) {
    go_until(time_s);
    note(time_s);  // where it was
    coordinate(at_, axis) = value;
    note(time_s);
  }
  void go(double time_s, double x, double y, double speed_mps) {
    go_until(time_s);
    note(time_s);
    goal_ = speed_mps > 0 ? ns3::Vector(x, y, 0) : at_;
    speed_mps_ = speed_mps;
  }
  void end() {
    if (path.times_s.empty()) note(0);
    if (const double left_s = way_s(); left_s > 0) go_until(path.times_s.back() + left_s);
  }

 private:
  static double& coordinate(ns3::Vector& of, char axis) {
    return axis == 'X' ? of.x : axis == 'Y' ? of.y : of.z;
  }

  void note(double time_s) {
    if (has_moved() && path.times_s.back() == time_s && path.places.back() == at_) return;
    path.times_s.push_back(time_s);
    path.places.push_back(at_);
  }

  // To its goal.
  double way_s() const {
    const double way_m = std::hypot(goal_.x - at_.x, goal_.y - at_.y);
    return speed_mps_ > 0 ? way_m / speed_mps_ : 0;
  }

  // From its last noted time on.
  void go_until(double time_s) {
    if (path.times_s.empty()) return;
    const double since_s = path.times_s.back(), left_s = way_s();
    if (left_s > 0) {
      const double share = std::min(1.0, (time_s - since_s) / left_s);
      at_.x += share * (goal_.x - at_.x);
      at_.y += share * (goal_.y - at_.y);
      if (share == 1) {  // without what rounding leaves
        at_.x = goal_.x;
        at_.y = goal_.y;
        speed_mps_ = 0;
      }
      note(std::min(time_s, since_s + left_s));
    }
    if (path.times_s.back() < time_s) note(time_s);
  }

  bool has_[3] = {false, false, false};
  ns3::Vector at_, goal_;
  double speed_mps_ = 0;
};

class Reader {
 public:
  explicit Reader(const LinkOptions& options)
      : options_(options), name_(options.mobility.file.name), robots_(options.workers) {}

  std::vector<Path> paths() {
    for (const std::string& line : lines_of(options_.mobility.file.text)) {
      ++number_;
      if (does_not_count(line)) continue;
      const auto command = command_of(line);
      if (!command) {
        refuse(
            "expected \"$node_(i) set X_ number\" or \"$ns_ at time \"$node_(i) setdest x y "
            "speed\"\", found: " +
            line);
      }
      follow(*command);
    }
    std::vector<Path> paths;
    for (std::size_t i = 0; i < robots_.size(); ++i) {
      Robot& robot = robots_[i];
      if (!robot.has('X') || !robot.has('Y')) {
        refuse_file(kKey, name_, 0,
                    "does not say where node " + std::to_string(i) + " starts; expected \"$node_(" +
                        std::to_string(i) + ") set X_ number\" and Y_");
      }
      if (!robot.has('Z')) robot.start('Z', options_.placement.height_m);
      robot.end();
      last_s_ = std::max(last_s_, robot.path.times_s.back());
      paths.push_back(path_from(robot.path, options_.mobility.time_origin_s));
    }
    if (first_s_ <= last_s_) check_origin(options_, first_s_, last_s_, kLate_s);
    return paths;
  }

 private:
  [[noreturn]] void refuse(const std::string& sentence) const {
    refuse_file(kKey, name_, number_, sentence);
  }

  static bool does_not_count(const std::string& line) {
    static const std::regex nothing(
        R"re(\s*(#.*|\$god_\s.*|set\s.*|\$ns_\s+at\s+\S+\s+"\s*\$god_\s.*)?)re");
    return std::regex_match(line, nothing);
  }

  double number(const std::string& word, double least, double most, const char* what) const {
    const auto value = to_number(word);
    if (value && *value >= least && *value <= most) return *value;
    char range[80];
    std::snprintf(range, sizeof range, "\": expected a number from %g to %g", least, most);
    refuse(std::string(what) + " \"" + word + range);
  }

  std::optional<Command> command_of(const std::string& line) const {
    static const std::string node = R"(\$node_\(\s*([0-9]+)\s*\)\s+)", word = R"(([^\s"]+))";
    static const std::string set = node + R"(set\s+([XYZ])_\s+)" + word;
    static const std::string at = R"(\s*\$ns_\s+at\s+)" + word + R"(\s+"\s*)";
    static const std::string end = R"(\s*;?\s*(?:#.*)?)";
    static const std::regex start(R"(\s*)" + set + end);
    static const std::regex later(at + set + R"(\s*")" + end);
    static const std::regex move(at + node + R"(setdest\s+)" + word + R"(\s+)" + word + R"(\s+)" +
                                 word + R"(\s*")" + end);
    std::smatch part;
    Command command;
    if (std::regex_match(line, part, start)) {
      command.node = node_of(part[1]);
      take_coordinate(command, part[2], part[3]);
      return command;
    }
    if (std::regex_match(line, part, later)) {
      command.time_s = number(part[1], 0, kLong_s, "time");
      command.node = node_of(part[2]);
      take_coordinate(command, part[3], part[4]);
      return command;
    }
    if (!std::regex_match(line, part, move)) return std::nullopt;
    command.time_s = number(part[1], 0, kLong_s, "time");
    command.node = node_of(part[2]);
    command.x = number(part[3], -kFar_m, kFar_m, "x");
    command.y = number(part[4], -kFar_m, kFar_m, "y");
    command.speed_mps = number(part[5], 0, 1e4, "speed");
    return command;
  }

  std::int64_t node_of(const std::string& word) const {
    const auto node = to_integer(word);
    if (node && *node < options_.workers) return *node;
    refuse("moves node " + word + ", but team.workers = " + std::to_string(options_.workers));
  }

  void take_coordinate(Command& command, const std::string& axis, const std::string& word) const {
    command.axis = axis[0];
    if (axis != "Z") {
      command.value = number(word, -kFar_m, kFar_m, (axis + "_").c_str());
      return;
    }
    command.value = number(word, 0, kHigh_m, "Z_");
    if (command.value == 0) command.value = options_.placement.height_m;
    const std::string fault = height_fault(options_, command.value);
    if (!fault.empty()) refuse("Z_ " + word + ": " + fault);
  }

  void follow(const Command& command) {
    Robot& robot = robots_[command.node];
    const std::string node = "node " + std::to_string(command.node);
    if (!command.time_s || (*command.time_s == 0 && command.axis != 0 && !robot.has_moved() &&
                            !robot.has(command.axis))) {
      if (robot.has(command.axis)) {
        refuse(node + " has its " + std::string(1, command.axis) + "_ already");
      }
      if (robot.has_moved()) refuse(node + " gets its start after it has moved");
      robot.start(command.axis, command.value);
      return;
    }
    const double time_s = *command.time_s;
    if (robot.has_moved() && time_s < robot.path.times_s.back()) refuse(node + ": time runs back");
    if (!robot.has('X') || !robot.has('Y')) {
      refuse(node + " moves before its X_ and Y_ are set");
    }
    first_s_ = std::min(first_s_, time_s);
    last_s_ = std::max(last_s_, time_s);
    if (!robot.has('Z')) robot.start('Z', options_.placement.height_m);
    if (command.axis != 0) {
      robot.set(time_s, command.axis, command.value);
    } else {
      robot.go(time_s, command.x, command.y, command.speed_mps);
    }
  }

  const LinkOptions& options_;
  std::string name_;
  std::vector<Robot> robots_;
  std::int64_t number_ = 0;
  double first_s_ = HUGE_VAL, last_s_ = -HUGE_VAL;  // of commands at a time
};

}  // namespace

std::vector<Path> ns2_paths(const LinkOptions& options) {
  if (options.mobility.file.name.empty()) {
    throw OptionError({"mobility.file", "mobility.model"},
                      "mobility.file: expected a movement file of ns-2's");
  }
  return Reader(options).paths();
}

}  // namespace gradwave::channel
