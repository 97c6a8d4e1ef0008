// SPDX-License-Identifier: GPL-2.0-only
#include "tests/net/draw.h"

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "tests/channel-models/heights.h"

namespace gradwave::net {
namespace {

double uniform(Random& random, double least, double most) {
  return least < most ? boost::random::uniform_real_distribution<double>(least, most)(random)
                      : least;
}

std::int64_t integer(Random& random, std::int64_t least, std::int64_t most) {
  return boost::random::uniform_int_distribution<std::int64_t>(least, most)(random);
}

bool chance(Random& random, double probability) { return uniform(random, 0, 1) < probability; }

struct Range {
  double least, most;
};

// Where the whole range would take hours, gigabytes, or a radio that nobody hears nearly always.
const std::map<std::string, Range>& small() {
  static const std::map<std::string, Range> table = {
      {"team.workers", {1, 5}},
      {"data.train_samples", {40, 300}},
      {"data.test_samples", {10, 50}},
      {"data.shards_per_worker", {1, 8}},
      {"model.forward_macs", {0, 1e9}},
      {"training.rounds", {1, 8}},
      {"training.batch", {1, 12}},
      {"training.learning_rate", {1e-9, 1}},
      {"training.warmup_rounds", {0, 8}},
      {"training.evaluate_every", {1, 10}},
      {"compression.k", {0, 7850}},
      {"compression.t_hat", {-1, 8}},
      {"theory.pilot_rounds", {1, 5}},
      {"theory.optimal_loss", {0, 3}},
      {"compute.rate_flops", {1e7, 1e18}},
      {"compute.efficiency", {1e-2, 1}},
      {"wifi.tx_power_dbm", {0, 50}},
      {"radio.path_loss_exponent", {1, 3.5}},
      {"radio.clutter_density", {0.05, 0.95}},
      {"radio.clutter_size_m", {1, 50}},
      {"radio.clutter_height_m", {1.6, 7.5}},
      {"wifi.backhaul_rate_bps", {1e4, 1e13}},
      {"wifi.backhaul_delay_s", {0, 5}},
      {"wire.loss", {0, 0.3}},
      {"tcp.sending_rate_bps", {1e4, 1e9}},
      {"placement.radius_m", {0.1, 40}},
      {"placement.spacing_m", {0.01, 20}},
      {"wifi.block_ack_frames", {64, 256}},
      {"nr.robot_power_dbm", {0, 50}},
      {"nr.station_power_dbm", {10, 80}},
      {"nr.robot_gain_dbi", {-3, 20}},
      {"nr.station_gain_dbi", {-3, 20}},
      {"nr.robot_noise_figure_db", {0, 12}},
      {"nr.station_noise_figure_db", {0, 12}},
      {"nr.p0_dbm", {-100, 24}},
      {"nr.alpha", {0.8, 1}},
      {"nr.stations", {1, 5}},
      {"nr.station_spacing_m", {1, 60}},
      {"nr.core_rate_bps", {1e5, 1e13}},
      {"nr.core_delay_s", {0, 5}},
      {"nr.pucch_blocks", {-1, 10}},
      {"nr.buffer_bytes", {2000, 1e12}},
      {"lte.robot_power_dbm", {10, 50}},
      {"lte.station_power_dbm", {20, 60}},
      {"lte.buffer_bytes", {2000, 4e9}},
      {"lte.core_rate_bps", {1e5, 1e13}},
      {"lte.core_delay_s", {0, 5}},
      {"placement.height_m", {0, 20}},
      {"placement.access_point_height_m", {0, 20}},
      {"mobility.speed_max_mps", {1e-3, 100}},
      {"mobility.speed_min_mps", {1e-3, 100}},
      {"radio.robot_powers_dbm", {10, 50}},
      {"radio.robot_gains_dbi", {-3, 20}},
      {"tcp.sending_rates_bps", {1e4, 1e9}},
      {"compute.factors", {1e-3, 10}},
      {"mesh.margin_db", {0, 10}},
      {"mesh.update_period_s", {0.05, 100}},
  };
  return table;
}

double number(const Setting& setting, Random& random, bool whole) {
  double least = setting.values.least, most = setting.values.most;
  const auto narrower = small().find(setting.key);
  if (narrower != small().end())
    std::tie(least, most) = std::pair(narrower->second.least, narrower->second.most);
  if (chance(random, 0.1)) return least;
  if (chance(random, 0.1)) return most;
  double value = least >= 0 && most > 1000 * std::max(least, 1e-9)
                     ? std::exp(uniform(random, std::log(std::max(least, 1e-9)), std::log(most)))
                     : uniform(random, least, most);
  if (whole) value = std::round(value);
  return std::clamp(value, least, most);
}

// What files and machines decide, or what every scenario here has.
bool is_left_out(const std::string& key) {
  static const std::set<std::string> keys = {
      "data.dataset", "data.folder",       "data.path",         "data.side",   "model.architecture",
      "model.file",   "checkpoint.folder", "checkpoint.every",  "host.device", "host.arithmetic",
      "ns3.defaults", "network.fidelity",  "results.transfers", "host.ahead"};
  return keys.count(key) > 0;
}

// A carrier that there is, and a pattern and a period that go together.
struct Carrier {
  double frequency_ghz, bandwidth_mhz;
  std::int64_t numerology;
  const char* pattern;
  double request_period_s;
};

Carrier draw_carrier(Random& random) {
  static const std::vector<Carrier> carriers = {
      {3.5, 100, 1, "DDDSU", 0.02}, {3.5, 20, 1, "DDSU", 0.01},       {0.7, 5, 0, "FDD", 0.04},
      {3.5, 20, 0, "DSUUD", 0.005}, {2.6, 40, 2, "DDDDDDSUUU", 0.01}, {28, 100, 3, "DDDSU", 0},
      {28, 50, 2, "DU", 0.02},      {6, 10, 1, "DDDSU", 0},           {3.5, 5, 1, "DDDSU", 0.02}};
  return carriers[integer(random, 0, static_cast<std::int64_t>(carriers.size()) - 1)];
}

// What few numbers of the range are.
Json draw_of_carrier(const std::string& key, Random& random) {
  const Carrier carrier = draw_carrier(random);
  if (key == "nr.frequency_ghz") return carrier.frequency_ghz;
  if (key == "nr.bandwidth_mhz") return carrier.bandwidth_mhz;
  if (key == "nr.numerology") return carrier.numerology;
  if (key == "nr.pattern") return carrier.pattern;
  return carrier.request_period_s;
}

bool is_of_carrier(const std::string& key) {
  static const std::set<std::string> keys = {"nr.frequency_ghz", "nr.bandwidth_mhz",
                                             "nr.numerology", "nr.pattern", "nr.request_period_s"};
  return keys.count(key) > 0;
}

// Words whose file there is none of.
bool wants_a_file(const std::string& word) {
  return word == "waypoints" || word == "ns2" || word == "edges" || word == "trace";
}

struct Draw {
  const Setting& setting;
  const Settings& so_far;
  Random& random;

