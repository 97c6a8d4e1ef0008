// SPDX-License-Identifier: GPL-2.0-only
// A scenario file as it stands, before its runs are worked out: layers of assignments, each with
// its place in the file or on the command line. Only for scenario.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace gradwave {

// A place in a file, for messages; line 0: the file as a whole.
struct Place {
  std::string file;
  unsigned line = 0, column = 0;
};

// "file:line:column: sentence", without line and column where they are 0.
std::string sentence_at(const Place& place, const std::string& sentence);

// Throws ScenarioError with that.
[[noreturn]] void fail(const Place& place, const std::string& sentence);

struct Assignment {
  const Setting* setting;
  nlohmann::json value;
  Place place;
};
using Layer = std::vector<Assignment>;  // of a table, sorted by their keys

// The assignment to this setting, or one that says the same by another key; null if there is none.
const Assignment* find(const Layer& layer, const Setting& setting);

struct Variant {
  std::string name;
  Layer layer;
};

struct Axis {  // of the sweep
  const Setting* setting;
  std::vector<nlohmann::json> values;  // no two of which are the same
  Place place;
};

struct ScenarioText {
  std::string name;
  std::vector<std::int64_t> seeds;
  Layer base;
  std::vector<Variant> variants;  // at least one
  std::vector<Axis> sweep;
};

// Checks TOML, keys, types, ranges, words, and what contradicts itself within a layer. Throws
// ScenarioError.
ScenarioText read_text(const std::string& text, const std::filesystem::path& file);

// Of "group.key=value" each, with a TOML value or a word or path without quotes.
Layer read_overrides(const std::vector<std::string>& overrides);

}  // namespace gradwave
