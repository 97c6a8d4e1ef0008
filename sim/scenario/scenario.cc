// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/scenario.h"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>

#include "sim/scenario/check.h"

namespace gradwave {
namespace {

using Json = nlohmann::json;

// A place in a file, for messages.
struct Place {
  std::string file;
  toml::source_position position;

  std::string operator()(const std::string& sentence) const {
    std::ostringstream text;
    text << file;
    if (position.line > 0) text << ':' << position.line << ':' << position.column;
    text << ": " << sentence;
    return text.str();
  }
};

struct Assignment {
  const Setting* setting;
  Json value;
  Place place;
};
using Layer = std::vector<Assignment>;  // in the order of the file

struct Variant {
  std::string name;
  Layer layer;
};

struct Axis {
  const Setting* setting;
  std::vector<Json> values;
  Place place;
};

[[noreturn]] void fail(const Place& place, const std::string& sentence) {
  throw ScenarioError(place(sentence));
}

std::string fnv1a(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3u;
  std::ostringstream hex;
  hex << std::hex << hash;
  return hex.str();
}

// Reads one file; holds its name so that every message can carry it.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  Place place(const toml::node& node) const { return {file_, node.source().begin}; }
  Place whole_file() const { return {file_, {}}; }

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
      Settings probe;
      try {
        Json value = json(node);
        assign(setting, probe, value);
        layer.push_back({&setting, std::move(value), place(node)});
      } catch (const std::invalid_argument& error) {
        fail(place(node), error.what());
      }
    });
    return layer;
  }

 private:
  static bool is_group(const std::string& key) {
    for (const Setting& setting : settings_table()) {
      if (setting.key.compare(0, key.size() + 1, key + ".") == 0) return true;
    }
    return false;
  }

  static std::string unknown(const std::string& key, const std::set<std::string>& also) {
    if (is_group(key)) return "[" + key + "] is a group of settings, expected a table";
    std::vector<std::string> known(also.begin(), also.end());
    for (const Setting& setting : settings_table()) {
      known.push_back(setting.key);
      const std::string group = setting.key.substr(0, setting.key.find('.'));
      if (known.empty() || known.back() != group) known.push_back(group);
    }
    const std::string hint = did_you_mean(key, known);
    return "unknown key \"" + key + "\"" +
           (hint.empty() ? "; gradwave list settings names them all" : hint);
  }

  std::string file_;
};

const std::set<std::string> kOwnKeys = {"name", "seeds", "variant", "sweep"};

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
    for (const std::int64_t other : seeds) {
      if (other == *seed) fail(reader.place(element), wanted);
    }
    seeds.push_back(*seed);
  }
  return seeds;
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
    const auto name = table["name"].value<std::string>();
    if (!name || name->empty()) fail(reader.place(element), "this [[variant]] needs a name");
    for (const Variant& other : variants) {
      if (other.name == *name) {
        fail(reader.place(element), "there is already a variant \"" + *name + "\"");
      }
    }
    variants.push_back({*name, reader.layer(table, {"name"})});
  }
  return variants;
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
    Axis axis{&setting, {}, reader.place(list)};
    for (const toml::node& element : *array) {
      Settings probe;
      try {
        axis.values.push_back(reader.json(element));
        assign(setting, probe, axis.values.back());
      } catch (const std::invalid_argument& error) {
        fail(reader.place(element), error.what());
      }
    }
    axes.push_back(std::move(axis));
  });
  return axes;
}

// Two ways of saying the same thing in one place leave open which is meant.
void refuse_contradictions(const Layer& layer) {
  const auto find = [&](const std::string& key) -> const Assignment* {
    for (const Assignment& assignment : layer) {
      if (assignment.setting->key == key) return &assignment;
    }
    return nullptr;
  };
  const Assignment* k = find("compression.k");
  const Assignment* ratio = find("compression.ratio");
  if (k && ratio && k->value != 0) {
    fail(k->place, "compression.k contradicts compression.ratio: set one of them");
  }
}

// The settings of one run, and where each came from.
struct Layered {
  Settings settings;
  std::map<std::string, Place> places;

  void operator<<(const Assignment& assignment) {
    assign(*assignment.setting, settings, assignment.value);
    places[assignment.setting->key] = assignment.place;
  }
  void operator<<(const Layer& layer) {
    for (const Assignment& assignment : layer) *this << assignment;
  }

  // The place of the first setting that the sentence names and the file has; of two whose names
  // begin alike, the longer, which is the later one.
  Place blame(const std::string& sentence, const Place& otherwise) const {
    std::size_t first = sentence.size();
    Place place = otherwise;
    for (const auto& [key, where] : places) {
      const std::size_t at = sentence.find(key);
      if (at == std::string::npos || at > first) continue;
      first = at;
      place = where;
    }
    return place;
  }
};

bool sets(const Layer& layer, const Setting& setting) {
  return std::any_of(layer.begin(), layer.end(),
                     [&](const Assignment& assignment) { return assignment.setting == &setting; });
}

