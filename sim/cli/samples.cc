// SPDX-License-Identifier: GPL-2.0-only
#include "sim/cli/samples.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "results/aligned.h"

namespace gradwave {
namespace {

using Counts = std::vector<std::int64_t>;  // [classes], of one worker
using Cells = std::vector<std::string>;

std::int64_t samples_of(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

std::int64_t classes_of(const Counts& counts) {
  return std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; });
}

// "3 (120), 7 (98)": of the classes of which it has most.
std::string largest_of(const Counts& counts) {
  constexpr std::size_t kMost = 5;
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, order.size()) && counts[order[i]] > 0; ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(order[i]) + " (" +
            std::to_string(counts[order[i]]) + ")";
  }
  return text;
}

bool are_alike(const std::vector<Counts>& workers) {
  return std::all_of(workers.begin(), workers.end(), [&](const Counts& counts) {
    return samples_of(counts) == samples_of(workers[0]) &&
           classes_of(counts) == static_cast<std::int64_t>(counts.size());
  });
}

// Of many workers, those with the fewest classes and samples.
std::vector<std::size_t> shown(const std::vector<Counts>& workers) {
  constexpr std::size_t kMost = 12;
  std::vector<std::size_t> order(workers.size());
  std::iota(order.begin(), order.end(), 0);
  if (order.size() <= kMost) return order;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Counts &one = workers[a], &other = workers[b];
    return std::pair(classes_of(one), samples_of(one)) <
           std::pair(classes_of(other), samples_of(other));
  });
  order.resize(kMost);
  return order;
}

void print(const std::vector<Counts>& workers, std::ostream& out) {
  std::vector<Cells> lines = {{"worker", "samples", "classes", "largest classes (samples)"}};
  const std::vector<std::size_t> order = shown(workers);
  for (const std::size_t i : order) {
    lines.push_back({std::to_string(i), std::to_string(samples_of(workers[i])),
                     std::to_string(classes_of(workers[i])), largest_of(workers[i])});
  }
  std::vector<results::Column> columns(lines.front().size(), results::Column{true});
  columns.back().right = false;
  for (const Cells& line : lines) results::widen(columns, line);
  for (const Cells& line : lines) {
    out << "    ";
    results::print_aligned(columns, line, out);
  }
  if (order.size() < workers.size()) {
    out << "    and " << workers.size() - order.size() << " more, with more classes or samples\n";
  }
}

}  // namespace

void describe_samples(const Scenario& scenario, std::ostream& out) {
  constexpr int kMost = 6;
  std::set<std::vector<Counts>> said;
  for (const PlannedRun& run : scenario.runs) {
    const std::vector<Counts>& workers = run.description.class_counts;
    const std::uint64_t seed = run.settings.learning.seed;
    if (workers.empty() || seed != scenario.runs.front().settings.learning.seed) continue;
    if (!said.insert(workers).second) continue;
    if (static_cast<int>(said.size()) > kMost) {
      out << "  and more ways of dealing the training samples\n";
      return;
    }
    out << "  training samples" << (run.parameters == "{}" ? "" : " with " + run.parameters);
    if (are_alike(workers)) {
      out << ": " << samples_of(workers[0]) << " for each worker, of all " << workers[0].size()
          << " classes\n";
      continue;
    }
    out << ", seed " << seed << ":\n";
    print(workers, out);
  }
}

}  // namespace gradwave
