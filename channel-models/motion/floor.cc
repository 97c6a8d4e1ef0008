// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/floor.h"

#include <cstdio>

#include "channel-models/motion/mobility.h"
#include "channel-models/plan/floor_plan.h"

namespace gradwave::channel {
namespace {

constexpr double kInWall_m = 0.05;
constexpr double kAnyFrequency_hz = 5e9;  // where walls stand does not depend on it

std::string text_of(const Point& point) {
  char text[64];
  std::snprintf(text, sizeof text, "[%g, %g]", point.first, point.second);
  return text;
}

Point on_floor(const ns3::Vector& place) { return {place.x, place.y}; }

bool inside(const FloorPlan& plan, const Point& point) {
  return point.first >= plan.least.first && point.first <= plan.most.first &&
         point.second >= plan.least.second && point.second <= plan.most.second;
}

// The robots of which something is true, the first with where.
class Found {
 public:
  void add(int robot, const std::string& where) {
    if (count_++ == 0) first_ = "robot " + std::to_string(robot) + where;
  }
  bool any() const { return count_ > 0; }
  std::string text(const std::string& what) const {
    const std::string more = " (and " + std::to_string(count_ - 1) + " more)";
    return first_ + (count_ > 1 ? more : "") + " " + what;
  }

 private:
  int count_ = 0;
  std::string first_;
};

}  // namespace

void check_floor(const LinkOptions& options, const std::vector<Point>& stations) {
  const FloorPlan plan = read_plan(options.floor, kAnyFrequency_hz);
  const auto check = [&](const Spot& spot, std::vector<std::string> keys, const std::string& what) {
    const Wall* wall = wall_at(plan, spot, kInWall_m);
    if (!wall) return;
    keys.emplace_back("floor.plan");
    throw OptionError(std::move(keys), what + " at " + text_of({spot.x, spot.y}) +
                                           ", in the wall of " + wall->material + " from " +
                                           text_of(wall->from) + " to " + text_of(wall->to) +
                                           " of " + options.floor.plan.name);
  };
  int robot = 0;
  for (const ns3::Vector& place : starts(options)) {
    check({place.x, place.y, place.z},
          {"placement.positions_m", "mobility.loops_m", "mobility.file", "team.robots",
           "placement.layout"},
          "robot " + std::to_string(robot++) + " starts");
  }
  for (const Point& station : stations) {
    check({station.first, station.second, options.placement.access_point_height_m},
          {"placement.access_point_m", "nr.station_positions_m", "nr.station_spacing_m"},
          stations.size() == 1 ? "the access point is" : "a station is");
  }
}

std::vector<std::string> remarks_on_floor(const LinkOptions& options) {
  const FloorPlan plan = read_plan(options.floor, kAnyFrequency_hz);
  std::vector<std::string> sentences;
  for (const std::string& note : plan.notes) {
    sentences.push_back("floor.plan: " + options.floor.plan.name + ": " + note);
  }
  Found outside, leaving, through;
  int robot = 0;
  for (const ns3::Vector& place : starts(options)) {
    if (!inside(plan, on_floor(place))) {
      outside.add(robot, " at " + text_of(on_floor(place)));
    }
    ++robot;
  }
  robot = 0;
  for (const Path& path : known_paths(options)) {
    bool leaves = false, crosses = false;
    for (std::size_t i = 0; i < path.places.size(); ++i) {
      const Point to = on_floor(path.places[i]);
      if (!leaves && !inside(plan, to)) {
        leaves = true;
        leaving.add(robot, ", at " + text_of(to));
      }
      if (crosses || i == 0) continue;
      const Point from = on_floor(path.places[i - 1]);
      if (path.times_s[i] == path.times_s[i - 1]) continue;  // set there, without a way
      if (crossing(plan, {from.first, from.second, 0}, {to.first, to.second, 0}).walls == 0) {
        continue;
      }
      crosses = true;
      through.add(robot, ", between " + text_of(from) + " and " + text_of(to));
    }
    ++robot;
  }
  const std::string floor = "floor.plan: ";
  if (outside.any()) sentences.push_back(floor + outside.text("starts outside all walls"));
  if (leaving.any()) sentences.push_back(floor + leaving.text("leaves the floor on its path"));
  if (through.any()) sentences.push_back(floor + through.text("passes through a wall on its path"));
  if (!stands_still(options.mobility) && known_paths(options).empty()) {
    sentences.push_back(floor + "robots walk through walls with mobility.model = \"" +
                        options.mobility.model + "\", which knows none");
  }
  return sentences;
}

}  // namespace gradwave::channel
