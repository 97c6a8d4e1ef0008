// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <cstdio>
#include <map>
#include <numeric>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "channel-models/coverage.h"
#include "channel-models/reach.h"
#include "results/aligned.h"
#include "sim/campaign/forecast.h"
#include "sim/cli/commands.h"
#include "sim/cli/samples.h"
#include "sim/scenario/estimate.h"
#include "sim/scenario/scenario.h"

namespace gradwave {
namespace {

std::string entries(const Estimate& estimate) {
  if (estimate.k_least == estimate.k_most) return std::to_string(estimate.k);
  return std::to_string(estimate.k_most) + " or " + std::to_string(estimate.k_least);
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

using Cells = std::vector<std::string>;

const Cells kHead = {"variant", "d",      "rounds", "k_t",  "Mbit up", "Mbit down",
                     "events",  "memory", "file",   "host", "runs"};

// "120 k", "3.4 M".
std::string count_text(double count) {
  return count < 1e6 ? fixed(count / 1e3, 0) + " k" : fixed(count / 1e6, 1) + " M";
}

// What is the same for a variant at several points of the sweep.
Cells cells_of(const PlannedRun& run, const Estimate& sent) {
  return {run.variant,
          std::to_string(run.description.model_size),
          std::to_string(run.settings.learning.training.rounds),
          entries(sent),
          fixed(8e-6 * sent.uplink_bytes, 1),
          fixed(8e-6 * sent.downlink_bytes, 1)};
}

// What a variant costs at one or more points of the sweep.
struct Row {
  Cells cells;
  int runs = 0;
  Cost costs = {};  // summed

  // The mean of these.
  Cells all() const {
    const auto mean = [&](double sum) { return sum / runs; };
    Cells all = cells;
    for (const std::string& text :
         {count_text(mean(costs.events)), bytes_text(mean(costs.peak_bytes)),
          bytes_text(mean(costs.file_bytes)), time_text(mean(costs.host_s())),
          std::to_string(runs)}) {
      all.push_back(text);
    }
    return all;
  }
};

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

void print(const std::vector<Row>& rows, std::ostream& out) {
  std::vector<results::Column> columns(kHead.size(), results::Column{true});
  columns[0].right = false;
  std::vector<Cells> lines = {kHead};
  for (const Row& row : rows) {
    lines.push_back(row.all());
  }
  for (const Cells& line : lines) results::widen(columns, line);
  for (const Cells& line : lines) {
    out << "  ";
    results::print_aligned(columns, line, out);
  }
}

// "12.3", or with three digits.
std::string mbps(double bps) { return fixed(1e-6 * bps, bps < 1e7 ? 2 : 1); }

// What each robot's radio would get where it starts, the weakest first if there are many.
void describe_coverage(const channel::LinkOptions& link, std::ostream& out) {
  constexpr std::size_t kMost = 12;
  const std::vector<channel::Covered> covered = channel::coverage(link);
  if (covered.empty()) return;
  std::vector<std::size_t> order(covered.size());
  std::iota(order.begin(), order.end(), 0);
  if (covered.size() > kMost) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t one, std::size_t other) {
      return covered[one].snr_db < covered[other].snr_db;
    });
    order.resize(kMost);
  }
  std::vector<Cells> lines = {{"robot", "x m", "y m", "distance m", "walls", "path loss dB",
                               "SNR dB", "Mbit/s up", "down"}};
  for (const std::size_t i : order) {
    const channel::Covered& c = covered[i];
    lines.push_back({std::to_string(i), fixed(c.place.first, 1), fixed(c.place.second, 1),
                     fixed(c.distance_m, 1), std::to_string(c.walls), fixed(c.path_loss_db, 1),
                     fixed(c.snr_db, 1), c.reached ? mbps(c.up_bps) : "out of reach",
                     c.reached ? mbps(c.down_bps) : ""});
  }
  std::vector<results::Column> columns(lines.front().size(), results::Column{true});
  for (const Cells& line : lines) results::widen(columns, line);
  for (const Cells& line : lines) {
    out << "      ";
    results::print_aligned(columns, line, out);
  }
  if (order.size() < covered.size()) {
    out << "      and " << covered.size() - order.size() << " more, who are nearer\n";
  }
}

