// SPDX-License-Identifier: GPL-2.0-only
#include "sim/campaign/forecast.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "sim/scenario/fnv1a.h"
#include "sim/scenario/learning_hash.h"

namespace gradwave {
namespace {

using Json = nlohmann::json;

// What makes two runs be of one kind.
const std::map<std::string, std::vector<const char*>> kKinds = {
    {"start_s", {"link.technology", "model.architecture"}},
    {"learning_s", {"model.architecture", "host.device", "host.arithmetic"}},
    {"network_s", {"link.technology", "network.fidelity"}},
    {"events", {"link.technology", "network.fidelity"}},
    {"peak_bytes", {"link.technology", "model.architecture", "data.dataset"}},
    {"file_bytes", {"link.technology", "results.transfers"}}};

std::string kind_of(const std::string& quantity, const Json& settings) {
  std::string kind = quantity;
  for (const char* key : kKinds.at(quantity)) kind += ' ' + settings.value(key, Json()).dump();
  return kind;
}

// Settings are long.
std::array<std::string, 2> keys_of(const std::string& quantity, const Json& settings) {
  return {quantity + ' ' + fnv1a(settings.dump()), kind_of(quantity, settings)};
}

}  // namespace

Forecaster::Forecaster(std::filesystem::path results) : results_(std::move(results)) {
  for (const results::Experience& each : results::experience(results_)) add(each);
}

void Forecaster::learn_from(std::int64_t run_id) {
  for (const results::Experience& each : results::experience(results_, run_id)) add(each);
}

void Forecaster::add(const results::Experience& experience) {
  for (const std::string& key : keys_of(experience.quantity, Json::parse(experience.settings))) {
    alike_[key].by_rule += experience.by_rule;
    alike_[key].measured += experience.measured;
  }
}

Forecaster::Subject Forecaster::subject_of(const PlannedRun& run, const Estimate& estimate) {
  Subject subject;
  subject.by_rule = estimate.cost;
  subject.sampled = samples(run.settings.sampling);
  const Json settings = to_json(run.settings);
  for (const auto& [quantity, value] : kCosts) {
    subject.keys.push_back(keys_of(quantity, settings));
  }
  return subject;
}

const Forecaster::Sums* Forecaster::like(const std::array<std::string, 2>& keys) const {
  for (const std::string& key : keys) {
    const auto found = alike_.find(key);
    if (found != alike_.end()) return &found->second;
  }
  return nullptr;
}

Cost Forecaster::of(const Subject& subject) const {
  Cost cost = subject.by_rule;
  for (std::size_t i = 0; i < std::size(kCosts); ++i) {
    if (const Sums* sums = like(subject.keys[i])) {
      cost.*kCosts[i].second *= sums->measured / sums->by_rule;
    }
  }
  return cost;
}

std::string Forecaster::text_of(const Subject& subject, bool learns) const {
  const Cost cost = of(subject);
  Json text = Json::object();
  for (const auto& [quantity, value] : kCosts) {
    if (!learns && (value == &Cost::learning_s || value == &Cost::peak_bytes)) continue;
    text[quantity] = {{"by_rule", subject.by_rule.*value}, {"forecast", cost.*value}};
  }
  return text.dump();
}

bool Forecaster::knows(const Subject& subject) const {
  for (std::size_t i = 0; i < std::size(kCosts); ++i) {
    if (kCosts[i].second == &Cost::network_s) return like(subject.keys[i]) != nullptr;
  }
  return false;
}

void CampaignCost::add(const Forecaster::Subject& subject, const Cost& cost, bool is_known) {
  host_s += cost.host_s();
  longest_s = std::max(longest_s, cost.host_s());
  most_peak_bytes = std::max(most_peak_bytes, cost.peak_bytes);
  file_bytes += cost.file_bytes;
  known += is_known ? 1 : 0;
  ++runs;
  as_packets = as_packets || (subject.sampled && !is_known);
}

double CampaignCost::elapsed_s(int jobs) const {
  return std::max(host_s / std::max(1, jobs), longest_s);
}

CampaignCost cost_of(const Scenario& scenario, const std::vector<Forecaster::Subject>& subjects,
                     const Forecaster& forecaster) {
  CampaignCost all;
  std::set<std::string> learned;
  for (std::size_t i = 0; i < scenario.runs.size(); ++i) {
    const PlannedRun& run = scenario.runs[i];
    Cost cost = forecaster.of(subjects[i]);
    const std::string hash = learning_hash(run.settings, run.description);
    const bool may_repeat = !hash.empty() && run.settings.checkpoint.folder.empty();
    if (may_repeat && !learned.insert(hash).second) {
      cost.learning_s = 0;
      ++all.repeating;
    }
    all.add(subjects[i], cost, forecaster.knows(subjects[i]));
  }
  return all;
}

std::string basis_of(const CampaignCost& cost) {
  if (cost.known == 0) return "by rule of thumb";
  return cost.known == cost.runs ? "after the runs that are there"
                                 : "partly after the runs that are there, partly by rule of thumb";
}

std::string text_of(const CampaignCost& cost, int jobs) {
  return basis_of(cost) + ": " + time_text(cost.elapsed_s(jobs)) + ", " +
         bytes_text(cost.most_peak_bytes) + " of memory a run, " + bytes_text(cost.file_bytes) +
         " of results" + (cost.as_packets ? "; as if every round were simulated" : "");
}

std::string time_text(double seconds) {
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

std::string bytes_text(double bytes) {
  char text[32];
  if (bytes < 1e6) {
    std::snprintf(text, sizeof text, "%.0f kB", bytes / 1e3);
  } else if (bytes < 1e9) {
    std::snprintf(text, sizeof text, "%.0f MB", bytes / 1e6);
  } else {
    std::snprintf(text, sizeof text, "%.1f GB", bytes / 1e9);
  }
  return text;
}

}  // namespace gradwave
