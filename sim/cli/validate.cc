// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <cstdio>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/scenario/estimate.h"
#include "sim/scenario/scenario.h"

namespace gradwave {
namespace {

std::string host_time(double seconds) {
  char text[32];
  if (seconds < 90) {
    std::snprintf(text, sizeof text, "%.0f s", seconds);
  } else if (seconds < 5400) {
    std::snprintf(text, sizeof text, "%.0f min", seconds / 60);
  } else {
    std::snprintf(text, sizeof text, "%.1f h", seconds / 3600);
  }
  return text;
}

std::string entries(const Estimate& estimate) {
  if (estimate.k_least == estimate.k_most) return std::to_string(estimate.k);
  return std::to_string(estimate.k_most) + " or " + std::to_string(estimate.k_least);
}

// What a variant costs at one or more points of the sweep.
struct Row {
  std::string text;
  int runs = 0;
};

std::string row_text(const PlannedRun& run, const Estimate& cost, int width) {
  char line[256];
  std::snprintf(line, sizeof line, "  %-*s %10lld %7lld %17s %12.1f %12.1f %9s", width,
                run.variant.c_str(), static_cast<long long>(run.description.model_size),
                static_cast<long long>(run.settings.learning.training.rounds),
                entries(cost).c_str(), 8e-6 * cost.uplink_bytes, 8e-6 * cost.downlink_bytes,
                host_time(cost.host_s).c_str());
  return line;
}

// "60000 + 10000", training and test, of each data set that the runs learn.
std::string samples_of(const Scenario& scenario) {
  std::set<std::string> samples;
  for (const PlannedRun& run : scenario.runs) {
    samples.insert(std::to_string(run.description.train_samples) + " + " +
                   std::to_string(run.description.test_samples));
  }
  std::string text;
  for (const std::string& each : samples) text += (text.empty() ? "" : " or ") + each;
  return text;
}

void describe(const Scenario& scenario, std::ostream& out) {
  std::size_t width = 7;
  for (const std::string& variant : scenario.variants) width = std::max(width, variant.size());
  std::vector<Row> rows;
  double total_s = 0;
  for (const PlannedRun& run : scenario.runs) {
    const Estimate cost = estimate(run.settings, run.description);
    total_s += cost.host_s;
    const std::string text = row_text(run, cost, static_cast<int>(width));
    const auto same =
        std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.text == text; });
    if (same == rows.end()) {
      rows.push_back({text, 1});
    } else {
      ++same->runs;
    }
  }

  out << scenario.file.string() << ": \"" << scenario.name << "\", " << scenario.runs.size()
      << " runs (" << scenario.variants.size() << " variants, " << scenario.seeds.size()
      << " seeds), " << samples_of(scenario) << " samples\n";
  char head[256];
  std::snprintf(head, sizeof head, "  %-*s %10s %7s %17s %12s %12s %9s %5s\n",
                static_cast<int>(width), "variant", "d", "rounds", "k_t", "Mbit up", "Mbit down",
                "host", "runs");
  out << head;
  for (const Row& row : rows) {
    char runs[16];
    std::snprintf(runs, sizeof runs, " %5d\n", row.runs);
    out << row.text << runs;
  }
  out << "  about " << host_time(total_s) << " in all, one run at a time, learning on "
      << devices_of(scenario)
      << "; Mbit: of a run, encoded; downlink and host time are estimates\n";
}

}  // namespace

int validate(const std::vector<std::filesystem::path>& scenarios,
             const std::vector<std::string>& overrides, const std::vector<std::string>& variants,
             std::ostream& out, std::ostream& err) {
  int bad = 0;
  for (const std::filesystem::path& file : scenarios) {
    try {
      describe(read_scenario(file, overrides, variants), out);
    } catch (const ScenarioError& error) {
      err << error.what() << '\n';
      ++bad;
    }
  }
  return bad == 0 ? 0 : 2;
}

}  // namespace gradwave
