// SPDX-License-Identifier: GPL-2.0-only
#include "learning/training/learning_rate.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "learning/table.h"
#include "learning/words.h"

namespace gradwave::learning {
namespace {

// eta_t / eta, without warming up.
struct Course {
  double (*rate)(const TrainingOptions& options, std::int64_t round);
  bool is_constant;
};

double constant(const TrainingOptions& /*options*/, std::int64_t /*round*/) { return 1; }

double step(const TrainingOptions& options, std::int64_t round) {
  const auto& milestones = options.milestones;
  const auto passed = std::upper_bound(milestones.begin(), milestones.end(), round);
  return std::pow(options.milestone_factor, static_cast<double>(passed - milestones.begin()));
}

double cosine(const TrainingOptions& options, std::int64_t round) {
  constexpr double kPi = 3.14159265358979323846;
  const double share = static_cast<double>(round) / static_cast<double>(options.rounds);
  return (1 + std::cos(kPi * share)) / 2;
}

const std::vector<Entry<Course>>& table() {
  static const std::vector<Entry<Course>> entries = {
      {"constant", "eta in every round, as in the paper", {constant, true}},
      {"step",
       "times training.milestone_factor from each of training.milestones on",
       {step, false}},
      {"cosine",
       "from eta towards zero along half a cosine (Loshchilov and Hutter 2017)",
       {cosine, false}},
  };
  return entries;
}

void check_milestones(const TrainingOptions& options) {
  const auto& milestones = options.milestones;
  const auto refuse = [](const std::string& reason) {
    throw OptionError({"training.milestones", "training.learning_rate_schedule"},
                      "training.milestones " + reason);
  };
  if (options.learning_rate_schedule != "step") {
    if (milestones.empty()) return;
    refuse("are of training.learning_rate_schedule = \"step\", not \"" +
           options.learning_rate_schedule + "\"");
  }
  if (milestones.empty()) refuse("are missing: the rounds at which the step size changes");
  if (std::adjacent_find(milestones.begin(), milestones.end(), std::greater_equal<>()) !=
      milestones.end()) {
    refuse("do not ascend");
  }
  if (milestones.back() >= options.rounds) {
    refuse("go to round " + std::to_string(milestones.back()) + ", but the last one is " +
           std::to_string(options.rounds - 1));
  }
}

Course course_of(const TrainingOptions& options) {
  return look_up(table(), "learning-rate schedule", options.learning_rate_schedule,
                 "training.learning_rate_schedule");
}

}  // namespace

bool changes(const TrainingOptions& options) {
  return !course_of(options).is_constant || options.warmup_rounds > 0;
}

std::vector<double> learning_rates(const TrainingOptions& options) {
  const Course course = course_of(options);
  check_milestones(options);
  std::vector<double> rates(options.rounds);
  for (std::int64_t t = 0; t < options.rounds; ++t) {
    rates[t] = options.learning_rate * course.rate(options, t);
    if (t < options.warmup_rounds) {
      rates[t] *= static_cast<double>(t + 1) / static_cast<double>(options.warmup_rounds);
    }
  }
  return rates;
}

Words learning_rate_schedules() { return words_of(table()); }

}  // namespace gradwave::learning
