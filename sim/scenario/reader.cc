// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/reader.h"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

namespace gradwave {
namespace {

using Json = nlohmann::json;

const std::set<std::string> kOwnKeys = {"name", "seeds", "variant", "sweep"};

// Reads one file; holds its name so that every message can carry it.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  Place place(const toml::node& node) const {
    return {file_, node.source().begin.line, node.source().begin.column};
  }

  toml::table parse(const std::string& text) const {
    try {
      return toml::parse(text, file_);
    } catch (const toml::parse_error& error) {
      fail({file_, error.source().begin.line, error.source().begin.column},
           std::string(error.description()));
    }
  }

  Json json(const toml::node& node) const {
    if (const auto* value = node.as_boolean()) return value->get();
    if (const auto* value = node.as_integer()) return value->get();
    if (const auto* value = node.as_floating_point()) return value->get();
    if (const auto* value = node.as_string()) return value->get();
    if (const auto* array = node.as_array()) {
      Json list = Json::array();
      for (const toml::node& element : *array) list.push_back(json(element));
      return list;
    }
    if (const auto* table = node.as_table()) {
      Json object = Json::object();
      for (const auto& [key, value] : *table) object[std::string(key.str())] = json(value);
      return object;
    }
    fail(place(node), "a date or time is of no use here");
  }

  // The value of `node`, which the setting takes.
  Json checked(const Setting& setting, const toml::node& node) const {
    Settings probe;
    try {
      Json value = json(node);
      assign(setting, probe, value);
      return value;
    } catch (const SettingError& error) {
      fail(place(node), error.what());
    }
  }

  // Calls visit(setting, node) for each setting in `table`, whose keys begin with `prefix`.
  template <typename Visit>
  void settings(const toml::table& table, const std::string& prefix,
                const std::set<std::string>& skip, const Visit& visit) const {
    for (const auto& [name, node] : table) {
      if (prefix.empty() && skip.count(std::string(name.str()))) continue;
      const std::string key = prefix + std::string(name.str());
      if (const Setting* setting = find_setting(key)) {
        visit(*setting, node);
      } else if (is_group(key) && node.is_table()) {
        settings(*node.as_table(), key + ".", {}, visit);
      } else {
        fail(place(node), unknown(key, skip));
      }
    }
  }

  Layer layer(const toml::table& table, const std::set<std::string>& skip) const {
    Layer layer;
    settings(table, "", skip, [&](const Setting& setting, const toml::node& node) {
      layer.push_back({&setting, checked(setting, node), place(node)});
    });
    refuse_contradictions(layer);
    return layer;
  }

 private:
  static bool is_group(const std::string& key) {
    const auto& table = settings_table();
    return std::any_of(table.begin(), table.end(), [&](const Setting& setting) {
      return setting.key.compare(0, key.size() + 1, key + ".") == 0;
    });
  }

  static std::string unknown(const std::string& key, const std::set<std::string>& also) {
    if (is_group(key)) return "[" + key + "] is a group of settings, expected a table";
    std::vector<std::string> known(also.begin(), also.end());
    for (const Setting& setting : settings_table()) {
      const std::string group = setting.key.substr(0, setting.key.find('.'));
      if (known.empty() || known.back() != group) known.push_back(group);
    }
    for (const Setting& setting : settings_table()) known.push_back(setting.key);
    const std::string hint = did_you_mean(key, known);
    return "unknown key \"" + key + "\"" +
           (hint.empty() ? "; gradwave list settings names them all" : hint);
  }

  // Two ways of saying the same thing in one place leave open which is meant.
  static void refuse_contradictions(const Layer& layer) {
    for (const Assignment& one : layer) {
      for (const Assignment& other : layer) {
        if (&one != &other && one.setting == other.setting) {
          fail(one.place, one.setting->key + " is set twice, once by the name that it had before");
        }
        if (other.setting->key != one.setting->instead_of) continue;
        if (is_unset(one.value) || is_unset(other.value)) continue;
        if (std::tie(one.place.line, one.place.column) <
            std::tie(other.place.line, other.place.column)) {
          continue;  // the later one is at fault
        }
        fail(one.place,
             one.setting->key + " contradicts " + other.setting->key + ": set one of them");
      }
    }
  }