  Json operator()(bool*) const { return chance(random, 0.5); }
  Json operator()(std::int64_t*) const {
    return static_cast<std::int64_t>(number(setting, random, true));
  }
  Json operator()(double*) const { return number(setting, random, false); }
  Json operator()(std::string*) const {
    if (setting.key == "wifi.constant_mode") {
      const std::string& standard = so_far.link.wifi.standard;
      const std::string prefix = standard == "802.11n"    ? "Ht"
                                 : standard == "802.11ac" ? "Vht"
                                                          : "He";
      return prefix + "Mcs" + std::to_string(integer(random, 0, 7));
    }
    if (!setting.values.words) return nullptr;
    Words words = setting.values.words();
    words.erase(std::remove_if(words.begin(), words.end(),
                               [](const auto& word) { return wants_a_file(word.first); }),
                words.end());
    return words[integer(random, 0, static_cast<std::int64_t>(words.size()) - 1)].first;
  }
  Json operator()(std::filesystem::path*) const { return nullptr; }
  Json operator()(std::vector<std::int64_t>*) const {
    if (setting.key == "model.hidden") {
      return chance(random, 0.6) ? Json::array() : Json::array({integer(random, 1, 6)});
    }
    if (setting.key == "wifi.robot_streams") {
      return list([&] { return (*this)(static_cast<std::int64_t*>(nullptr)); });
    }
    // training.milestones
    std::set<std::int64_t> rounds;
    const std::int64_t last = so_far.learning.training.rounds - 1;
    for (std::int64_t i = 0; i < 2 && last >= 1; ++i) rounds.insert(integer(random, 1, last));
    return rounds.empty() ? Json() : Json(rounds);
  }
  // Of each robot.
  template <typename Each>
  Json list(const Each& each) const {
    Json all = Json::array();
    for (std::int64_t i = 0; i < so_far.learning.training.workers; ++i) all.push_back(each());
    return all;
  }
  Json point() const { return {uniform(random, -30, 30), uniform(random, -30, 30)}; }
  Json operator()(std::vector<double>*) const {
    return list([&] { return number(setting, random, false); });
  }
  Json operator()(std::vector<std::string>*) const {
    return list([&] { return (*this)(static_cast<std::string*>(nullptr)); });
  }
  Json operator()(channel::Point*) const { return point(); }
  Json operator()(std::vector<channel::Point>*) const {
    return list([&] { return point(); });
  }
  Json operator()(std::vector<std::vector<channel::Point>>*) const {
    Json loops = Json::array();
    for (std::int64_t i = integer(random, 1, 3); i > 0; --i) {
      Json loop = Json::array();
      for (std::int64_t k = integer(random, 2, 4); k > 0; --k) loop.push_back(point());
      loops.push_back(loop);
    }
    return loops;
  }
  Json operator()(channel::TextFile*) const { return nullptr; }
  Json operator()(std::vector<channel::TextFile>*) const { return nullptr; }
  Json operator()(std::map<std::string, double>*) const { return nullptr; }
  Json operator()(std::map<std::string, std::string>*) const { return nullptr; }
};

// What a chosen word cannot do without.
const std::map<std::string, std::string>& needs() {
  static const std::map<std::string, std::string> table = {{"list", "placement.positions_m"},
                                                           {"patrol", "mobility.loops_m"},
                                                           {"step", "training.milestones"}};
  return table;
}

std::string toml_of(const Json& value) {
  if (value.is_number_float()) {
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", value.get<double>());
    std::string number = text;
    if (number.find_first_of(".en") == std::string::npos) number += ".0";
    return number;
  }
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& element : value) text += (text.empty() ? "" : ", ") + toml_of(element);
  return "[" + text + "]";
}

}  // namespace

