// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/settings.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "learning/learner.h"
#include "results/nearest.h"

namespace gradwave {

// One file each.
using Rows = std::vector<Setting>();
Rows team_settings, data_settings, model_settings, training_settings, compression_settings,
    theory_settings, compute_settings, network_settings, link_settings, radio_settings,
    wifi_settings, nr_settings, lte_settings, mesh_settings, trace_settings, wire_settings,
    tcp_settings, placement_settings, floor_settings, mobility_settings, limits_settings,
    results_settings, checkpoint_settings, host_settings, ns3_settings;

namespace {

using Json = nlohmann::json;

std::vector<Setting> make_table() {
  std::vector<Setting> table;
  for (const auto group :
       {team_settings,        data_settings,      model_settings,      training_settings,
        compression_settings, theory_settings,    compute_settings,    network_settings,
        link_settings,        radio_settings,     wifi_settings,       nr_settings,
        lte_settings,         mesh_settings,      trace_settings,      wire_settings,
        tcp_settings,         placement_settings, floor_settings,      mobility_settings,
        limits_settings,      results_settings,   checkpoint_settings, host_settings,
        ns3_settings}) {
    const std::vector<Setting> rows = group();
    table.insert(table.end(), rows.begin(), rows.end());
  }
  return table;
}

// What keys were called in earlier versions: in files that people have, and in runs that are
// stored.
const std::map<std::string, std::string>& renamed() {
  static const std::map<std::string, std::string> table = {
      {"compression.pilot_rounds", "theory.pilot_rounds"},
      {"wifi.path_loss", "radio.path_loss"},
      {"wifi.path_loss_exponent", "radio.path_loss_exponent"},
      {"wifi.fading", "radio.fading"},
      {"wifi.nakagami_m", "radio.nakagami_m"},
  };
  return table;
}

// Words that an earlier version took, and why they are refused.
const std::map<std::pair<std::string, std::string>, std::string>& withdrawn() {
  static const std::map<std::pair<std::string, std::string>, std::string> table = {
      {{"tcp.congestion_control", "bbr"},
       "is no longer offered: over ns-3's BBR one of two robots on a wire of 20 Mbit/s and 10 ms "
       "without losses took 27 ms a message until round 570 and 5.7 s from then on"},
  };
  return table;
}

// "nan" and "inf", for which JSON has no words.
std::string text_of(const Json& value) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    return std::isnan(value.get<double>()) ? "nan" : value.get<double>() < 0 ? "-inf" : "inf";
  }
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& element : value) text += (text.empty() ? "" : ",") + text_of(element);
  return "[" + text + "]";
}

// As conditions have it.
std::string plain_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

[[noreturn]] void reject(const Setting& setting, const Json& value, const std::string& reason) {
  throw SettingError({setting.key}, setting.key + " = " + text_of(value) + ": " + reason);
}

double checked_number(const Setting& setting, const Json& value, const Json& element) {
  if (!element.is_number()) reject(setting, value, "expected " + expected(setting));
  const double number = element.get<double>();
  if (!(number >= setting.values.least && number <= setting.values.most)) {
    reject(setting, value, "out of range, expected " + expected(setting));
  }
  return number;
}

std::int64_t checked_integer(const Setting& setting, const Json& value, const Json& element) {
  if (!element.is_number_integer()) reject(setting, value, "expected " + expected(setting));
  checked_number(setting, value, element);
  return element.get<std::int64_t>();
}

std::string checked_word(const Setting& setting, const Json& value) {
  if (!value.is_string()) reject(setting, value, "expected " + expected(setting));
  auto word = value.get<std::string>();
  const Json usual = value_of(setting, Settings());
  if (!setting.values.words || value == (usual.is_array() ? Json("") : usual)) return word;
  std::vector<std::string> known;
  for (const auto& [name, description] : setting.values.words()) known.push_back(name);
  if (std::find(known.begin(), known.end(), word) == known.end()) {
    const auto gone = withdrawn().find({setting.key, word});
    if (gone != withdrawn().end()) {
      reject(setting, value, gone->second + "; expected " + expected(setting));
    }
    reject(setting, value,
           "unknown word" + did_you_mean(word, known) + ", expected " + expected(setting));
  }
  return word;
}

// "~/data" as a shell would have it.
std::string at_home(const std::string& path) {
  const char* home = std::getenv("HOME");
  return home != nullptr && path.compare(0, 2, "~/") == 0 ? home + path.substr(1) : path;
}

// Writes one JSON value into whatever kind of field the setting has.
struct Assign {
  const Setting& setting;
  const Json& value;

