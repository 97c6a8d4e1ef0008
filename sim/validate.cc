// SPDX-License-Identifier: GPL-2.0-only
#include <cstdio>
#include <ostream>
#include <set>

#include "sim/commands.h"
#include "sim/estimate.h"
#include "sim/scenario.h"

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

void describe(const Scenario& scenario, std::ostream& out) {
  const std::size_t points =
      scenario.runs.size() / (scenario.seeds.size() * scenario.variants.size());
  out << scenario.file.string() << ": \"" << scenario.name << "\", " << scenario.runs.size()
      << " runs (" << scenario.variants.size() << " variants, " << scenario.seeds.size()
      << " seeds";
  if (points > 1) out << ", swept";
  out << ")\n";

  std::size_t width = 7;
  for (const std::string& variant : scenario.variants) width = std::max(width, variant.size());
  char line[256];
  std::snprintf(line, sizeof line, "  %-*s %10s %7s %17s %12s %12s %9s\n", static_cast<int>(width),
                "variant", "d", "rounds", "k_t", "Mbit up", "Mbit down", "host");
  out << line;
  double total_s = 0;
  std::set<std::string> shown;
  for (const PlannedRun& run : scenario.runs) {
    const Estimate cost = estimate(run.settings, run.description);
    total_s += cost.host_s;
    if (!shown.insert(run.variant + run.parameters).second) continue;
    std::snprintf(
        line, sizeof line, "  %-*s %10lld %7lld %17s %12.1f %12.1f %9s", static_cast<int>(width),
        run.variant.c_str(), static_cast<long long>(run.description.model_size),
        static_cast<long long>(run.settings.learning.training.rounds), entries(cost).c_str(),
        8e-6 * cost.uplink_bytes, 8e-6 * cost.downlink_bytes, host_time(cost.host_s).c_str());
    out << line << (run.parameters == "{}" ? "" : "  " + run.parameters) << '\n';
  }
  out << "  about " << host_time(total_s) << " of one core in all; Mbit of all workers and rounds, "
      << "encoded; downlink and time are estimates\n";
}

}  // namespace

int validate(const std::vector<std::filesystem::path>& scenarios,
             const std::vector<std::string>& overrides, std::ostream& out, std::ostream& err) {
  int bad = 0;
  for (const std::filesystem::path& file : scenarios) {
    try {
      describe(read_scenario(file, overrides), out);
    } catch (const ScenarioError& error) {
      err << error.what() << '\n';
      ++bad;
    }
  }
  return bad == 0 ? 0 : 2;
}

}  // namespace gradwave