// Calls visit(indices) for each point of the cartesian product, the last axis fastest.
template <typename Visit>
void for_each_point(const std::vector<Axis>& axes, const Visit& visit) {
  std::vector<std::size_t> index(axes.size(), 0);
  while (true) {
    visit(index);
    std::size_t a = axes.size();
    while (a > 0 && ++index[a - 1] == axes[a - 1].values.size()) index[--a] = 0;
    if (a == 0) return;
  }
}

toml::table parse(const std::string& text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    fail({file, error.source().begin}, std::string(error.description()));
  }
}

// An override as TOML. Words and paths may come without their quotes, which shells take away.
std::string quoted(const std::string& override_text) {
  const std::size_t equals = override_text.find('=');
  if (equals == std::string::npos) return override_text;
  const Setting* setting = find_setting(override_text.substr(0, equals));
  const std::string value = override_text.substr(equals + 1);
  if (!setting || value.find_first_of("\"'") != std::string::npos) return override_text;
  Settings any;
  const Field field = setting->field(any);
  const bool is_text = std::holds_alternative<std::string*>(field) ||
                       std::holds_alternative<std::filesystem::path*>(field);
  return is_text ? setting->key + "='" + value + "'" : override_text;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (std::filesystem::is_directory(file) || !(text << stream.rdbuf())) {
    if (!stream || std::filesystem::is_directory(file)) {
      throw ScenarioError(file.string() + ": cannot be read as a scenario file");
    }
  }
  return text.str();
}

// The variants that `only` names, in the file's order; all, if it names none.
std::vector<Variant> chosen(const std::vector<Variant>& variants,
                            const std::vector<std::string>& only, const Reader& reader) {
  if (only.empty()) return variants;
  std::vector<std::string> names;
  std::transform(variants.begin(), variants.end(), std::back_inserter(names),
                 [](const Variant& variant) { return variant.name; });
  for (const std::string& name : only) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    fail(reader.whole_file(),
         "--variant " + name + ": there is no such variant" + did_you_mean(name, names));
  }
  std::vector<Variant> some;
  std::copy_if(variants.begin(), variants.end(), std::back_inserter(some), [&](const Variant& v) {
    return std::find(only.begin(), only.end(), v.name) != only.end();
  });
  return some;
}

}  // namespace

Scenario read_scenario(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                       const std::vector<std::string>& only) {
  Scenario scenario;
  scenario.file = file;
  scenario.text = read_file(file);
  const Reader reader(file.string());
  const toml::table root = parse(scenario.text, file.string());

  scenario.name = file.stem().string();
  if (const toml::node* name = root.get("name")) {
    const auto text = name->value_exact<std::string>();
    if (!text || text->empty()) fail(reader.place(*name), "name: expected a string");
    scenario.name = *text;
  }
  scenario.seeds = read_seeds(reader, root);
  const Layer base = reader.layer(root, kOwnKeys);
  const std::vector<Variant> variants = chosen(read_variants(reader, root), only, reader);
  const std::vector<Axis> sweep = read_sweep(reader, root);
  Layer last;
  for (const std::string& override_text : overrides) {
    const std::string source = "--set " + override_text;
    const Layer layer = Reader(source).layer(parse(quoted(override_text), source), {});
    last.insert(last.end(), layer.begin(), layer.end());
    scenario.text += "# " + source + "\n";
  }
  for (const std::string& name : only) scenario.text += "# --variant " + name + "\n";
  scenario.hash = fnv1a(scenario.text);

  refuse_contradictions(base);
  for (const Variant& variant : variants) {
    refuse_contradictions(variant.layer);
    scenario.variants.push_back(variant.name);
  }

  Check check;
  const auto add_run = [&](const std::vector<std::size_t>& index, std::int64_t seed,
                           const Variant& variant) {
    Layered run;
    run << base;
    run << variant.layer;
    run << last;
    Json parameters = Json::object();
    for (std::size_t a = 0; a < sweep.size(); ++a) {
      const Setting& setting = *sweep[a].setting;
      if (sets(variant.layer, setting) || sets(last, setting)) {
        if (index[a] > 0) return;  // pinned: one run stands for the whole axis
      } else {
        run << Assignment{&setting, sweep[a].values[index[a]], sweep[a].place};
        parameters[setting.key] = value_of(setting, run.settings);
      }
    }
    run.settings.learning.seed = static_cast<std::uint64_t>(seed);
    try {
      scenario.runs.push_back(
          {variant.name, seed, parameters.dump(), run.settings, check(run.settings)});
    } catch (const std::invalid_argument& error) {
      const std::string sentence = error.what();
      fail(run.blame(sentence, reader.whole_file()),
           sentence + (variants.size() > 1 ? " (variant \"" + variant.name + "\")" : ""));
    }
  };
  for_each_point(sweep, [&](const std::vector<std::size_t>& index) {
    for (const std::int64_t seed : scenario.seeds) {
      for (const Variant& variant : variants) add_run(index, seed, variant);
    }
  });
  return scenario;
}

std::string devices_of(const Scenario& scenario) {
  std::set<std::string> devices;
  for (const PlannedRun& run : scenario.runs) devices.insert(run.description.device);
  std::string text;
  for (const std::string& device : devices) text += (text.empty() ? "" : ", ") + device;
  return text;
}

}  // namespace gradwave
