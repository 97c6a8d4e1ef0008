// SPDX-License-Identifier: GPL-2.0-only
// Plans of a text, or why it is none.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "channel-models/plan/floor_plan.h"

namespace gradwave::channel {

constexpr double k5GHz = 5e9;

inline FloorPlan plan_of(const std::string& name, const std::string& text,
                         std::map<std::string, double> losses_db = {},
                         std::vector<std::string> not_walls = {}) {
  FloorOptions options;
  options.plan = {name, text};
  options.losses_db = std::move(losses_db);
  options.not_walls = std::move(not_walls);
  return read_plan(options, k5GHz);
}

inline std::string refusal(const std::string& name, const std::string& text,
                           const std::map<std::string, double>& losses_db = {},
                           const std::vector<std::string>& not_walls = {}) {
  try {
    plan_of(name, text, losses_db, not_walls);
  } catch (const OptionError& error) {
    return error.what();
  }
  return "";
}

// Between two places on the floor, the same both ways.
inline int walls_between(const FloorPlan& plan, const Point& one, const Point& other) {
  const Spot here = {one.first, one.second, 1}, there = {other.first, other.second, 1};
  const Crossing out = crossing(plan, here, there), back = crossing(plan, there, here);
  return out.walls == back.walls && out.loss_db == back.loss_db ? out.walls : -1;
}

}  // namespace gradwave::channel
