// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/given_paths.h"

#include <ns3/random-variable-stream.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "channel-models/files/table_file.h"
#include "channel-models/ns3/streams.h"
#include "channel-models/radio/propagation.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

constexpr double kFar_m = 1e6, kHigh_m = 1e5;
constexpr double kLong_s = 1e10;
constexpr double kLate_s = 60;  // robots that wait longer for round 0 are not meant to

const Table<bool>& ending_table() {  // whether it repeats
  static const Table<bool> table = {
      {"stay", "robots stand where they were last", false},
      {"repeat", "from the first place again, at once", true},
  };
  return table;
}

double speed_of(const MobilityOptions& options, int robot) {
  const auto uniform = ns3::CreateObject<ns3::UniformRandomVariable>();
  uniform->SetStream(kMobilityStreams + kMobilityStreamsEach * robot);
  return uniform->GetValue(options.speed_min_mps, options.speed_max_mps);
}

[[noreturn]] void refuse_loop(std::size_t loop, const std::string& sentence) {
  throw OptionError({"mobility.loops_m"},
                    "mobility.loops_m: loop " + std::to_string(loop) + " " + sentence);
}

Path patrol(const std::vector<std::pair<double, double>>& loop, double speed_mps, double pause_s,
            double height_m) {
  Path path;
  double time_s = 0;
  const auto reach = [&](const std::pair<double, double>& corner) {
    path.times_s.push_back(time_s);
    path.places.emplace_back(corner.first, corner.second, height_m);
  };
  for (std::size_t i = 0; i < loop.size(); ++i) {
    const auto& from = loop[i];
    const auto& to = loop[(i + 1) % loop.size()];
    reach(from);
    if (pause_s > 0) {
      time_s += pause_s;
      reach(from);
    }
    time_s += std::hypot(to.first - from.first, to.second - from.second) / speed_mps;
  }
  reach(loop.front());
  path.period_s = time_s;
  return path;
}

}  // namespace

void check_speeds(const MobilityOptions& options) {
  if (!(options.speed_min_mps > 0)) {
    throw OptionError({"mobility.speed_min_mps"},
                      "mobility.speed_min_mps: who walks needs a speed above 0 m/s");
  }
  if (options.speed_min_mps > options.speed_max_mps) {
    throw OptionError({"mobility.speed_min_mps", "mobility.speed_max_mps"},
                      "mobility.speed_min_mps is above mobility.speed_max_mps");
  }
}

Words endings() { return words_of(ending_table()); }

std::vector<Path> patrols(const LinkOptions& options) {
  const MobilityOptions& mobility = options.mobility;
  const auto& loops = mobility.loops_m;
  if (loops.empty()) {
    throw OptionError({"mobility.loops_m", "mobility.model"},
                      "mobility.loops_m: a patrol needs a loop or more, each a list of corners");
  }
  for (std::size_t i = 0; i < loops.size(); ++i) {
    if (loops[i].size() < 2) refuse_loop(i, "has no two corners");
    for (std::size_t k = 0; k < loops[i].size(); ++k) {
      if (loops[i][k] != loops[i][(k + 1) % loops[i].size()]) continue;
      refuse_loop(i, "has the same corner twice, one after the other");
    }
  }
  check_speeds(mobility);
  const auto workers = static_cast<std::size_t>(options.workers);
  std::vector<Path> paths;
  for (std::size_t i = 0; i < workers; ++i) {
    const std::size_t loop = i % loops.size(), rank = i / loops.size();
    const std::size_t sharing = (workers - loop + loops.size() - 1) / loops.size();
    paths.push_back(patrol(loops[loop], speed_of(mobility, static_cast<int>(i)), mobility.pause_s,
                           options.placement.height_m));
    paths.back().may_be_early_s =
        paths.back().period_s * static_cast<double>(rank) / static_cast<double>(sharing);
  }
  return paths;
}

void check_origin(const LinkOptions& options, double first_s, double last_s, double most_s) {
  const double origin_s = options.mobility.time_origin_s;
  char text[300] = "";
  if (first_s - origin_s > most_s) {
    std::snprintf(
        text, sizeof text,
        "begins at t = %.12g s, and robots would stand at their first places from round 0 "
        "until then; expected mobility.time_origin_s = %.12g, the file's time at which "
        "round 0 begins, or an entry at t = %.12g if they are to stand",
        first_s, first_s, origin_s);
  } else if (last_s < origin_s) {
    std::snprintf(text, sizeof text,
                  "ends at t = %.12g s, before mobility.time_origin_s = %.12g; expected a time in "
                  "the file, which begins at %.12g s",
                  last_s, origin_s, first_s);
  }
  if (text[0] == 0) return;
  throw OptionError({"mobility.time_origin_s", "mobility.file"},
                    "mobility.file: " + options.mobility.file.name + ": " + text);
}

std::vector<Path> waypoints(const LinkOptions& options) {
  const std::string key = "mobility.file";
  const bool repeats = look_up(ending_table(), "mobility.ending", options.mobility.ending);
  if (options.mobility.file.name.empty()) {
    throw OptionError({"mobility.file", "mobility.model"},
                      "mobility.file: waypoints need a file with columns robot, t_s, x_m, y_m");
  }
  const TableFile table(key, options.mobility.file, {"robot", "t_s", "x_m", "y_m"}, {"z_m"});
  std::vector<Path> paths(options.workers);
  double first_s = HUGE_VAL, last_s = -HUGE_VAL;
  for (const TableFile::Row& row : table.rows()) {
    Path& path = paths[table.integer(row, "robot", 0, options.workers - 1)];
    const double time_s = table.number(row, "t_s", 0, kLong_s);
    if (!path.times_s.empty() && time_s <= path.times_s.back()) {
      table.refuse(row, "t_s = " + table.text(row, "t_s") +
                            ": time runs back; expected more than the robot's last one");
    }
    path.times_s.push_back(time_s);
    path.places.emplace_back(
        table.number(row, "x_m", -kFar_m, kFar_m), table.number(row, "y_m", -kFar_m, kFar_m),
        table.number_or_nothing(row, "z_m", 0, kHigh_m).value_or(options.placement.height_m));
    const std::string fault = height_fault(options, path.places.back().z);
    if (!fault.empty()) table.refuse(row, "z_m = " + table.text(row, "z_m") + ": " + fault);
    first_s = std::min(first_s, time_s);
    last_s = std::max(last_s, time_s);
  }
  check_origin(options, first_s, last_s, kLate_s);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].times_s.empty()) {
      refuse_file(key, options.mobility.file.name, 0,
                  "has no row of robot " + std::to_string(i) +
                      "; team.workers = " + std::to_string(options.workers) +
                      " wants robots 0 to " + std::to_string(options.workers - 1));
    }
    paths[i] = path_from(std::move(paths[i]), options.mobility.time_origin_s);
    if (!repeats || paths[i].times_s.size() < 2) continue;
    paths[i].period_s = paths[i].times_s.back();
    if (paths[i].times_s.front() > 0) {  // stands at its first place until then
      paths[i].times_s.insert(paths[i].times_s.begin(), 0);
      paths[i].places.insert(paths[i].places.begin(), paths[i].places.front());
    }
  }
  return paths;
}

}  // namespace gradwave::channel