  std::string file_;
};

std::vector<std::int64_t> read_seeds(const Reader& reader, const toml::table& root) {
  const toml::node* node = root.get("seeds");
  if (!node) return {1};
  const std::string wanted = "seeds: expected a list of different integers of 0 or more";
  const toml::array* array = node->as_array();
  if (!array || array->empty()) fail(reader.place(*node), wanted);
  std::vector<std::int64_t> seeds;
  for (const toml::node& element : *array) {
    const auto seed = element.value_exact<std::int64_t>();
    if (!seed || *seed < 0) fail(reader.place(element), wanted);
    if (std::find(seeds.begin(), seeds.end(), *seed) != seeds.end()) {
      fail(reader.place(element), wanted + "; " + std::to_string(*seed) + " stands there twice");
    }
    seeds.push_back(*seed);
  }
  return seeds;
}

// Text that is not empty, or nothing if the key is not there.
std::optional<std::string> read_name(const Reader& reader, const toml::table& table) {
  const toml::node* node = table.get("name");
  if (!node) return std::nullopt;
  const auto text = node->value_exact<std::string>();
  if (!text || text->empty()) {
    fail(reader.place(*node), "name = " + reader.json(*node).dump() +
                                  ": expected a string of at least one character, in quotes");
  }
  return text;
}

std::vector<Variant> read_variants(const Reader& reader, const toml::table& root) {
  const toml::node* node = root.get("variant");
  if (!node) return {{"base", {}}};
  const toml::array* array = node->as_array();
  if (!array || !array->is_array_of_tables()) {
    fail(reader.place(*node), "variant: expected [[variant]] tables, each with a name");
  }
  std::vector<Variant> variants;
  for (const toml::node& element : *array) {
    const toml::table& table = *element.as_table();
    const auto name = read_name(reader, table);
    if (!name) fail(reader.place(element), "this [[variant]] needs a name");
    for (const Variant& other : variants) {
      if (other.name == *name) {
        fail(reader.place(element), "there is already a variant \"" + *name + "\"");
      }
    }
    variants.push_back({*name, reader.layer(table, {"name"})});
  }
  return variants;
}

// The same value twice would be run twice, and counted as two samples.
void refuse_twins(const Reader& reader, const Setting& setting, const toml::array& list) {
  std::vector<Json> values;
  for (const toml::node& element : list) {
    Settings settings;
    assign(setting, settings, reader.checked(setting, element));
    Json value = value_of(setting, settings);
    if (std::find(values.begin(), values.end(), value) != values.end()) {
      fail(reader.place(element), "sweep." + setting.key + ": " + value.dump() +
                                      " stands there twice; expected values "
                                      "that differ");
    }
    values.push_back(std::move(value));
  }
}

