// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/scenario.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>

#include "sim/scenario/check.h"
#include "sim/scenario/estimate.h"
#include "sim/scenario/fnv1a.h"
#include "sim/scenario/reader.h"
#include "sim/scenario/robots_file.h"

namespace gradwave {
namespace {

using Json = nlohmann::json;
using Point = std::vector<std::size_t>;  // of the sweep: a value of each axis

constexpr double kMostRuns = 1e5;

// `refuse(reason)` throws.
template <typename Refuse>
std::string read_file(const std::filesystem::path& file, const Refuse& refuse) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::none) refuse(error.message());
  if (!fs::exists(status)) refuse("there is no such file");
  if (fs::is_directory(status)) refuse("it is a folder");
  if (!fs::is_regular_file(status)) refuse("it is no plain file");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) refuse(std::strerror(errno));
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The variants that `only` names, in the file's order; all, if it names none.
std::vector<Variant> chosen(const std::vector<Variant>& variants,
                            const std::vector<std::string>& only,
                            const std::filesystem::path& file) {
  if (only.empty()) return variants;
  std::vector<std::string> names;
  std::transform(variants.begin(), variants.end(), std::back_inserter(names),
                 [](const Variant& variant) { return variant.name; });
  for (const std::string& name : only) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    fail({file.string()},
         "--variant " + name + ": there is no such variant" + did_you_mean(name, names));
  }
  std::vector<Variant> some;
  std::copy_if(variants.begin(), variants.end(), std::back_inserter(some), [&](const Variant& v) {
    return std::find(only.begin(), only.end(), v.name) != only.end();
  });
  return some;
}

// The texts of the files that a run names; `known` are those of the runs before it.
template <typename Refuse>
void read_inputs(Settings& settings, const std::filesystem::path& folder,
                 std::map<std::string, std::string>& known, const Refuse& refuse) {
  for (const Setting& setting : settings_table()) {
    for (channel::TextFile* file : files_of(setting, settings)) {
      if (known.count(file->name) == 0) {
        const std::filesystem::path path = folder / file->name;
        known[file->name] = read_file(path, [&](const std::string& reason) {
          refuse({setting.key}, setting.key + ": " + path.string() + ": " + reason);
        });
      }
      file->text = known.at(file->name);
    }
  }
}

// The settings of one run, and where each came from.
struct Layered {
  Settings settings;
  std::map<std::string, Place> places;

  void operator<<(const Assignment& assignment) {
    const Setting& setting = *assignment.setting;
    assign(setting, settings, assignment.value);
    places[setting.key] = assignment.place;
    if (setting.instead_of.empty() || is_unset(assignment.value)) return;
    reset(*find_setting(setting.instead_of), settings);
    places.erase(setting.instead_of);
  }
  void operator<<(const Layer& layer) {
    for (const Assignment& assignment : layer) *this << assignment;
  }

  // It is at its default, and at fault in nothing.
  void reset_inactive() {
    const Settings given = settings;
    for (const Setting& setting : settings_table()) {
      if (!is_active(setting, given)) places.erase(setting.key);
    }
    gradwave::reset_inactive(settings);
  }

  // The place of the first of these keys that somebody set, on the command line if one is there.
  Place blame(const std::vector<std::string>& keys, const Place& otherwise) const {
    for (const std::string& key : keys) {
      const auto place = places.find(key);
      if (place != places.end() && place->second.line == 0) return place->second;
    }
    for (const std::string& key : keys) {
      const auto place = places.find(key);
      if (place != places.end()) return place->second;
    }
    return otherwise;
  }
};

// Whether an assignment says what holds anyway.
bool is_default(const Assignment& assignment) {
  Settings settings;
  assign(*assignment.setting, settings, assignment.value);
  return value_of(*assignment.setting, settings) == value_of(*assignment.setting, Settings());
}

struct SweptRun : Layered {
  Json parameters = Json::object();  // the values swept over
};

// What a scenario's runs are made of. Layers that come later win: the file's base, the variant, the
// command line, and the sweep where none of these two sets what is swept.
struct Runs {
  const ScenarioText& text;
  const Layer& last;

  // One run; nothing if another point of the sweep stands for it, as an axis is set otherwise or
  // does not act here.
  std::optional<SweptRun> at(const Variant& variant, const Point& point) const {
    SweptRun run;
    run << text.base;
    run << variant.layer;
    run << last;
    std::vector<std::size_t> swept;
    for (std::size_t a = 0; a < text.sweep.size(); ++a) {
      const Axis& axis = text.sweep[a];
      if (find(variant.layer, *axis.setting) || find(last, *axis.setting)) {
        if (point[a] > 0) return std::nullopt;
      } else {
        run << Assignment{axis.setting, axis.values[point[a]], axis.place};
        swept.push_back(a);
      }
    }
    for (const std::size_t a : swept) {
      const Setting& setting = *text.sweep[a].setting;
      if (is_active(setting, run.settings)) {
        run.parameters[setting.key] = value_of(setting, run.settings);
      } else if (point[a] > 0) {
        return std::nullopt;
      }
    }
    return run;
  }
};

