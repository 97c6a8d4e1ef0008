// SPDX-License-Identifier: GPL-2.0-only
#include "results/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <tuple>
#include <utility>

#include "results/database.h"
#include "results/nearest.h"
#include "results/query.h"

namespace gradwave::results {
namespace {

struct Reached {
  double time_s, bits, rounds;
};

// One run, as far as it got.
struct RunResult {
  std::string variant, parameters, status;
  std::int64_t seed = 0;
  std::optional<double> accuracy;  // of the last evaluation
  double best_accuracy = 0;
  std::optional<Reached> reached;  // the target
};

std::string quoted(const std::string& text) {
  std::string sql = "'";
  for (const char c : text) sql += c == '\'' ? std::string("''") : std::string(1, c);
  return sql + "'";
}

double real(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return std::get<double>(value);
}

std::optional<double> optional_real(const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
  return real(value);
}

// An experiment's number, or its name: the latest that is called so.
std::pair<std::int64_t, std::string> find_experiment(const std::filesystem::path& file,
                                                     const std::string& experiment) {
  const bool is_number =
      !experiment.empty() && experiment.find_first_not_of("0123456789") == std::string::npos;
  const std::string condition = experiment.empty() ? "1"
                                : is_number        ? "id = " + experiment
                                                   : "name = " + quoted(experiment);
  const Table found = query(
      file, "SELECT id, name FROM experiments WHERE " + condition + " ORDER BY id DESC LIMIT 1");
  if (!found.rows.empty()) {
    return {std::get<std::int64_t>(found.rows[0][0]), std::get<std::string>(found.rows[0][1])};
  }
  if (experiment.empty()) throw DatabaseError(file.string() + ": holds no experiment yet");
  std::vector<std::string> names;
  for (const auto& row : query(file, "SELECT DISTINCT name FROM experiments").rows) {
    names.push_back(std::get<std::string>(row[0]));
  }
  const std::string near = nearest(experiment, names);
  throw DatabaseError(file.string() + ": holds no experiment \"" + experiment + "\"" +
                      (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
}

// In the order in which the scenario has them.
std::vector<RunResult> load_runs(const std::filesystem::path& file, std::int64_t experiment_id) {
  const Table table =
      query(file,
            "SELECT variant, parameters, status, seed, accuracy, coalesce(best_accuracy, 0) "
            "FROM run_summary WHERE experiment_id = " +
                std::to_string(experiment_id) + " ORDER BY run_id");
  std::vector<RunResult> runs;
  for (const auto& row : table.rows) {
    RunResult run;
    run.variant = std::get<std::string>(row[0]);
    run.parameters = std::get<std::string>(row[1]);
    run.status = std::get<std::string>(row[2]);
    run.seed = std::get<std::int64_t>(row[3]);
    run.accuracy = optional_real(row[4]);
    run.best_accuracy = real(row[5]);
    runs.push_back(run);
  }
  return runs;
}

void find_reached(const std::filesystem::path& file, std::int64_t experiment_id, double target,
                  std::vector<RunResult>& runs) {
  char number[40];
  std::snprintf(number, sizeof number, "%.17g", target);
  const Table table = query(
      file,
      "SELECT time_s, bits, progress.round FROM runs LEFT JOIN (SELECT run_id, min(round) AS "
      "round FROM evaluations WHERE accuracy >= " +
          std::string(number) +
          " GROUP BY run_id) AS first ON first.run_id = runs.id LEFT JOIN progress ON "
          "progress.run_id = runs.id AND progress.round = first.round WHERE experiment_id = " +
          std::to_string(experiment_id) + " ORDER BY runs.id");
  for (std::size_t i = 0; i < runs.size() && i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    if (!std::holds_alternative<std::monostate>(row[0])) {
      runs[i].reached = Reached{real(row[0]), real(row[1]), real(row[2])};
    }
  }
}

// The highest target in whole percent that all complete runs reached, or if there is none, half.
double choose_target(const std::vector<RunResult>& runs) {
  std::vector<double> best;
  for (const RunResult& run : runs) {
    if (run.status == "complete") best.push_back(run.best_accuracy);
  }
  if (best.empty()) return 0.5;
  std::sort(best.begin(), best.end());
  for (const double value : {best.front(), best[best.size() / 2]}) {
    const double percent = std::floor(value * 100 + 1e-9);
    if (percent >= 1) return percent / 100;
  }
  return 0.01;
}

// The runs of one variant at one point of the sweep, and the first variant's with the same seeds.
CompareRow compare_runs(const std::vector<const RunResult*>& runs,
                        const std::map<std::int64_t, const RunResult*>& reference, bool is_first) {
  CompareRow row;
  row.parameters = runs.front()->parameters;
  row.variant = runs.front()->variant;
  row.runs = static_cast<int>(runs.size());
  std::vector<double> accuracy, time, bits, rounds, more_accuracy, more_time, more_bits;
  for (const RunResult* run : runs) {
    if (run->status == "failed" || run->status == "interrupted" || run->status == "diverged") {
      ++row.failed;
    }
    if (run->status == "complete" && run->accuracy) accuracy.push_back(*run->accuracy);
    if (run->reached) {
      ++row.reached;
      time.push_back(run->reached->time_s);
      bits.push_back(run->reached->bits);
      rounds.push_back(run->reached->rounds);
    } else if (run->status != "running") {
      ++row.censored;
    }
    const auto other = reference.find(run->seed);
    if (is_first || other == reference.end()) continue;
    const RunResult& first = *other->second;
    if (run->status == "complete" && first.status == "complete" && run->accuracy &&
        first.accuracy) {
      more_accuracy.push_back(*run->accuracy - *first.accuracy);
    }
    if (run->reached && first.reached) {
      more_time.push_back(run->reached->time_s - first.reached->time_s);
      more_bits.push_back(run->reached->bits - first.reached->bits);
    }
  }
  row.final_accuracy = student_interval(accuracy);
  row.time_s = student_interval(time);
  row.bits = student_interval(bits);
  row.rounds = student_interval(rounds);
  row.accuracy_difference = student_interval(more_accuracy);
  row.time_difference_s = student_interval(more_time);
  row.bits_difference = student_interval(more_bits);
  return row;
}

}  // namespace

Comparison compare(const std::filesystem::path& file, const std::string& experiment,
                   std::optional<double> target) {
  Comparison comparison;
  std::tie(comparison.experiment_id, comparison.experiment) = find_experiment(file, experiment);
  std::vector<RunResult> runs = load_runs(file, comparison.experiment_id);
  comparison.target_given = target.has_value();
  comparison.target = target ? *target : choose_target(runs);
  find_reached(file, comparison.experiment_id, comparison.target, runs);
  if (runs.empty()) return comparison;

  const std::string first_variant = runs.front().variant;
  std::vector<std::pair<std::string, std::string>> order;  // parameters, variant
  std::map<std::pair<std::string, std::string>, std::vector<const RunResult*>> groups;
  std::map<std::string, std::map<std::int64_t, const RunResult*>>
      references;  // by parameters, seed
  std::map<std::string, std::size_t> place_of_parameters;
  for (const RunResult& run : runs) {
    place_of_parameters.emplace(run.parameters, place_of_parameters.size());
    auto& group = groups[{run.parameters, run.variant}];
    if (group.empty()) order.emplace_back(run.parameters, run.variant);
    group.push_back(&run);
    if (run.variant == first_variant) references[run.parameters][run.seed] = &run;
  }
  std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return place_of_parameters[a.first] < place_of_parameters[b.first];
  });
  for (const auto& key : order) {
    comparison.rows.push_back(
        compare_runs(groups[key], references[key.first], key.second == first_variant));
  }
  return comparison;
}

}  // namespace gradwave::results
