// SPDX-License-Identifier: GPL-2.0-only
// A net for what nobody has hunted: random scenarios over the range of nearly every setting
// (draw.cc says where it is narrower), each with what must hold whatever is drawn; and a walk
// through the settings, each of which must change some row somewhere. For whoever has an hour:
//
//   ctest --test-dir build -L long                          half an hour of both
//   build/tests/gradwave-net build/gradwave --seconds 3600 [--seed N] [--keys [--only nr.]]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include "tests/net/checks.h"

namespace gradwave::net {
namespace {

// Leaves away what the finding does not need.
Drawn smallest(Examiner& examiner, Drawn drawn, const std::string& check) {
  const std::set<std::string> keep = {"team.workers", "compute.device", "compute.rate_flops",
                                      "training.rounds", "host.device"};
  for (std::size_t i = drawn.size(); i-- > 0;) {
    if (keep.count(drawn[i].first)) continue;
    Drawn fewer = drawn;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    const auto finding = examiner.examine(fewer);
    if (finding && finding->check == check) drawn = std::move(fewer);
  }
  return drawn;
}

int cast(Examiner& examiner, std::uint64_t seed, double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto started = Clock::now();
  std::map<Ending, int> endings;
  std::set<std::string> found;
  std::uint64_t number = seed;
  for (; std::chrono::duration<double>(Clock::now() - started).count() < seconds; ++number) {
    Random random(number);
    const Drawn drawn = draw(random);
    const auto finding = examiner.examine(drawn);
    ++endings[examiner.last_ending()];
    if ((number - seed) % 100 == 99) std::cerr << number - seed + 1 << " scenarios\n";
    if (!finding || !found.insert(finding->check).second) continue;
    std::cout << "FOUND: " << finding->check << "\n  " << finding->detail << "\nseed " << number
              << ", smallest scenario:\n"
              << toml_of(smallest(examiner, drawn, finding->check)) << std::endl;
  }
  std::cout << number - seed << " scenarios: " << endings[Ending::kComplete] << " complete, "
            << endings[Ending::kFailed] << " failed by their physics, " << endings[Ending::kRefused]
            << " refused, " << endings[Ending::kTooSlow] << " too slow; " << found.size()
            << " checks did not hold\n";
  return found.empty() ? 0 : 1;
}

// What does not change rows, and why.
const std::map<std::string, std::string>& changes_no_row() {
  static const std::map<std::string, std::string> reasons = {
      {"data.folder", "where the same files are"},
      {"data.path", "where the same files are"},
      {"data.side", "of folders of images"},
      {"model.file", "of TorchScript"},
      {"limits.connect_timeout_s", "ends a run, or does nothing"},
      {"limits.stall_s", "ends a run, or does nothing"},
      {"checkpoint.folder", "writes beside the rows"},
      {"checkpoint.every", "writes beside the rows"},
      {"host.device", "the same numbers elsewhere"},
      {"host.arithmetic", "other numbers on some processors alone"},
      {"host.ahead", "the same numbers sooner"},
      {"network.fidelity", "draws in runs of hundreds of rounds"},
      {"network.max_error", "of runs of hundreds of rounds"},
      {"network.confidence", "of runs of hundreds of rounds"},
      {"ns3.defaults", "a table of everything of ns-3"},
      {"team.robots", "of a file"},
      {"mobility.file", "of a file"},
      {"mobility.ending", "of a file"},
      {"mobility.time_origin_s", "of a file"},
      {"floor.plan", "of a file"},
      {"floor.metres_per_unit", "of a file"},
      {"floor.origin_m", "of a file"},
      {"floor.losses_db", "of a file"},
      {"floor.not_walls", "of a file"},
      {"mesh.edges", "of a file"},
      {"trace.uplink", "of a file"},
      {"trace.downlink", "of a file"},
      {"trace.between", "of a file"},
      {"trace.ending", "of a file"},
      {"trace.shift_s", "of a file"},
      {"trace.delay_s", "of a file"},
      {"trace.buffer_bytes", "of a file"},
  };
  return reasons;
}

Drawn without(Drawn drawn, const std::string& key) {
  drawn.erase(
      std::remove_if(drawn.begin(), drawn.end(), [&](const auto& one) { return one.first == key; }),
      drawn.end());
  return drawn;
}

// A scenario in which the setting acts.
Drawn where_it_acts(const Setting& setting) {
  Drawn drawn = {{"team.workers", 3},
                 {"data.train_samples", 120},
                 {"data.test_samples", 40},
                 {"model.hidden", {4}},
                 {"training.rounds", 6},
                 {"training.batch", 6},
                 {"compute.device", "jetson-nano"},
                 {"host.device", "cpu"},
                 {"compression.ratio", 20}};
  std::vector<const Setting*> chain;
  for (const Setting* one = &setting; !one->condition.key.empty();
       one = find_setting(one->condition.key)) {
    chain.push_back(one);
  }
  for (auto one = chain.rbegin(); one != chain.rend(); ++one) {
    const Condition& condition = (*one)->condition;
    const Setting& other = *find_setting(condition.key);
    if (is_active(**one, settings_of(drawn))) continue;
    if (condition.negated) continue;  // defaults do
    Settings any;
    const std::string& word = condition.values.front();
    const Json value = other.values.words || std::holds_alternative<std::string*>(other.field(any))
                           ? Json(word)
                           : Json::parse(word);
    drawn = with(std::move(drawn), other.key, value);
    if (word == "patrol") {
      drawn = with(std::move(drawn), "mobility.loops_m", Json::parse("[[[1, 2], [30, 2]]]"));
    }
    if (word == "step") drawn = with(std::move(drawn), "training.milestones", {2, 4});
  }
  if (setting.key == "wire.loss") drawn = with(std::move(drawn), "training.rounds", 20);
  if (setting.key == "placement.positions_m") {
    drawn = with(std::move(drawn), setting.key, {{1, 2}, {3, 4}, {5, 6}});
  }
  // Windows that grow, close over pauses and meet losses: many segments, over a long path.
  static const std::set<std::string> of_windows = {"tcp.min_rto_s", "tcp.congestion_control",
                                                   "tcp.after_idle"};
  if (of_windows.count(setting.key) > 0) {
    drawn = with(std::move(drawn), "link.technology", "wire");
    drawn = with(std::move(drawn), "wire.delay_s", 0.02);
    drawn = with(std::move(drawn), "model.hidden", {64});
    drawn = with(std::move(drawn), "compression.ratio", 1);
    if (setting.key == "tcp.after_idle") {
      drawn = with(std::move(drawn), "compute.factors", {1e4, 1e4, 1e4});
    } else {
      drawn = with(std::move(drawn), "wire.loss", 0.02);
    }
  }
  // Walks begin with a pause: seconds of computing let them begin.
  if (setting.key.rfind("mobility.", 0) == 0) {
    drawn = with(std::move(drawn), "compute.factors", {1e6, 1e6, 1e6});
  }
  // Routes that change.
  if (setting.key.rfind("mesh.", 0) == 0) {
    drawn = with(std::move(drawn), "mesh.unreached", "wait");
    drawn = with(std::move(drawn), "mobility.model", "random-waypoint");
    drawn = with(std::move(drawn), "mobility.speed_max_mps", 20);
    drawn = with(std::move(drawn), "mobility.speed_min_mps", 10);
    drawn = with(std::move(drawn), "placement.radius_m", 60);
    drawn = with(std::move(drawn), "compute.factors", {1e6, 1e6, 1e6});
    if (setting.key == "mesh.aggregation") {
      drawn = with(std::move(drawn), "compression.error_compensation", true);
    }
    if (setting.key == "mesh.aggregation") drawn = with(std::move(drawn), "mesh.links", "chain");
    drawn = with(std::move(drawn), "training.rounds", 20);
  }
  // A network that is not a wire's or Wi-Fi's shows what the robots' surroundings do to the SNR.
  if (setting.key.rfind("radio.clutter", 0) == 0 || setting.key == "radio.shadowing" ||
      setting.key == "radio.line_of_sight") {
    drawn = with(std::move(drawn), "link.technology", "nr");
    drawn = with(std::move(drawn), "placement.radius_m", 200);
    drawn = with(std::move(drawn), "nr.station_gain_dbi", 30);
  }
  if (setting.key == "radio.clutter_height_m") {
    drawn = with(std::move(drawn), "radio.path_loss", "inf-sh");
  }
  static const std::set<std::string> of_losses = {"nr.k1_slots", "nr.combining", "nr.max_attempts",
                                                  "nr.rlc_recovery_s"};
  if (of_losses.count(setting.key) > 0) {
    drawn = with(std::move(drawn), "nr.block_error_target", 0.9);
    drawn = with(std::move(drawn), "training.rounds", 40);
  }
  static const std::set<std::string> of_stations = {
      "nr.stations", "nr.station_spacing_m", "nr.station_positions_m", "nr.handover_margin_db",
      "nr.handover_interruption_s"};
  if (of_stations.count(setting.key) > 0) {
    drawn = with(std::move(drawn), "nr.server", "core");
    drawn = with(std::move(drawn), "nr.stations", setting.key == "nr.station_positions_m" ? 1 : 4);
    drawn = with(std::move(drawn), "nr.station_spacing_m", 20);
    drawn = with(std::move(drawn), "mobility.model", "random-waypoint");
    drawn = with(std::move(drawn), "mobility.pause_s", 0);
    drawn = with(std::move(drawn), "training.rounds", 20);
    drawn = with(std::move(drawn), "compute.factors", {1e6, 1e6, 1e6});
    // Long enough for a robot to leave its cell in the middle of one.
    drawn = with(std::move(drawn), "compression.ratio", 1);
    drawn = with(std::move(drawn), "nr.bandwidth_mhz", 5);
    drawn = with(std::move(drawn), "mobility.speed_max_mps", 100);
    drawn = with(std::move(drawn), "mobility.speed_min_mps", 50);
    if (setting.key == "nr.station_positions_m") drawn = without(drawn, "nr.station_spacing_m");
  }
  static const std::set<std::string> of_bytes = {"nr.buffer_bytes", "nr.pucch_blocks",
                                                 "nr.scheduler", "nr.max_grants"};
  if (of_bytes.count(setting.key) > 0) drawn = with(std::move(drawn), "compression.ratio", 1);
  if (setting.key == "lte.robot_power_dbm" || setting.key == "lte.station_power_dbm") {
    drawn = with(std::move(drawn), "placement.radius_m", 200);
    drawn = with(std::move(drawn), "compression.ratio", 1);
  }
  // Messages that fill a queue, or an aggregate of frames.
  static const std::set<std::string> of_queues = {
      "wifi.block_ack_frames", "wifi.backhaul_queue", "wifi.backhaul_buffer_bytes", "nr.core_queue",
      "nr.core_buffer_bytes",  "lte.core_queue",      "lte.core_buffer_bytes"};
  if (of_queues.count(setting.key) > 0) {
    drawn = with(std::move(drawn), "compression.ratio", 1);
    drawn = with(std::move(drawn), "model.hidden", {256});
    drawn = with(std::move(drawn), "training.rounds", 2);
    if (setting.key.rfind("wifi.backhaul", 0) == 0) {
      drawn = with(std::move(drawn), "wifi.backhaul_rate_bps", 1e6);
    } else if (setting.key != "wifi.block_ack_frames") {
      drawn = with(std::move(drawn),
                   setting.key.substr(0, setting.key.find('.')) + ".core_rate_bps", 1e6);
    }
  }
  drawn = where_it_holds(std::move(drawn));
  // A message of one segment fits every buffer and window.
  if (setting.key == "tcp.buffer_bytes" || setting.key == "tcp.congestion_control") {
    drawn = with(std::move(drawn), "compression.ratio", 1);
  }
  return drawn;
}

// Less what does not act with another value of something else, and so would be refused.
Drawn without_idle(Drawn drawn) {
  const Settings settings = settings_of(drawn);
  drawn.erase(std::remove_if(
                  drawn.begin(), drawn.end(),
                  [&](const auto& one) { return !is_active(*find_setting(one.first), settings); }),
              drawn.end());
  return drawn;
}

int walk(Examiner& examiner, const std::string& beginning) {
  int walked = 0, dead = 0;
  for (const Setting& setting : settings_table()) {
    if (changes_no_row().count(setting.key) || setting.key.rfind(beginning, 0) != 0) continue;
    if (setting.key == "data.dataset" && std::getenv("GRADWAVE_DATA") == nullptr) continue;
    ++walked;
    const Drawn base = where_it_acts(setting);
    const Settings settings = settings_of(base);
    const std::string rows = examiner.rows_of(base);
    bool alive = false;
    Random random(1);
    for (int i = 0; i < 25 && !alive; ++i) {
      const Json value = draw_value(setting, settings, random);
      if (value.is_null() || value == value_in(base, setting.key)) continue;
      const std::string others = examiner.rows_of(without_idle(with(base, setting.key, value)));
      alive = !rows.empty() && !others.empty() && others != rows;
    }
    if (alive) continue;
    std::cout << "DEAD: " << setting.key << " changes no row of\n" << toml_of(base) << std::endl;
    ++dead;
  }
  std::cout << walked << " settings walked, " << dead << " dead\n";
  return dead > 0 ? 1 : 0;
}

}  // namespace
}  // namespace gradwave::net

int main(int argc, char** argv) {
  using namespace gradwave::net;
  CLI::App app("random scenarios, and what must hold of them");
  std::filesystem::path program;
  double seconds = 1500;
  std::uint64_t seed = 1;
  bool keys = false;
  std::string beginning;
  app.add_option("program", program, "gradwave")->required()->check(CLI::ExistingFile);
  app.add_option("--seconds", seconds, "how long to draw")->capture_default_str();
  app.add_option("--seed", seed, "number of the first scenario")->capture_default_str();
  app.add_flag("--keys", keys, "walk through the settings instead");
  app.add_option("--only", beginning, "those whose keys begin so: nr.");
  CLI11_PARSE(app, argc, argv);
  const auto folder = std::filesystem::temp_directory_path() /
                      ("gradwave-net-" + std::to_string(seed) + (keys ? "-keys" : ""));
  Examiner examiner(std::filesystem::absolute(program), folder);
  const int code = keys ? walk(examiner, beginning) : cast(examiner, seed, seconds);
  std::filesystem::remove_all(folder);
  return code;
}
