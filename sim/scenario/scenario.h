// SPDX-License-Identifier: GPL-2.0-only
// A scenario file (TOML): one experiment.
//
//   name = "..."                     the experiment's name; the file's name without it
//   seeds = [1, 2, 3]
//   [group] key = value              base settings (settings.h)
//   [[variant]] name = "...", ...    each overrides any setting
//   [sweep] group.key = [a, b]       cartesian product over these settings
//
// Runs = sweep x seeds x variants, in this order, so that the runs of a pair stand side by side. A
// variant that sets a swept setting itself, or in which it does not act, is not swept over it: one
// run stands for all values. What is set and could act in no run is refused; what does not act in a
// run is at its default there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "learning/description.h"
#include "sim/scenario/settings/settings.h"

namespace gradwave {

// what() reads "file:line:column: sentence".
struct ScenarioError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct PlannedRun {
  std::string variant;
  std::int64_t seed = 0;
  std::string parameters = "{}";  // JSON object of the values swept over
  Settings settings;              // with the seed filled in
  learning::Description description;
  std::int64_t added = 0;  // 0: of the file's seeds; else of the so-manieth beyond them
};

struct Scenario {
  std::filesystem::path file;
  std::string name;
  std::string text;  // as it was read, and the overrides as comments below it
  std::string hash;  // of the text, 64-bit FNV-1a in hex
  std::vector<std::string> variants;
  std::vector<std::int64_t> seeds;
  std::vector<PlannedRun> runs;
  std::map<std::string, std::string> inputs;  // texts of the files that it names
  std::vector<std::string> notes;             // what is allowed, and may surprise: sentences
  // "file:line:column: sentence" for each network some of whose robots could not connect. A
  // scenario that has any can be looked at and not be run: require_reach().
  std::vector<std::string> out_of_reach;
};

// `overrides` are "group.key=value" with a TOML value, and win over the whole file. Files that
// it names are beside it, or have a whole path. Everything that can be known without running is
// checked: TOML, keys, types, ranges, words, contradictions, data
// files, model against compression, link. `more_seeds` follow upon the greatest of the file's, and
// their runs upon all others. If `only` names variants, the others are left out. Throws
// ScenarioError for the first thing that is wrong.
Scenario read_scenario(const std::filesystem::path& file,
                       const std::vector<std::string>& overrides = {},
                       const std::vector<std::string>& only = {}, std::int64_t more_seeds = 0);

// Throws ScenarioError if there are robots that could not connect.
void require_reach(const Scenario& scenario);

// What the runs learn on, "cpu" or "cpu, cuda:0".
std::string devices_of(const Scenario& scenario);

}  // namespace gradwave
