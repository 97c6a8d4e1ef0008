// SPDX-License-Identifier: GPL-2.0-only
// Everything a scenario can set, in one table: key, type, range, words, default, one line of
// description, who sees it and when it acts. Parsing, refusal, `validate`, `list settings` and
// scenarios/settings.md all follow from it. A new setting is a member of an options struct and one
// row in the file of its group; a new group is one file and one line in settings.cc.
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
#include "sim/error.h"
#include "sim/options.h"

namespace gradwave {

// One run, completely, with the texts of the files that it names.
struct Settings {
  learning::Options learning;
  channel::LinkOptions link;
  channel::TextFile robots;  // a table of what differs among them (robots_file.h)
  ComputeOptions compute;
  SamplingOptions sampling;
  TransportLimits limits;
  ResultOptions results;
  CheckpointOptions checkpoint;
  std::int64_t ahead = 64;  // rounds that learning may be before the network; 0: in step
};

// What the modules are told: team, seed and data folder filled in.
learning::Options learning_options(const Settings& settings);
channel::LinkOptions link_options(const Settings& settings);

// Where a setting's value lives.
using Field =
    std::variant<bool*, std::int64_t*, double*, std::string*, std::filesystem::path*,
                 channel::TextFile*, std::vector<channel::TextFile>*, std::vector<std::int64_t>*,
                 std::vector<double>*, std::vector<std::string>*, channel::Point*,
                 std::vector<channel::Point>*, std::vector<std::vector<channel::Point>>*,
                 std::map<std::string, std::string>*, std::map<std::string, double>*>;

// The values that a setting may have.
struct Values {
  double least = -std::numeric_limits<double>::infinity();  // of a number or each one of a list
  double most = std::numeric_limits<double>::infinity();
  Words (*words)() = nullptr;  // of a string
};

// When a setting acts: where the setting `key` acts and has, or with `negated` has not, one of the
// values, as text: a word, "true", "-1"; with `if_inactive` also where that does not act. No key:
// always.
struct Condition {
  std::string key;
  std::vector<std::string> values;
  bool negated = false;
  bool if_inactive = false;
};

// Who sees a setting.
using Modules = unsigned;
constexpr Modules kLearning = 1, kChannel = 2, kSim = 4;

struct Setting {
  std::string key;  // "group.name"
  Field (*field)(Settings& settings);
  std::string description;
  Values values;
  Modules modules = kSim;
  Condition condition = {};
  std::string instead_of = {};  // another key that says the same: whichever is set later counts
};

const std::vector<Setting>& settings_table();

// Null if there is no such key. Knows the names that keys had in earlier versions.
const Setting* find_setting(const std::string& key);

// Whether the setting acts in a run with these settings.
bool is_active(const Setting& setting, const Settings& settings);

// "link.technology = \"wifi\"", "" if it always acts.
std::string condition_text(const Setting& setting);
// With the conditions under which the setting that it names acts itself, those that defaults do not
// meet, joined by "and".
std::string all_conditions_text(const Setting& setting);

// Sets what does not act to its default, so that two runs which do the same have the same settings.
void reset_inactive(Settings& settings);

// "integer, 1 to 1000000", "one of \"iid\", \"shards\"": what the setting takes.
std::string expected(const Setting& setting);

// Throws SettingError saying what was found and what was expected: a wrong type, a number out of
// range, an unknown word (with the nearest right one). A list replaces the one before; the table
// ns3.defaults is added to, name by name.
void assign(const Setting& setting, Settings& settings, const nlohmann::json& value);
// Back to its default.
void reset(const Setting& setting, Settings& settings);
nlohmann::json value_of(const Setting& setting, const Settings& settings);

// 0 and "", by which a setting that stands for another leaves it to that one.
bool is_unset(const nlohmann::json& value);

// The settings that a room sees, as text: two runs with the same differ in nothing to it but the
// seed.
std::string text_for(const Settings& settings, Modules modules);

// The files that a setting names, whose texts are to be read.
std::vector<channel::TextFile*> files_of(const Setting& setting, Settings& settings);

// All settings as one flat object, {"compression.gamma": 0.5, ...}, and back.
nlohmann::json to_json(const Settings& settings);
Settings from_json(const nlohmann::json& object);  // files without their texts

// scenarios/settings.md's table, and what `gradwave list settings` prints.
std::string settings_reference();

// "", or " (did you mean X?)" with the candidate nearest to `word`.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace gradwave