  void operator()(bool* field) const {
    if (!value.is_boolean()) reject(setting, value, "expected " + expected(setting));
    *field = value.get<bool>();
  }
  void operator()(std::int64_t* field) const { *field = checked_integer(setting, value, value); }
  void operator()(double* field) const { *field = checked_number(setting, value, value); }
  void operator()(std::string* field) const { *field = checked_word(setting, value); }
  void operator()(std::filesystem::path* field) const {
    *field = at_home(checked_word(setting, value));
  }
  void operator()(channel::TextFile* field) const { *field = {checked_word(setting, value), ""}; }
  void operator()(std::vector<channel::TextFile>* field) const {
    list(field, [&](const Json& element) {
      if (!element.is_string()) reject(setting, value, "expected " + expected(setting));
      return channel::TextFile{element.get<std::string>(), ""};
    });
  }
  void operator()(std::vector<std::int64_t>* field) const {
    list(field, [&](const Json& element) { return checked_integer(setting, value, element); });
  }
  void operator()(std::vector<double>* field) const {
    list(field, [&](const Json& element) { return checked_number(setting, value, element); });
  }
  void operator()(std::vector<std::string>* field) const {
    list(field, [&](const Json& element) { return checked_word(setting, element); });
  }
  void operator()(channel::Point* field) const { *field = point(value); }
  void operator()(std::vector<channel::Point>* field) const {
    list(field, [&](const Json& element) { return point(element); });
  }
  void operator()(std::vector<std::vector<channel::Point>>* field) const {
    list(field, [&](const Json& element) {
      if (!element.is_array()) reject(setting, value, "expected " + expected(setting));
      std::vector<channel::Point> points;
      for (const Json& each : element) points.push_back(point(each));
      return points;
    });
  }
  void operator()(std::map<std::string, std::string>* field) const {
    if (!value.is_object()) reject(setting, value, "expected " + expected(setting));
    for (const auto& [name, entry] : value.items()) {
      if (entry.is_structured() || entry.is_null()) {
        reject(setting, value, name + " needs a number, a string or a boolean");
      }
      (*field)[name] = entry.is_string() ? entry.get<std::string>() : entry.dump();
    }
  }
  void operator()(std::map<std::string, double>* field) const {
    if (!value.is_object()) reject(setting, value, "expected " + expected(setting));
    field->clear();
    for (const auto& [name, entry] : value.items()) {
      (*field)[name] = checked_number(setting, value, entry);
    }
  }

  channel::Point point(const Json& element) const {
    if (!element.is_array() || element.size() != 2) {
      reject(setting, value, "expected " + expected(setting));
    }
    return {checked_number(setting, value, element[0]), checked_number(setting, value, element[1])};
  }

  template <typename Element, typename Convert>
  void list(std::vector<Element>* field, const Convert& convert) const {
    if (!value.is_array()) reject(setting, value, "expected " + expected(setting));
    std::vector<Element> elements;
    for (const Json& element : value) elements.push_back(convert(element));
    *field = std::move(elements);
  }
};

std::string number_text(double number) {
  std::ostringstream text;
  if (number == std::round(number) && std::abs(number) < 1e15) {
    text << static_cast<std::int64_t>(number);  // as it is to be written
    return text.str();
  }
  text.precision(12);
  text << number;
  return text.str();
}

std::string range_text(const Setting& setting) {
  if (std::isinf(setting.values.most))
    return " of " + number_text(setting.values.least) + " or more";
  return " from " + number_text(setting.values.least) + " to " + number_text(setting.values.most);
}

std::string words_text(const Setting& setting) {
  std::string text;
  for (const auto& [name, description] : setting.values.words()) {
    text += (text.empty() ? "\"" : ", \"") + name + "\"";
  }
  return text;
}

struct Expected {
  const Setting& setting;
  std::string operator()(bool*) const { return "true or false"; }
  std::string operator()(std::int64_t*) const { return "an integer" + range_text(setting); }
  std::string operator()(double*) const { return "a number" + range_text(setting); }
  std::string operator()(std::string*) const {
    return setting.values.words ? "one of " + words_text(setting) : "a string";
  }
  std::string operator()(std::filesystem::path*) const { return "a path in quotes"; }
  std::string operator()(channel::TextFile*) const { return "the name of a file"; }
  std::string operator()(std::vector<channel::TextFile>*) const {
    return "a list of names of files";
  }
  std::string operator()(std::vector<std::int64_t>*) const {
    return "a list of integers" + range_text(setting);
  }
  std::string operator()(std::vector<double>*) const {
    return "a list of numbers" + range_text(setting);
  }
  std::string operator()(std::vector<std::string>*) const {
    return setting.values.words ? "a list, each one of " + words_text(setting)
                                : std::string("a list of names in quotes");
  }
  std::string operator()(channel::Point*) const { return "a pair [x, y]"; }
  std::string operator()(std::vector<channel::Point>*) const { return "a list of [x, y] pairs"; }
  std::string operator()(std::vector<std::vector<channel::Point>>*) const {
    return "a list of lists of [x, y] pairs";
  }
  std::string operator()(std::map<std::string, std::string>*) const {
    return "a table of ns-3 attributes";
  }
  std::string operator()(std::map<std::string, double>*) const {
    return "a table of names and numbers" + range_text(setting);
  }
};