// Calls visit(point) for each point of the cartesian product over the axes that `moves` says move,
// the last one fastest.
template <typename Moves, typename Visit>
void for_each_point(const std::vector<Axis>& axes, const Moves& moves, const Visit& visit) {
  Point point(axes.size(), 0);
  while (true) {
    visit(point);
    std::size_t a = axes.size();
    while (a > 0) {
      --a;
      if (moves(axes[a]) && ++point[a] < axes[a].values.size()) break;
      point[a] = 0;
      if (a == 0) return;
    }
    if (axes.empty()) return;
  }
}

// Whether other settings act or not by the value of this one.
bool decides(const Axis& axis) {
  const auto& table = settings_table();
  return std::any_of(table.begin(), table.end(), [&](const Setting& setting) {
    return setting.condition.key == axis.setting->key;
  });
}

// What acts in some run of these: assignments, and axes that are swept over.
struct Acting {
  std::set<const Assignment*> assignments;
  std::set<const Axis*> axes;
};

Acting acting(const ScenarioText& text, const std::vector<Variant>& variants, const Layer& last) {
  Acting all;
  const Runs runs{text, last};
  for (const Variant& variant : variants) {
    for_each_point(text.sweep, decides, [&](const Point& point) {
      const std::optional<SweptRun> run = runs.at(variant, point);
      if (!run) return;
      for (const Layer* layer : {&text.base, &variant.layer, &last}) {
        for (const Assignment& assignment : *layer) {
          if (is_default(assignment) || is_active(*assignment.setting, run->settings)) {
            all.assignments.insert(&assignment);
          }
        }
      }
      for (const Axis& axis : text.sweep) {
        if (run->parameters.contains(axis.setting->key)) all.axes.insert(&axis);
      }
    });
  }
  return all;
}

// What is set and could act in no run would be believed to do something. The file is judged as it
// stands, with all its variants; what the command line changes in it is no fault of the file's. To
// say what is so by default is no fault, nor is it a variant's to set what is swept in order not to
// be.
void refuse_what_never_acts(const ScenarioText& text, const std::vector<Variant>& variants,
                            const Layer& last) {
  const auto refuse = [](const Assignment& assignment, const std::string& whose) {
    const Setting& setting = *assignment.setting;
    fail(assignment.place, setting.key + " acts only where " + all_conditions_text(setting) +
                               ", which " + whose + " has");
  };
  const Acting in_file = acting(text, text.variants, {});
  const Acting in_runs = acting(text, variants, last);
  const auto acts_somewhere = [&](const Assignment& assignment) {
    return in_file.assignments.count(&assignment) > 0 || in_runs.assignments.count(&assignment) > 0;
  };
  for (const Assignment& assignment : text.base) {
    if (!acts_somewhere(assignment)) refuse(assignment, "no run");
  }
  for (const Variant& variant : text.variants) {
    for (const Assignment& assignment : variant.layer) {
      const bool pins = std::any_of(text.sweep.begin(), text.sweep.end(), [&](const Axis& axis) {
        return find({assignment}, *axis.setting) != nullptr;
      });
      if (!pins && !acts_somewhere(assignment)) {
        refuse(assignment, "no run of variant \"" + variant.name + "\"");
      }
    }
  }
  for (const Assignment& assignment : last) {
    if (in_runs.assignments.count(&assignment) == 0) refuse(assignment, "no run");
  }
  for (const Axis& axis : text.sweep) {
    if (in_file.axes.count(&axis) > 0 || in_runs.axes.count(&axis) > 0) continue;
    const std::string condition = all_conditions_text(*axis.setting);
    fail(axis.place,
         "sweep." + axis.setting->key + " is swept over in no run: every variant sets it" +
             (condition.empty() ? ""
                                : ", or it does not act, which it does only where " + condition));
  }
}

std::string duration(double seconds) {
  char text[40];
  const double days = seconds / 86400;
  std::snprintf(text, sizeof text,
                days < 2     ? "%.0f hours"
                : days < 700 ? "%.0f days"
                             : "%.0f years",
                days < 2     ? seconds / 3600
                : days < 700 ? days
                             : days / 365.25);
  return text;
}

std::string with_commas(double number) {
  char text[64];
  std::snprintf(text, sizeof text, "%.0f", number);
  std::string digits = text;
  for (int i = static_cast<int>(digits.size()) - 3; i > 0; i -= 3) digits.insert(i, ",");
  return digits;
}

}  // namespace

