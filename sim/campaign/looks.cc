// SPDX-License-Identifier: GPL-2.0-only
#include "sim/campaign/looks.h"

#include <algorithm>
#include <cmath>
#include <exception>

namespace gradwave {

std::optional<Precision> precision_of(const std::string& text) {
  try {
    std::size_t end = 0;
    const double half_width = std::stod(text, &end);
    const std::string unit = text.substr(end);
    if (!(half_width > 0) || !std::isfinite(half_width) || !(unit.empty() || unit == "s"))
      return {};
    return Precision{half_width, unit == "s"};
  } catch (const std::exception&) {  // no number
    return std::nullopt;
  }
}

std::vector<std::int64_t> seeds_at_looks(std::int64_t first, std::int64_t most) {
  std::vector<std::int64_t> looks = {first};
  while (looks.back() < most)
    looks.push_back(std::min(most, looks.back() + (looks.back() + 1) / 2));
  return looks;
}

double confidence_at(std::size_t looks) { return 1 - 0.05 / static_cast<double>(looks); }

std::optional<double> widest(const results::Comparison& comparison, bool of_time) {
  const std::string first = comparison.rows.empty() ? "" : comparison.rows.front().variant;
  std::optional<double> widest;
  for (const results::CompareRow& row : comparison.rows) {
    if (row.variant == first) continue;
    const results::Interval& difference = of_time ? row.time_difference_s : row.accuracy_difference;
    if (!difference.half_width) return std::nullopt;
    widest = std::max(widest.value_or(0), *difference.half_width * (of_time ? 1 : 100));
  }
  return widest;
}

}  // namespace gradwave
