// SPDX-License-Identifier: GPL-2.0-only
#include "sim/campaign/forecast.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "sim/scenario/learning_hash.h"

namespace gradwave {
namespace {

using Json = nlohmann::json;

// What makes two runs be of one kind.
const std::map<std::string, std::vector<const char*>> kKinds = {
    {"learning_s", {"model.architecture", "host.device", "host.arithmetic"}},
    {"network_s", {"link.technology", "network.fidelity"}},
    {"events", {"link.technology", "network.fidelity"}},
    {"peak_bytes", {"link.technology", "model.architecture", "data.dataset"}},
    {"file_bytes", {"link.technology", "results.transfers"}}};

std::string kind_of(const std::string& quantity, const Json& settings) {
  std::string kind = quantity;
  const auto keys = kKinds.find(quantity);
  if (keys == kKinds.end()) return kind;
  for (const char* key : keys->second) kind += ' ' + settings.value(key, Json()).dump();
  return kind;
}

std::string exactly(const std::string& quantity, const std::string& settings) {
  return quantity + '\n' + settings;
}

}  // namespace

Forecaster::Forecaster(std::filesystem::path results) : results_(std::move(results)) {
  for (const results::Experience& each : results::experience(results_)) add(each);
}

void Forecaster::learn_from(std::int64_t run_id) {
  for (const results::Experience& each : results::experience(results_, run_id)) add(each);
}

void Forecaster::add(const results::Experience& experience) {
  const std::string& quantity = experience.quantity;
  for (const std::string& key : {exactly(quantity, experience.settings),
                                 kind_of(quantity, Json::parse(experience.settings))}) {
    alike_[key].by_rule += experience.by_rule;
    alike_[key].measured += experience.measured;
  }
}

const Forecaster::Sums* Forecaster::like(const std::string& quantity, const PlannedRun& run) const {
  if (alike_.empty()) return nullptr;
  const Json settings = to_json(run.settings);
  for (const std::string& key : {exactly(quantity, settings.dump()), kind_of(quantity, settings)}) {
    const auto found = alike_.find(key);
    if (found != alike_.end()) return &found->second;
  }
  return nullptr;
}

Cost Forecaster::forecast(const PlannedRun& run, const Cost& by_rule) const {
  Cost cost = by_rule;
  for (const auto& [quantity, value] : kCosts) {
    if (const Sums* sums = like(quantity, run)) cost.*value *= sums->measured / sums->by_rule;
  }
  return cost;
}

Cost Forecaster::of(const PlannedRun& run) const {
  return forecast(run, estimate(run.settings, run.description).cost);
}

std::string Forecaster::text_of(const PlannedRun& run, bool learns) const {
  const Cost by_rule = estimate(run.settings, run.description).cost;
  const Cost cost = forecast(run, by_rule);
  Json text = Json::object();
  for (const auto& [quantity, value] : kCosts) {
    if (!learns && value == &Cost::learning_s) continue;
    text[quantity] = {{"by_rule", by_rule.*value}, {"forecast", cost.*value}};
  }
  return text.dump();
}

bool Forecaster::knows(const PlannedRun& run) const { return like("network_s", run) != nullptr; }

double CampaignCost::elapsed_s(int jobs) const {
  return std::max(host_s / std::max(1, jobs), longest_s);
}

CampaignCost cost_of(const Scenario& scenario, const Forecaster& forecaster) {
  CampaignCost all;
  std::set<std::string> learned;
  for (const PlannedRun& run : scenario.runs) {
    Cost cost = forecaster.of(run);
    const std::string hash = learning_hash(run.settings, run.description);
    const bool may_repeat = !hash.empty() && run.settings.checkpoint.folder.empty();
    if (may_repeat && !learned.insert(hash).second) {
      cost.learning_s = 0;
      ++all.repeating;
    }
    all.host_s += cost.host_s();
    all.longest_s = std::max(all.longest_s, cost.host_s());
    all.most_peak_bytes = std::max(all.most_peak_bytes, cost.peak_bytes);
    all.file_bytes += cost.file_bytes;
    all.known = all.known && forecaster.knows(run);
  }
  return all;
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
