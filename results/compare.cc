// SPDX-License-Identifier: GPL-2.0-only
#include "results/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "results/database.h"
#include "results/nearest.h"
#include "results/query.h"

namespace gradwave::results {
namespace {

// What it had cost when the target was first reached.
struct Cost {
  double time_s, bits, rounds;
  double time_error_s;  // of time_s, by drawing rounds instead of simulating them
};

// One run, as far as it got.
struct Outcome {
  std::string variant;
  nlohmann::json parameters;
  std::string status;
  std::int64_t seed = 0;
  std::optional<double> accuracy;        // of the last evaluation of a complete run
  std::optional<double> worst_accuracy;  // of a worker's own model then, without a server
  std::optional<Cost> reached;
};

using Outcomes = std::vector<const Outcome*>;

double real(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return std::get<double>(value);
}

bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }

std::string quoted(const std::string& text) {
  std::string sql = "'";
  for (const char c : text) sql += c == '\'' ? std::string("''") : std::string(1, c);
  return sql + "'";
}

// An experiment's number, or its name: the latest that is called so.
std::pair<std::int64_t, std::string> find_experiment(const std::filesystem::path& file,
                                                     const std::string& experiment) {
  const std::string condition =
      experiment.empty()
          ? "1"
          : "name = " + quoted(experiment) + " OR CAST(id AS TEXT) = " + quoted(experiment);
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

int percent(double accuracy) { return static_cast<int>(std::floor(100 * accuracy + 1e-9)); }

std::vector<int> percents(const std::filesystem::path& file, const std::string& sql) {
  std::vector<int> all;
  for (const auto& row : query(file, sql).rows) all.push_back(percent(real(row[0])));
  std::sort(all.begin(), all.end());
  return all;
}

// Fills in the target, in whole percent, and why it is this one.
void choose_target(const std::filesystem::path& file, Comparison& comparison) {
  const std::string experiment =
      " FROM runs JOIN evaluations ON run_id = id WHERE experiment_id = " +
      std::to_string(comparison.experiment_id);
  const std::vector<int> best = percents(file, "SELECT coalesce(max(accuracy), 0)" + experiment +
                                                   " AND status = 'complete' GROUP BY id");
  const std::vector<int> initial =
      percents(file, "SELECT accuracy" + experiment + " AND round = 0 AND accuracy IS NOT NULL");
  // What the initial weights reach of themselves costs nobody anything.
  const int least = initial.empty() ? 1 : initial.back() + 1;
  const std::string not_all = "; not all got above the initial weights";

  int chosen = std::max(50, least);
  if (best.empty()) {
    comparison.target_choice = "no run is complete";
  } else if (best.front() >= least) {
    chosen = best.front();
    comparison.target_choice = "the highest that every complete run reached";
  } else if (best[best.size() / 2] >= least) {
    chosen = best[best.size() / 2];
    comparison.target_choice = "the highest that half of the complete runs reached" + not_all;
  } else if (best.back() >= least) {
    chosen = best.back();
    comparison.target_choice = "the highest that a complete run reached" + not_all;
  } else {
    chosen = least;
    comparison.target_choice = "no complete run got above the initial weights";
  }
  comparison.target = std::min(chosen, 100) / 100.0;
}

// In the order in which the scenario has them.
std::vector<Outcome> load_outcomes(const std::filesystem::path& file,
                                   const Comparison& comparison) {
  char target[40];
  std::snprintf(target, sizeof target, "%.17g", comparison.target);
  const Table table = query(
      file,
      "SELECT variant, parameters, status, seed, "
      "  (SELECT accuracy FROM evaluations WHERE run_id = id ORDER BY round DESC LIMIT 1), "
      "  time_s, uplink_bits + downlink_bits, round, "
      "  (SELECT worst_worker_accuracy FROM evaluations WHERE run_id = id ORDER BY round DESC "
      "   LIMIT 1), coalesce(time_error_s, 0.0) "
      "FROM runs LEFT JOIN evaluations ON run_id = id AND round = "
      "  (SELECT min(round) FROM evaluations WHERE run_id = id AND accuracy >= " +
          std::string(target) +
          ") WHERE experiment_id = " + std::to_string(comparison.experiment_id) + " ORDER BY id");
  std::vector<Outcome> outcomes;
  for (const auto& row : table.rows) {
    Outcome outcome;
    outcome.variant = std::get<std::string>(row[0]);
    outcome.parameters = nlohmann::json::parse(std::get<std::string>(row[1]));
    outcome.status = std::get<std::string>(row[2]);
    outcome.seed = std::get<std::int64_t>(row[3]);
    const bool complete = outcome.status == "complete";
    if (complete && !is_null(row[4])) outcome.accuracy = real(row[4]);
    if (complete && !is_null(row[8])) outcome.worst_accuracy = real(row[8]);
    if (!is_null(row[7]))
      outcome.reached = Cost{real(row[5]), real(row[6]), real(row[7]), real(row[9])};
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

// Whether a run with the parameters `part` belongs to the point `whole` of the sweep: a variant
// that sets a swept value itself has it not among its parameters, and belongs to all its points.
bool belongs(const nlohmann::json& part, const nlohmann::json& whole) {
  for (const auto& [key, value] : part.items()) {
    const auto same = whole.find(key);
    if (same == whole.end() || *same != value) return false;
  }
  return true;
}

// The points of the sweep, in order.
std::vector<nlohmann::json> points_of(const std::vector<Outcome>& outcomes) {
  std::vector<nlohmann::json> all;
  for (const Outcome& outcome : outcomes) {
    if (std::find(all.begin(), all.end(), outcome.parameters) == all.end()) {
      all.push_back(outcome.parameters);
    }
  }
  std::vector<nlohmann::json> points;
  std::copy_if(all.begin(), all.end(), std::back_inserter(points), [&](const auto& point) {
    return std::none_of(all.begin(), all.end(),
                        [&](const auto& other) { return other != point && belongs(point, other); });
  });
  return points;
}

bool ended_badly(const Outcome& outcome) {
  return outcome.status != "complete" && outcome.status != "running";
}

// What runs were drawn from may be the same: errors do not cancel in their mean.
double mean_error_s(const Outcomes& runs) {
  double sum = 0, count = 0;
  for (const Outcome* run : runs) {
    if (!run->reached) continue;
    sum += run->reached->time_error_s;
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

void widen(Interval& interval, double error) {
  if (interval.half_width) interval.half_width = std::hypot(*interval.half_width, error);
}

CompareRow summarise(const Outcomes& runs, double confidence) {
  CompareRow row;
  row.variant = runs.front()->variant;
  row.runs = static_cast<int>(runs.size());
  std::vector<double> accuracy, worst, time_s, bits, rounds;
  for (const Outcome* run : runs) {
    row.failed += ended_badly(*run) ? 1 : 0;
    row.reached += run->reached ? 1 : 0;
    row.censored += !run->reached && run->status != "running" ? 1 : 0;
    if (run->accuracy) accuracy.push_back(*run->accuracy);
    if (run->worst_accuracy) worst.push_back(*run->worst_accuracy);
    if (!run->reached) continue;
    time_s.push_back(run->reached->time_s);
    bits.push_back(run->reached->bits);
    rounds.push_back(run->reached->rounds);
  }
  row.final_accuracy = student_interval(accuracy, confidence);
  row.worst_accuracy = student_interval(worst, confidence);
  row.time_s = student_interval(time_s, confidence);
  row.time_error_s = mean_error_s(runs);
  widen(row.time_s, row.time_error_s);
  row.bits = student_interval(bits, confidence);
  row.rounds = student_interval(rounds, confidence);
  return row;
}

// Fills in the differences to the runs of the first variant that have the same seeds.
void pair_up(const Outcomes& runs, const Outcomes& first, double confidence, CompareRow& row) {
  std::map<std::int64_t, const Outcome*> by_seed;
  for (const Outcome* run : first) by_seed[run->seed] = run;
  std::vector<double> accuracy, time_s, bits;
  for (const Outcome* run : runs) {
    const auto partner = by_seed.find(run->seed);
    if (partner == by_seed.end()) continue;
    const Outcome& other = *partner->second;
    if (run->accuracy && other.accuracy) accuracy.push_back(*run->accuracy - *other.accuracy);
    if (!run->reached || !other.reached) continue;
    time_s.push_back(run->reached->time_s - other.reached->time_s);
    bits.push_back(run->reached->bits - other.reached->bits);
  }
  row.accuracy_difference = student_interval(accuracy, confidence);
  row.time_difference_s = student_interval(time_s, confidence);
  widen(row.time_difference_s, std::hypot(row.time_error_s, mean_error_s(first)));
  row.bits_difference = student_interval(bits, confidence);
}

}  // namespace

Comparison compare(const std::filesystem::path& file, const std::string& experiment,
                   std::optional<double> target, double confidence) {
  Comparison comparison;
  std::tie(comparison.experiment_id, comparison.experiment) = find_experiment(file, experiment);
  if (target) {
    comparison.target = *target;
  } else {
    choose_target(file, comparison);
  }
  const std::vector<Outcome> outcomes = load_outcomes(file, comparison);

  std::vector<std::string> variants;
  for (const Outcome& run : outcomes) {
    if (std::find(variants.begin(), variants.end(), run.variant) == variants.end()) {
      variants.push_back(run.variant);
    }
  }
  for (const nlohmann::json& point : points_of(outcomes)) {
    Outcomes first;
    for (const std::string& variant : variants) {
      Outcomes runs;
      for (const Outcome& run : outcomes) {
        if (run.variant == variant && belongs(run.parameters, point)) runs.push_back(&run);
      }
      if (runs.empty()) continue;
      CompareRow row = summarise(runs, confidence);
      row.parameters = point.dump();
      if (variant == variants.front()) {
        first = runs;
      } else {
        pair_up(runs, first, confidence, row);
      }
      comparison.rows.push_back(std::move(row));
    }
  }
  return comparison;
}

}  // namespace gradwave::results