Scenario read_scenario(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                       const std::vector<std::string>& only, std::int64_t more_seeds) {
  Scenario scenario;
  scenario.file = file;
  scenario.text = read_file(file, [&](const std::string& reason) {
    throw ScenarioError(file.string() + ": cannot be read as a scenario file: " + reason);
  });
  const ScenarioText text = read_text(scenario.text, file);
  const std::vector<Variant> variants = chosen(text.variants, only, file);
  const Layer last = read_overrides(overrides);
  for (const std::string& override_text : overrides) {
    scenario.text += "# --set " + override_text + "\n";
  }
  for (const std::string& name : only) scenario.text += "# --variant " + name + "\n";
  scenario.hash = fnv1a(scenario.text);
  scenario.name = text.name;
  scenario.seeds = text.seeds;
  for (const Variant& variant : variants) scenario.variants.push_back(variant.name);
  refuse_what_never_acts(text, variants, last);

  const Runs runs{text, last};
  Check check;
  const auto add_run = [&](const Point& point, std::int64_t seed, const Variant& variant,
                           std::int64_t added = 0) {
    std::optional<SweptRun> run = runs.at(variant, point);
    if (!run) return;
    run->reset_inactive();
    run->settings.learning.seed = static_cast<std::uint64_t>(seed);
    const auto place_of = [&](std::vector<std::string> keys) {
      if (!run->settings.robots.name.empty()) keys.emplace_back("team.robots");  // it may say so
      return run->blame(keys, {file.string()});
    };
    const auto refuse = [&](const std::vector<std::string>& keys, const std::string& sentence) {
      fail(place_of(keys),
           sentence + (variants.size() > 1 ? " (variant \"" + variant.name + "\")" : ""));
    };
    read_inputs(run->settings, file.parent_path(), scenario.inputs, refuse);
    try {
      take_robots_file(run->settings);
      scenario.runs.push_back(
          {variant.name, seed, run->parameters.dump(), run->settings, check(run->settings), added});
    } catch (const learning::OptionError& error) {
      refuse(error.keys, error.what());
    } catch (const channel::OptionError& error) {
      refuse(error.keys, error.what());
    } catch (const SettingError& error) {
      refuse(error.keys, error.what());
    } catch (const std::invalid_argument& error) {
      refuse({}, error.what());
    }
    try {
      check.reach(run->settings);
    } catch (const channel::OptionError& error) {
      scenario.out_of_reach.push_back(sentence_at(place_of(error.keys), error.what()));
    }
  };

  double count = static_cast<double>(text.seeds.size() * variants.size());
  for (const Axis& axis : text.sweep) count *= static_cast<double>(axis.values.size());
  if (count > kMostRuns) {
    add_run(Point(text.sweep.size(), 0), text.seeds.front(), variants.front());
    const double each_s =
        estimate(scenario.runs.front().settings, scenario.runs.front().description).cost.host_s();
    fail(text.sweep.empty() ? Place{file.string()} : text.sweep.front().place,
         "sweep x seeds x variants are " + with_commas(count) + " runs, of which the first would " +
             "take about " + with_commas(std::max(1.0, each_s)) +
             " s: " + duration(count * each_s) + " in all, one at a time; expected at most " +
             with_commas(kMostRuns));
  }
  for_each_point(
      text.sweep, [](const Axis&) { return true; },
      [&](const Point& point) {
        for (const std::int64_t seed : text.seeds) {
          for (const Variant& variant : variants) add_run(point, seed, variant);
        }
      });
  for (std::int64_t added = 1; added <= more_seeds; ++added) {
    const std::int64_t seed = *std::max_element(text.seeds.begin(), text.seeds.end()) + added;
    scenario.seeds.push_back(seed);
    for_each_point(
        text.sweep, [](const Axis&) { return true; },
        [&](const Point& point) {
          for (const Variant& variant : variants) add_run(point, seed, variant, added);
        });
  }
  scenario.notes = check.notes();
  return scenario;
}

void require_reach(const Scenario& scenario) {
  if (scenario.out_of_reach.empty()) return;
  const std::size_t others = scenario.out_of_reach.size() - 1;
  throw ScenarioError(scenario.out_of_reach.front() +
                      (others == 0 ? "" : "; and in " + std::to_string(others) + " more networks"));
}

std::string devices_of(const Scenario& scenario) {
  std::set<std::string> devices;
  for (const PlannedRun& run : scenario.runs) devices.insert(run.description.device);
  std::string text;
  for (const std::string& device : devices) text += (text.empty() ? "" : ", ") + device;
  return text;
}

}  // namespace gradwave