Json draw_value(const Setting& setting, const Settings& so_far, Random& random) {
  if (is_of_carrier(setting.key)) return draw_of_carrier(setting.key, random);
  Settings any;
  return std::visit(Draw{setting, so_far, random}, setting.field(any));
}

Settings settings_of(const Drawn& drawn) {
  Settings settings;
  for (const auto& [key, value] : drawn) {
    const Setting& setting = *find_setting(key);
    assign(setting, settings, value);
    if (!setting.instead_of.empty() && !is_unset(value)) {
      reset(*find_setting(setting.instead_of), settings);
    }
  }
  reset_inactive(settings);
  return settings;
}

Drawn draw(Random& random) {
  Drawn drawn = {{"team.workers", integer(random, 1, 5)},
                 {"data.train_samples", integer(random, 40, 300)},
                 {"data.test_samples", integer(random, 10, 50)},
                 {"model.hidden", Json::array()},
                 {"training.rounds", integer(random, 1, 8)},
                 {"training.batch", integer(random, 1, 12)},
                 {"compute.device", "jetson-nano"},
                 {"host.device", "cpu"},
                 {"link.technology", chance(random, 0.4)   ? "wire"
                                     : chance(random, 0.3) ? "wifi"
                                     : chance(random, 0.5) ? "mesh"
                                                           : "nr"}};
  if (drawn.back().second == "nr" && chance(random, 0.7)) {
    const Carrier carrier = draw_carrier(random);
    drawn.emplace_back("nr.frequency_ghz", carrier.frequency_ghz);
    drawn.emplace_back("nr.bandwidth_mhz", carrier.bandwidth_mhz);
    drawn.emplace_back("nr.numerology", carrier.numerology);
    drawn.emplace_back("nr.pattern", carrier.pattern);
    drawn.emplace_back("nr.request_period_s", carrier.request_period_s);
  }
  const double density = uniform(random, 0, 0.5);
  std::set<std::string> needed;
  for (const Setting& setting : settings_table()) {
    const Settings so_far = settings_of(drawn);
    if (is_left_out(setting.key) || setting.key == "link.technology") continue;
    if (is_of_carrier(setting.key)) continue;
    if (!is_active(setting, so_far)) continue;
    if (needed.count(setting.key) == 0 && !chance(random, density)) continue;
    const Json value = draw_value(setting, so_far, random);
    if (value.is_null()) continue;
    if (setting.key == "compute.rate_flops" && is_unset(value)) continue;
    drawn = with(std::move(drawn), setting.key, value);
    if (value.is_string()) {
      const auto need = needs().find(value.get<std::string>());
      if (need != needs().end()) needed.insert(need->second);
    }
  }
  const Settings settings = settings_of(drawn);
  if (settings.link.nr.stations > 1) drawn = with(std::move(drawn), "nr.server", "core");
  return where_it_holds(std::move(drawn));
}

