// SPDX-License-Identifier: GPL-2.0-only
// Everything a scenario can set, in one table: key, type, range, words, default and one line of
// description. Parsing, `validate`, `list settings` and scenarios/README.md all follow from it. A
// new setting is a member of an options struct and one line in settings.cc.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "channel-models/options.h"
#include "learning/options.h"
#include "sim/run/compute.h"
#include "sim/transport/network.h"

namespace gradwave {

// Whether and when a run writes down its learner: to folder/RESULTS-run-ID.pt,
// RESULTS the name of the results file.
struct CheckpointOptions {
  std::filesystem::path folder;  // empty: never
  std::int64_t every = 0;        // rounds; after the last one in any case
};

// One run, completely.
struct Settings {
  learning::Options learning;
  channel::LinkOptions link;
  ComputeOptions compute;
  NetworkLimits limits;
  CheckpointOptions checkpoint;
};

// What the rooms are told: team, seed and data folder filled in.
learning::Options learning_options(const Settings& settings);
channel::LinkOptions link_options(const Settings& settings);

// Where a setting's value lives.
using Field =
    std::variant<bool*, std::int64_t*, double*, std::string*, std::filesystem::path*,
                 std::vector<std::int64_t>*, std::vector<double>*,
                 std::vector<std::pair<double, double>>*, std::map<std::string, std::string>*>;

struct Setting {
  std::string key;  // "group.name"
  Field (*field)(Settings& settings);
  std::string description;
  double least = -std::numeric_limits<double>::infinity();  // of a number or each one of a list
  double most = std::numeric_limits<double>::infinity();
  Words (*words)() = nullptr;  // the values that a string may have
};

const std::vector<Setting>& settings_table();

// Null if there is no such key.
const Setting* find_setting(const std::string& key);

// "integer, 1 to 1000000", "one of \"iid\", \"shards\"": what the setting takes.
std::string expected(const Setting& setting);

// Throws std::invalid_argument saying what was found and what was expected: a wrong type, a number
// out of range, an unknown word (with the nearest right one).
void assign(const Setting& setting, Settings& settings, const nlohmann::json& value);
nlohmann::json value_of(const Setting& setting, const Settings& settings);

// All settings as one flat object, {"compression.gamma": 0.5, ...}, and back.
nlohmann::json to_json(const Settings& settings);
Settings from_json(const nlohmann::json& object);

// scenarios/README.md's table, and what `gradwave list settings` prints.
std::string settings_reference();

// "", or " (did you mean X?)" with the candidate nearest to `word`.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace gradwave