struct ToJson {
  Json operator()(const std::filesystem::path* field) const { return field->string(); }
  Json operator()(const channel::TextFile* field) const { return field->name; }
  Json operator()(const std::vector<channel::TextFile>* field) const {
    Json names = Json::array();
    for (const channel::TextFile& file : *field) names.push_back(file.name);
    return names;
  }
  template <typename T>
  Json operator()(const T* field) const {
    return *field;
  }
};

}  // namespace

learning::Options learning_options(const Settings& settings) {
  learning::Options options = settings.learning;
  const char* folder = std::getenv("GRADWAVE_DATA");
  if (options.data.folder.empty() && folder) {
    options.data.folder = folder;
    options.data.folder_is_usual = true;
  }
  options.gossip.enabled = !channel::has_server(settings.link);
  return options;
}

channel::LinkOptions link_options(const Settings& settings) {
  channel::LinkOptions options = settings.link;
  options.workers = settings.learning.training.workers;
  options.seed = settings.learning.seed;
  return options;
}

const std::vector<Setting>& settings_table() {
  static const std::vector<Setting> table = make_table();
  return table;
}

const Setting* find_setting(const std::string& key) {
  static const auto by_key = [] {
    std::map<std::string, const Setting*> all;
    for (const Setting& setting : settings_table()) all[setting.key] = &setting;
    for (const auto& [before, now] : renamed()) all[before] = all.at(now);
    return all;
  }();
  const auto found = by_key.find(key);
  return found == by_key.end() ? nullptr : found->second;
}

// Whether the setting that a condition names has such a value.
static bool is_met(const Condition& condition, const Settings& settings) {
  const Setting& other = *find_setting(condition.key);
  const std::string value = plain_text(value_of(other, settings));
  const auto& values = condition.values;
  const bool listed = std::find(values.begin(), values.end(), value) != values.end();
  return listed != condition.negated;
}

bool is_active(const Setting& setting, const Settings& settings) {
  const Condition& condition = setting.condition;
  if (condition.key.empty()) return true;
  if (!is_active(*find_setting(condition.key), settings)) return condition.if_inactive;
  return is_met(condition, settings);
}

std::string condition_text(const Setting& setting) {
  const Condition& condition = setting.condition;
  if (condition.key.empty()) return "";
  const bool is_text = value_of(*find_setting(condition.key), Settings()).is_string();
  std::string values;
  for (const std::string& value : condition.values) {
    values += (values.empty() ? "" : " or ") + (is_text ? Json(value).dump() : value);
  }
  return condition.key + (condition.negated ? " is not " : " = ") + values;
}

std::string all_conditions_text(const Setting& setting) {
  std::string text = condition_text(setting);
  for (const Setting* of = &setting; !of->condition.key.empty();) {
    of = find_setting(of->condition.key);
    if (!of->condition.key.empty() && !is_met(of->condition, Settings())) {
      text += " and " + condition_text(*of);
    }
  }
  return text;
}

void reset_inactive(Settings& settings) {
  const Settings given = settings;
  for (const Setting& setting : settings_table()) {
    if (!is_active(setting, given)) reset(setting, settings);
  }
}

std::string expected(const Setting& setting) {
  Settings any;
  return std::visit(Expected{setting}, setting.field(any));
}

void reset(const Setting& setting, Settings& settings) {
  Settings defaults;
  std::visit([&](auto* field) { *field = *std::get<decltype(field)>(setting.field(defaults)); },
             setting.field(settings));
}

void assign(const Setting& setting, Settings& settings, const Json& value) {
  std::visit(Assign{setting, value}, setting.field(settings));
}

Json value_of(const Setting& setting, const Settings& settings) {
  return std::visit(ToJson{}, setting.field(const_cast<Settings&>(settings)));
}

bool is_unset(const Json& value) { return value == 0 || value == ""; }

std::string text_for(const Settings& settings, Modules modules) {
  Json object;
  for (const Setting& setting : settings_table()) {
    if ((setting.modules & modules) != 0) object[setting.key] = value_of(setting, settings);
  }
  return object.dump();
}

std::vector<channel::TextFile*> files_of(const Setting& setting, Settings& settings) {
  std::vector<channel::TextFile*> files;
  const Field field = setting.field(settings);
  if (auto* const* one = std::get_if<channel::TextFile*>(&field)) {
    if (!(*one)->name.empty()) files.push_back(*one);
  } else if (auto* const* list = std::get_if<std::vector<channel::TextFile>*>(&field)) {
    for (channel::TextFile& file : **list) files.push_back(&file);
  }
  return files;
}

Json to_json(const Settings& settings) {
  Json object = Json::object();
  for (const Setting& setting : settings_table()) {
    object[setting.key] = value_of(setting, settings);
  }
  return object;
}

Settings from_json(const Json& object) {
  Settings settings;
  for (const auto& [key, value] : object.items()) {
    const Setting* setting = find_setting(key);
    if (!setting) throw SettingError({key}, "there is no setting \"" + key + "\"");
    assign(*setting, settings, value);
  }
  return settings;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string near = results::nearest(word, candidates);
  return near.empty() ? "" : " (did you mean \"" + near + "\"?)";
}

}  // namespace gradwave
