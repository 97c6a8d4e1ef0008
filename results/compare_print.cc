// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "results/aligned.h"
#include "results/compare.h"

namespace gradwave::results {
namespace {

// How a column shows its numbers: value / unit with so many digits after the point.
struct Format {
  double unit = 1;
  int digits = 0;
};

std::string number(double value, const Format& format, bool with_sign = false) {
  char text[64];
  std::snprintf(text, sizeof text, with_sign ? "%+.*f" : "%.*f", format.digits,
                value / format.unit);
  return text;
}

// "93.31 ± 0.20", and "(2)" behind it if fewer than `expected` values were there.
std::string text_of(const Interval& interval, const Format& format, int expected,
                    bool with_sign = false) {
  if (interval.n == 0) return "-";
  std::string text = number(interval.mean, format, with_sign);
  if (interval.half_width) text += " ± " + number(*interval.half_width, format);
  if (interval.n < expected) text += " (" + std::to_string(interval.n) + ")";
  return text;
}

// So that the smallest mean of a column has three digits that count.
Format format_for(const std::vector<CompareRow>& rows, Interval CompareRow::*column, double unit) {
  double smallest = std::numeric_limits<double>::infinity();
  for (const CompareRow& row : rows) {
    const double mean = (row.*column).mean / unit;
    if (mean > 0) smallest = std::min(smallest, mean);
  }
  const int digits =
      std::isfinite(smallest) ? 2 - static_cast<int>(std::floor(std::log10(smallest))) : 1;
  return {unit, std::clamp(digits, 0, 4)};
}

// "wifi.channel_width_mhz = 20, wifi.fading = "rayleigh""
std::string title(const std::string& parameters) {
  std::ostringstream text;
  const auto object = nlohmann::json::parse(parameters);
  for (const auto& [key, value] : object.items()) {
    text << (text.tellp() > 0 ? ", " : "") << key << " = ";
    if (value.is_number()) {
      text << value.get<double>();  // 20, and not 20.0
    } else {
      text << value;
    }
  }
  return text.str();
}

std::string reached_text(const CompareRow& row) {
  std::string text = std::to_string(row.reached) + " of " + std::to_string(row.runs);
  if (row.failed > 0) text += ", " + std::to_string(row.failed) + " failed";
  return text;
}

const std::vector<std::string> kHead = {"variant", "accuracy %", "reached",  "time s", "Mbit",
                                        "rounds",  "Δ accuracy", "Δ time s", "Δ Mbit"};

std::vector<std::vector<std::string>> cells_of(const std::vector<CompareRow>& rows) {
  const Format percent = {0.01, 2}, whole = {1, 0};
  const Format seconds = format_for(rows, &CompareRow::time_s, 1);
  const Format megabits = format_for(rows, &CompareRow::bits, 1e6);
  std::vector<std::vector<std::string>> cells;
  cells.reserve(rows.size());
  for (const CompareRow& row : rows) {
    cells.push_back({row.variant, text_of(row.final_accuracy, percent, row.runs), reached_text(row),
                     text_of(row.time_s, seconds, row.reached),
                     text_of(row.bits, megabits, row.reached),
                     text_of(row.rounds, whole, row.reached),
                     text_of(row.accuracy_difference, percent, row.runs, true),
                     text_of(row.time_difference_s, seconds, row.runs, true),
                     text_of(row.bits_difference, megabits, row.runs, true)});
  }
  return cells;
}

constexpr const char* kMethod = R"(
accuracy: at the end of complete runs. time, Mbit (payload, up and down) and rounds: to the target,
over the runs that reached it. Δ: to the first variant, paired by seed; (n): only n pairs or runs
have a value. ±: 95 % interval of the mean, Student's t. failed: also interrupted and diverged runs.
)";

// Where workers have models of their own, their mean is nobody's.
void print_worst(const std::vector<CompareRow>& rows, std::ostream& out) {
  const char* begin =
      "\nWithout a server accuracy is that of the mean of the workers' models; the worst worker's "
      "own "
      "at\nthe end, %: ";
  for (const CompareRow& row : rows) {
    if (row.worst_accuracy.n == 0) continue;
    out << begin << row.variant << ' ' << text_of(row.worst_accuracy, {0.01, 2}, row.runs);
    begin = "; ";
  }
  if (*begin == ';') out << '\n';
}

void print_sampled(const std::vector<CompareRow>& rows, std::ostream& out) {
  double largest = 0;
  for (const CompareRow& row : rows) {
    if (row.time_s.mean > 0) largest = std::max(largest, row.time_error_s / row.time_s.mean);
  }
  if (largest == 0) return;
  out << "Rounds were drawn (network.fidelity = \"sampled\"): ± of times has what that may add, up "
         "to "
      << number(largest, {0.01, 1}) << " %.\n";
}

}  // namespace

void print(const Comparison& comparison, std::ostream& out) {
  out << "experiment " << comparison.experiment_id << ", " << comparison.experiment << "; target "
      << number(100 * comparison.target, {1, 2}) << " %";
  if (!comparison.target_choice.empty()) out << " (" << comparison.target_choice << ")";
  out << "\n\n";
  if (comparison.rows.empty()) {
    out << "no run has been started\n";
    return;
  }
  const auto lines = cells_of(comparison.rows);
  std::vector<Column> columns(kHead.size(), Column{true});
  columns[0].right = false;
  widen(columns, kHead);
  for (const auto& line : lines) widen(columns, line);

  print_aligned(columns, kHead, out);
  std::string point = "{}";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (comparison.rows[i].parameters != point) {
      point = comparison.rows[i].parameters;
      out << '\n' << title(point) << '\n';
    }
    print_aligned(columns, lines[i], out);
  }
  out << kMethod;
  print_sampled(comparison.rows, out);
  print_worst(comparison.rows, out);
}

}  // namespace gradwave::results
