// SPDX-License-Identifier: GPL-2.0-only
// What both programs of the command line have: `gradwave`, which asks results questions and is
// there at once, and `gradwave-engine`, which has LibTorch and ns-3 with it and does all that needs
// them. Header of CLI11; only for sim/front/ and sim/cli/.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gradwave {

// A number as a whole word: CLI11 would leave a remainder unread.
template <class Number>
std::optional<Number> number_of(const std::string& text) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

// What CLI11 asks of an option's text: "" or what is wrong with it.
std::string check_database(const std::string& text);
std::string check_target(const std::string& text);
std::string check_not_empty(const std::string& text);

// The application without verbs.
void introduce(CLI::App& app);

// query, compare, fingerprint, merge.
struct ResultsVerbs {
  std::string database = "results.sqlite";
  std::string sql, format = "table", experiment;
  std::optional<double> target;
  std::vector<std::filesystem::path> files;
};
void add_database(CLI::App& verb, std::string& database);
void add_target(CLI::App& verb, std::optional<double>& target);
void add_results_verbs(CLI::App& app, ResultsVerbs& values);

// Parses and does what is asked; returns the exit code, `code` if nothing was wrong. `said` may say
// what an exception is in its own words.
int run_app(CLI::App& app, int argc, char** argv, const int& code,
            const std::function<bool(const std::exception&)>& said = {});

// Around everything that a main() does: standard streams that are open, output that arrived.
int with_streams(const std::function<int()>& work);

}  // namespace gradwave