Drawn where_it_holds(Drawn drawn) {
  if (!channel::has_server(settings_of(drawn).link)) {
    drawn = with(std::move(drawn), "compression.error_compensation", true);
    const auto is_of_a_server = [](const auto& one) {
      return one.first == "compression.downlink" || one.first == "compression.momentum_correction";
    };
    drawn.erase(std::remove_if(drawn.begin(), drawn.end(), is_of_a_server), drawn.end());
  }
  const std::string path_loss = settings_of(drawn).link.radio.path_loss;
  channel::PlacementOptions placement;
  channel::stand_where_it_holds(placement, path_loss);
  if (path_loss == "log-distance" || path_loss == "friis" || path_loss == "none") return drawn;
  drawn = with(std::move(drawn), "placement.height_m", placement.height_m);
  return with(std::move(drawn), "placement.access_point_height_m", placement.access_point_height_m);
}

Drawn with(Drawn drawn, const std::string& key, const Json& value) {
  const std::string& other = find_setting(key)->instead_of;
  if (!is_unset(value)) {
    drawn.erase(std::remove_if(drawn.begin(), drawn.end(),
                               [&](const auto& one) { return one.first == other; }),
                drawn.end());
  }
  for (auto& [known, old] : drawn) {
    if (known != key) continue;
    old = value;
    return drawn;
  }
  drawn.emplace_back(key, value);
  return drawn;
}

Json value_in(const Drawn& drawn, const std::string& key) {
  return value_of(*find_setting(key), settings_of(drawn));
}

std::string toml_of(const Drawn& drawn,
                    const std::vector<std::pair<std::string, Drawn>>& variants) {
  std::string text = "seeds = [1]\n";
  for (const auto& [key, value] : drawn) text += key + " = " + toml_of(value) + "\n";
  for (const auto& [name, more] : variants) {
    text += "[[variant]]\nname = \"" + name + "\"\n";
    for (const auto& [key, value] : more) text += key + " = " + toml_of(value) + "\n";
  }
  return text;
}

}  // namespace gradwave::net