// What is known of each network of the campaign before it runs, with the first seed's places and
// the messages of the first variant that has it.
void describe_networks(const Scenario& scenario, std::ostream& out) {
  constexpr int kMost = 6;
  std::set<std::string> networks;
  std::map<std::string, std::set<std::string>> of_parameters;
  for (const PlannedRun& run : scenario.runs) {
    of_parameters[run.parameters].insert(text_for(run.settings, kChannel));
  }
  int said = 0;
  for (const PlannedRun& run : scenario.runs) {
    const learning::TrainingOptions& training = run.settings.learning.training;
    if (!networks.insert(text_for(run.settings, kChannel)).second) continue;
    const Estimate cost = estimate(run.settings, run.description);
    const double messages = static_cast<double>(training.rounds * training.workers);
    const channel::LinkOptions link = link_options(run.settings);
    const std::vector<std::string> lines = channel::describe_link(
        link, {cost.uplink_bytes / messages, cost.downlink_bytes / messages});
    const std::string radio = channel::radio_summary(link);
    if (lines.empty() && radio.empty()) continue;
    if (said++ == kMost) {
      out << "  and more networks\n";
      return;
    }
    out << "  network" << (run.parameters == "{}" ? "" : " with " + run.parameters)
        << (of_parameters[run.parameters].size() > 1 ? " of variant \"" + run.variant + "\"" : "")
        << ":\n";
    if (!radio.empty()) out << "    " << radio << '\n';
    for (const std::string& line : lines) out << "    " << line << '\n';
    describe_coverage(link, out);
    for (const std::string& line : channel::outage_lines(channel::outages(link))) {
      out << "    " << line << '\n';
    }
  }
}

void describe(const Scenario& scenario, const Forecaster& forecaster,
              const std::filesystem::path& results, std::ostream& out) {
  std::vector<Row> rows;
  std::vector<Forecaster::Subject> subjects;
  for (const PlannedRun& run : scenario.runs) {
    const Estimate sent = estimate(run.settings, run.description);
    subjects.push_back(Forecaster::subject_of(run, sent));
    const Cells cells = cells_of(run, sent);
    auto row = std::find_if(rows.begin(), rows.end(),
                            [&](const Row& each) { return each.cells == cells; });
    if (row == rows.end()) row = rows.insert(rows.end(), Row{cells});
    ++row->runs;
    const Cost cost = forecaster.of(subjects.back());
    for (const auto& [quantity, value] : kCosts) row->costs.*value += cost.*value;
  }

  out << scenario.file.string() << ": \"" << scenario.name << "\", " << scenario.runs.size()
      << " runs (" << scenario.variants.size() << " variants, " << scenario.seeds.size()
      << " seeds), " << samples_of(scenario) << " samples\n";
  print(rows, out);
  const CampaignCost all = cost_of(scenario, subjects, forecaster);
  out << "  about " << time_text(all.host_s) << " in all, one run at a time, learning on "
      << devices_of(scenario) << "; " << bytes_text(all.file_bytes) << " of results";
  if (all.repeating > 0) {
    out << "; " << all.repeating << " runs repeat what others have learned";
  }
  out << "\n  Mbit: of a run, encoded; downlink, events (ns-3's), memory, file and host time are "
         "forecasts, "
      << basis_of(all) << (all.known > 0 ? ", in " + results.string() : "");
  if (std::any_of(scenario.runs.begin(), scenario.runs.end(), [](const PlannedRun& run) {
        return !channel::has_server(link_options(run.settings));
      })) {
    out << ", and uplink without a server, of the links where robots start";
  }
  if (all.as_packets) {
    out << "; host time as if every round were simulated, which of sampled runs it is not";
  }
  out << '\n';
  describe_samples(scenario, out);
  describe_networks(scenario, out);
  for (const std::string& note : scenario.notes) out << "  note: " << note << '\n';
  constexpr std::size_t kMost = 5;
  const std::size_t far = scenario.out_of_reach.size();
  for (std::size_t i = 0; i < std::min(far, kMost); ++i) {
    out << "  warning: " << scenario.out_of_reach[i] << "; `run` refuses this\n";
  }
  if (far > kMost) out << "  warning: out of reach in " << far - kMost << " more networks\n";
}

}  // namespace

int validate(const std::vector<std::filesystem::path>& scenarios,
             const std::vector<std::string>& overrides, const std::vector<std::string>& variants,
             const std::filesystem::path& results, std::ostream& out, std::ostream& err) {
  Forecaster forecaster({});
  try {
    forecaster = Forecaster(results);
  } catch (const results::DatabaseError& error) {
    err << "note: " << error.what() << "; costs are by rule of thumb\n";
  }
  int bad = 0;
  for (const std::filesystem::path& file : scenarios) {
    try {
      describe(read_scenario(file, overrides, variants), forecaster, results, out);
    } catch (const ScenarioError& error) {
      err << error.what() << '\n';
      ++bad;
    }
  }
  return bad == 0 ? 0 : 2;
}

}  // namespace gradwave
