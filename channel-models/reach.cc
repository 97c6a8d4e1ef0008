// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/reach.h"

#include <ns3/simulator.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <stdexcept>

#include "channel-models/motion/mobility.h"
#include "channel-models/ns3/child.h"
#include "channel-models/technology.h"

namespace gradwave::channel {
namespace {

constexpr double kLeastStep_s = 0.1;
constexpr double kMostSteps = 600, kMostPairs = 20000;
constexpr double kOfRandomWalks_s = 600;
constexpr std::size_t kMostSpells = 6;  // in a line

std::string text_of(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// Over relays, if there are any.
CoverageNow (*reach_of(const LinkOptions& options))(const LinkOptions&) {
  const Technology of = technology(options);
  return of.routed != nullptr ? of.routed : of.cover;
}

double horizon_of(const LinkOptions& options) {
  if (stands_still(options.mobility)) return 0;
  seed_streams(options);
  const std::vector<Path> paths = known_paths(options);
  if (paths.empty()) return kOfRandomWalks_s;
  double longest_s = 0;
  for (const Path& path : paths) {
    longest_s = std::max({longest_s, path.period_s, path.times_s.back()});
  }
  return longest_s;
}

// What each robot gets at the steps of a time, until `enough` says so.
template <typename Enough>
std::vector<std::vector<Covered>> look(const LinkOptions& options, double horizon_s, double step_s,
                                       const Enough& enough) {
  apply_defaults(options);
  const CoverageNow now = reach_of(options)(options);
  std::vector<std::vector<Covered>> all = {now()};
  for (double at_s = step_s; at_s <= horizon_s + 1e-9 && !enough(all); at_s += step_s) {
    ns3::Simulator::Stop(ns3::Seconds(at_s) - ns3::Simulator::Now());
    ns3::Simulator::Run();
    all.push_back(now());
  }
  return all;
}

// Of a mesh, all pairs are looked at in each step.
double step_of(const LinkOptions& options, double horizon_s) {
  double steps = kMostSteps;
  if (technology(options).routed != nullptr) {
    const auto robots = static_cast<double>(options.workers);
    steps = std::clamp(kMostPairs / (robots * robots), 10.0, kMostSteps);
  }
  return std::max(kLeastStep_s, horizon_s / steps);
}

}  // namespace

Outages outages(const LinkOptions& options) {
  if (reach_of(options) == nullptr) return {};
  Outages found;
  found.routed = technology(options).routed != nullptr;
  found.horizon_s = horizon_of(options);
  found.step_s = step_of(options, found.horizon_s);
  found.of_robots.resize(options.workers);
  // A character for each robot and step.
  const auto text = in_a_child([&] {
    std::string reached;
    for (const auto& covered :
         look(options, found.horizon_s, found.step_s, [](const auto&) { return false; })) {
      for (const Covered& robot : covered) reached += robot.reached ? '1' : '0';
    }
    return reached;
  });
  if (!text) throw std::logic_error("the process that looks for outages has ended early");
  const std::size_t robots = found.of_robots.size();
  for (std::size_t i = 0; i < text->size(); ++i) {
    if ((*text)[i] == '1') continue;
    const double at_s = static_cast<double>(i / robots) * found.step_s;
    if (found.horizon_s > 0 && at_s >= found.horizon_s - 1e-9) continue;
    const double end_s = std::min(at_s + found.step_s, std::max(found.horizon_s, found.step_s));
    auto& spells = found.of_robots[i % robots];
    if (!spells.empty() && spells.back().second >= at_s - 1e-9) {
      spells.back().second = end_s;
    } else {
      spells.emplace_back(at_s, end_s);
    }
  }
  return found;
}

std::vector<std::string> outage_lines(const Outages& outages) {
  std::vector<std::string> lines;
  for (std::size_t robot = 0; robot < outages.of_robots.size(); ++robot) {
    const auto& spells = outages.of_robots[robot];
    if (spells.empty()) continue;
    std::string line =
        "robot " + std::to_string(robot) + (outages.routed ? " has no route" : " is out of reach");
    if (outages.horizon_s > 0) {
      double sum_s = 0;
      std::string when;
      for (std::size_t i = 0; i < spells.size(); ++i) {
        const auto& [from_s, to_s] = spells[i];
        sum_s += to_s - from_s;
        if (i >= kMostSpells) continue;
        when += (i == 0 ? "" : ", ") + text_of("%.1f to ", from_s) + text_of("%.1f", to_s);
      }
      line += text_of(" for %.1f", sum_s) + text_of(" of the first %.1f s: ", outages.horizon_s) +
              when + " s" +
              (spells.size() > kMostSpells
                   ? " and " + std::to_string(spells.size() - kMostSpells) + " more times"
                   : "");
    }
    lines.push_back(line);
  }
  return lines;
}

void check_reach(const LinkOptions& options, double connect_timeout_s) {
  if (reach_of(options) == nullptr) return;
  if (const auto check = technology(options).check_routes) {
    check(options);
    return;
  }
  const bool stands = stands_still(options.mobility);
  seed_streams(options);
  const bool waits = !stands && !known_paths(options).empty();  // for round 0
  const double horizon_s =
      stands ? 0 : std::max(0.0, connect_timeout_s - (waits ? PathMobilityModel::kWaiting_s : 0.0));
  const auto far = in_a_child([&] {
    std::vector<bool> reached(options.workers, false);
    const auto all = look(options, horizon_s, step_of(options, horizon_s), [&](const auto& looks) {
      bool every = true;
      for (std::size_t i = 0; i < reached.size(); ++i) {
        if (looks.back()[i].reached) reached[i] = true;
        every = every && reached[i];
      }
      return every;
    });
    for (std::size_t i = 0; i < reached.size(); ++i) {
      if (all.back()[i].reached) reached[i] = true;
    }
    constexpr int kMost = 5;
    std::string robots;
    int count = 0;
    for (std::size_t i = 0; i < reached.size(); ++i) {
      if (reached[i] || ++count > kMost) continue;
      const Covered& at_start = all.front()[i];
      robots += (robots.empty() ? "robot " : ", robot ") + std::to_string(i) +
                text_of(" (%.1f m from its station", at_start.distance_m) +
                text_of(", path loss %.1f dB", at_start.path_loss_db) +
                text_of(", SNR %.1f dB)", at_start.snr_db);
    }
    return robots + (count > kMost ? " and " + std::to_string(count - kMost) + " more" : "");
  });
  if (!far || far->empty()) return;
  throw OptionError(
      {"placement.radius_m", "placement.positions_m", "placement.spacing_m", "mobility.file",
       "mobility.loops_m", "wifi.tx_power_dbm", "nr.robot_power_dbm", "nr.station_power_dbm",
       "lte.robot_power_dbm", "lte.station_power_dbm", "radio.path_loss"},
      "placement: out of reach with seed " + std::to_string(options.seed) +
          (stands ? "" : ", at the start and until limits.connect_timeout_s") + ": " + *far);
}

}  // namespace gradwave::channel
