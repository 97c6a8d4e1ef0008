// SPDX-License-Identifier: GPL-2.0-only
// The verbs of the command line, each a function that prints and returns an exit code: 0 done, 1
// something failed, standard output included, 2 bad input (nothing was stored), 128 and a signal's
// number where that interrupted it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "sim/campaign/campaign.h"
#include "sim/campaign/looks.h"

namespace gradwave {

struct RunCommand {
  std::vector<std::filesystem::path> scenarios;
  std::vector<std::string> overrides;
  std::vector<std::string> variants;  // empty: all
  std::filesystem::path database = "results.sqlite";
  int jobs = 0;  // 0: as many as there are processors
  std::optional<double> target;
  Shard shard;
  bool retry_failed = false;         // runs that failed, too
  bool again = false;                // a new experiment, whatever is there
  bool retrain = false;              // repeats no run's learning
  std::filesystem::path learned_in;  // other results; empty: none
  std::optional<Precision> until;    // seeds are added until the differences are that narrow
  std::int64_t most_seeds = 30;
};
int run(const RunCommand& command, std::ostream& out, std::ostream& err);

// What would run: runs, d, k_t, bytes, and what that would cost, after what runs in `results` have,
// if there are any. Goes on after a bad file.
int validate(const std::vector<std::filesystem::path>& scenarios,
             const std::vector<std::string>& overrides, const std::vector<std::string>& variants,
             const std::filesystem::path& results, std::ostream& out, std::ostream& err);

// Draws the first network of a scenario, as an SVG file. Throws ScenarioError for bad input.
int draw_map(const std::filesystem::path& scenario, const std::vector<std::string>& overrides,
             const std::vector<std::string>& variants, const std::filesystem::path& picture,
             std::ostream& err);

// All words of one kind, or of every kind if `what` is empty.
int list(const std::string& what, std::ostream& out, std::ostream& err);

// A stored run as a scenario of its own.
int show(const std::filesystem::path& database, std::int64_t run_id, std::ostream& out);

// Does a stored run once more, from its row alone, into another results file (empty: one that is
// not kept), and compares their rows.
int rerun(const std::filesystem::path& database, std::int64_t run_id,
          const std::filesystem::path& into, std::ostream& out, std::ostream& err);

// argv as main() has it.
int command_line(int argc, char** argv);

}  // namespace gradwave
