// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>

#include "results/compare.h"

namespace gradwave::results {
namespace {

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// "93.31 ± 0.20": as many digits after the point as asked for, in units of `unit`.
std::string text_of(const Interval& interval, double unit, int digits, bool with_sign = false) {
  if (interval.n == 0) return "-";
  const std::string format = (with_sign ? "%+." : "%.") + std::to_string(digits) + "f";
  std::string text = number(format.c_str(), interval.mean / unit);
  if (!interval.half_width) return text;
  const std::string plain = "%." + std::to_string(digits) + "f";
  return text + " ± " + number(plain.c_str(), *interval.half_width / unit);
}

// Three significant digits of the largest value in a column of times or bits.
int digits_for(double largest) {
  if (largest <= 0) return 1;
  return std::clamp(2 - static_cast<int>(std::floor(std::log10(largest))), 0, 6);
}

std::size_t width_of(const std::string& text) {
  std::size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return width;
}

// "radius_m 5, channel_width_mhz 20" for the swept values.
std::string title(const std::string& parameters) {
  std::string text;
  const auto object = nlohmann::json::parse(parameters, nullptr, false);
  if (!object.is_object()) return parameters;
  for (const auto& [key, value] : object.items()) {
    text += (text.empty() ? "" : ", ") + key + " = " + value.dump();
  }
  return text;
}

std::string reached_text(const CompareRow& row) {
  std::string text = std::to_string(row.reached) + " of " + std::to_string(row.runs);
  if (row.failed > 0) text += ", " + std::to_string(row.failed) + " failed";
  return text;
}

struct Digits {
  int time = 1, bits = 1;
};

std::vector<std::string> cells(const CompareRow& row, const Digits& digits) {
  return {row.variant,
          text_of(row.final_accuracy, 0.01, 2),
          reached_text(row),
          text_of(row.time_s, 1, digits.time),
          text_of(row.bits, 1e6, digits.bits),
          text_of(row.rounds, 1, 0),
          text_of(row.accuracy_difference, 0.01, 2, true),
          text_of(row.time_difference_s, 1, digits.time, true)};
}

using Lines = std::vector<std::vector<std::string>>;

void print_lines(const Lines& lines, const std::vector<std::size_t>& widths, std::ostream& out) {
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string space(widths[i] - width_of(line[i]), ' ');
      out << (i == 0 ? "  " + line[i] + space : "  " + space + line[i]);
    }
    out << '\n';
  }
}

}  // namespace

void print(const Comparison& comparison, std::ostream& out) {
  const std::string target = number("%g", 100 * comparison.target) + " %";
  out << "experiment " << comparison.experiment_id << ", " << comparison.experiment << "; target "
      << target
      << (comparison.target_given ? "" : " (the highest that all complete runs reached, or half)")
      << "\n\n";
  if (comparison.rows.empty()) {
    out << "  no run has been started\n";
    return;
  }

  double longest = 0, most = 0;
  for (const CompareRow& row : comparison.rows) {
    longest = std::max(longest, row.time_s.mean);
    most = std::max(most, row.bits.mean / 1e6);
  }
  const Digits digits = {digits_for(longest), digits_for(most)};
  const std::vector<std::string> head = {"variant", "accuracy %", "reached",    "time s",
                                         "Mbit",    "rounds",     "Δ accuracy", "Δ time s"};
  std::vector<std::size_t> widths;
  for (const std::string& name : head) widths.push_back(width_of(name));
  for (const CompareRow& row : comparison.rows) {
    const auto line = cells(row, digits);
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], width_of(line[i]));
  }

  std::string block = "{}";
  print_lines({head}, widths, out);
  for (const CompareRow& row : comparison.rows) {
    if (row.parameters != block) out << "\n  " << title(row.parameters) << '\n';
    block = row.parameters;
    print_lines({cells(row, digits)}, widths, out);
  }
  out << "\n  accuracy: at the end; time, Mbit (payload, up and down), rounds: to the target, over "
         "the\n"
         "  runs that reached it. Δ: to the first variant, paired by seed. ±: 95 % interval of "
         "the\n"
         "  mean, Student's t. Failed, interrupted and diverged runs count as not having reached "
         "it\n"
         "  unless they had.\n";
}

}  // namespace gradwave::results
