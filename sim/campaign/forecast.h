// SPDX-License-Identifier: GPL-2.0-only
// What runs will cost, after what runs in the results have cost.
//
//   forecast = rule of thumb * sum of measured / sum of rule
//
// over the complete runs there whose settings are the same; if there are none, over those of the
// same kind: of a link technology and fidelity for the network, a model and device for learning,
// and so on; else the rule alone. A ratio of sums, so that what is long counts for more.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "results/experience.h"
#include "sim/scenario/estimate.h"
#include "sim/scenario/scenario.h"

namespace gradwave {

class Forecaster {
 public:
  // There need be no such file. Throws DatabaseError.
  explicit Forecaster(std::filesystem::path results);

  // From a run that has just been completed there.
  void learn_from(std::int64_t run_id);

  // What a forecast of a run starts from.
  struct Subject {
    Cost by_rule;
    std::vector<std::array<std::string, 2>> keys;  // as kCosts: of its settings, and of its kind
    bool sampled = false;
  };
  static Subject subject_of(const PlannedRun& run, const Estimate& estimate);

  // Of a run that learns itself.
  Cost of(const Subject& subject) const;
  // The same and its rule as column runs.host_forecast has them; without learning, and memory,
  // which is less then, if it will repeat another's.
  std::string text_of(const Subject& subject, bool learns) const;

  // Whether anything is known of its network but the rule.
  bool knows(const Subject& subject) const;

 private:
  struct Sums {
    double by_rule = 0, measured = 0;
  };

  void add(const results::Experience& experience);
  const Sums* like(const std::array<std::string, 2>& keys) const;

  std::filesystem::path results_;
  std::map<std::string, Sums> alike_;  // by key
};

// Of several runs together, those that learn the same learning once.
struct CampaignCost {
  double host_s = 0;  // one at a time
  double longest_s = 0;
  double most_peak_bytes = 0;  // of one
  double file_bytes = 0;
  int known = 0, runs = 0;  // of so many, the networks not by rule alone
  bool as_packets = false;  // by a rule that takes drawn rounds for simulated ones
  int repeating = 0;        // runs

  void add(const Forecaster::Subject& subject, const Cost& cost, bool is_known);
  // So many at a time, a processor each.
  double elapsed_s(int jobs) const;
};

// "by rule of thumb", or "after the runs that are there".
std::string basis_of(const CampaignCost& cost);
// "by rule of thumb: 12 min, 210 MB of memory a run, 30 MB of results".
std::string text_of(const CampaignCost& cost, int jobs);

// `subjects` of its runs, in their order.
CampaignCost cost_of(const Scenario& scenario, const std::vector<Forecaster::Subject>& subjects,
                     const Forecaster& forecaster);

// "90 s", "12 min", "3.2 h"; "540 kB", "1.2 GB".
std::string time_text(double seconds);
std::string bytes_text(double bytes);

}  // namespace gradwave