std::vector<Axis> read_sweep(const Reader& reader, const toml::table& root) {
  const toml::node* node = root.get("sweep");
  if (!node) return {};
  if (!node->is_table()) fail(reader.place(*node), "sweep: expected a table of lists");
  std::vector<Axis> axes;
  reader.settings(*node->as_table(), "", {}, [&](const Setting& setting, const toml::node& list) {
    const toml::array* array = list.as_array();
    if (!array || array->empty()) {
      fail(reader.place(list),
           "sweep." + setting.key + ": expected a list of values, each " + expected(setting));
    }
    for (const Axis& other : axes) {
      if (other.setting == &setting) {
        fail(reader.place(list),
             "sweep." + setting.key + " is set twice, once by the name that it had before");
      }
      if (other.setting->key == setting.instead_of) {
        fail(reader.place(list), "sweep." + setting.key + " contradicts sweep." +
                                     setting.instead_of + ": sweep over one of them");
      }
    }
    Axis axis{&setting, {}, reader.place(list)};
    for (const toml::node& element : *array) {
      axis.values.push_back(reader.checked(setting, element));
    }
    refuse_twins(reader, setting, *array);
    axes.push_back(std::move(axis));
  });
  return axes;
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_quoted(const std::string& text) {
  return text.size() >= 2 && text.front() == text.back() &&
         (text.front() == '"' || text.front() == '\'');
}

// Words and paths may come without their quotes, which shells take away.
bool takes_text(const Setting& setting) {
  Settings any;
  const Field field = setting.field(any);
  return std::holds_alternative<std::string*>(field) ||
         std::holds_alternative<std::filesystem::path*>(field) ||
         std::holds_alternative<channel::TextFile*>(field);
}

Layer read_override(const std::string& text) {
  const std::string source = "--set " + text;
  const Reader reader(source);
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) fail({source}, "expected group.key=value");
  const std::string key = trimmed(text.substr(0, equals));
  std::string value = trimmed(text.substr(equals + 1));
  if (kOwnKeys.count(key)) {
    fail({source}, "\"" + key + "\" is not a setting of a run: change it in the scenario file");
  }
  const Setting* setting = find_setting(key);
  if (!setting && value.compare(0, 1, "{") != 0) value = "0";  // which is not looked at
  if (!setting) return reader.layer(reader.parse(key + " = " + value), {});  // a group, or unknown
  if (takes_text(*setting) && !is_quoted(value)) value = Json(value).dump();
  toml::table table;
  try {
    table = toml::parse("value = " + value);
  } catch (const toml::parse_error&) {
    fail({source}, key + " = " + value + ": expected " + expected(*setting));
  }
  if (table.size() != 1) fail({source}, "expected one group.key=value");
  Settings probe;
  try {
    Json json = reader.json(*table.get("value"));
    assign(*setting, probe, json);
    return {{setting, std::move(json), {source}}};
  } catch (const SettingError& error) {
    fail({source}, error.what());
  }
}

}  // namespace

std::string sentence_at(const Place& place, const std::string& sentence) {
  std::string text = place.file;
  if (place.line > 0) text += ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  return text + ": " + sentence;
}

void fail(const Place& place, const std::string& sentence) {
  throw ScenarioError(sentence_at(place, sentence));
}

const Assignment* find(const Layer& layer, const Setting& setting) {
  for (const Assignment& assignment : layer) {
    const Setting& other = *assignment.setting;
    if (&other == &setting) return &assignment;
    if (other.key == setting.instead_of && !is_unset(assignment.value)) return &assignment;
  }
  return nullptr;
}

ScenarioText read_text(const std::string& text, const std::filesystem::path& file) {
  const Reader reader(file.string());
  const toml::table root = reader.parse(text);
  ScenarioText scenario;
  scenario.name = read_name(reader, root).value_or(file.stem().string());
  scenario.seeds = read_seeds(reader, root);
  scenario.base = reader.layer(root, kOwnKeys);
  scenario.variants = read_variants(reader, root);
  scenario.sweep = read_sweep(reader, root);
  return scenario;
}

Layer read_overrides(const std::vector<std::string>& overrides) {
  Layer all;
  for (const std::string& text : overrides) {
    for (Assignment& assignment : read_override(text)) {
      const Assignment* before = find(all, *assignment.setting);
      if (before && before->setting->key == assignment.setting->instead_of &&
          !is_unset(before->value) && !is_unset(assignment.value)) {
        fail(assignment.place, assignment.setting->key + " contradicts " + before->setting->key +
                                   ": set one of them");
      }
      all.push_back(std::move(assignment));
    }
  }
  return all;
}

}  // namespace gradwave
