// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/schedule.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "learning/compression/facts.h"
#include "learning/table.h"
#include "learning/words.h"

namespace gradwave::learning {
namespace {

struct Rule {
  void (*fill)(const ScheduleInput& input, Schedule& schedule);
  bool uses_t_hat;
};

void fixed(const ScheduleInput& input, Schedule& schedule) {
  schedule.k.assign(input.rounds, input.k);
}

// Eq. 21 / 36: the coefficients of the bound are large at both ends, and infinite at t = 0.
bool takes_more(std::int64_t t, const ScheduleInput& input) {
  return t == 0 || 2 * t < input.t_hat || 2 * t >= input.t_hat + input.rounds;
}

// Both levels are rounded; then the higher one gives way until the budget holds.
void adaptopk(const ScheduleInput& input, Schedule& schedule) {
  if (input.t_hat < 0 || input.t_hat > input.rounds) {
    throw OptionError({"compression.t_hat", "training.rounds"},
                      "compression.t_hat = " + std::to_string(input.t_hat) +
                          " lies outside the run of 0 to " + std::to_string(input.rounds) +
                          " rounds");
  }
  schedule.t_hat = input.t_hat;
  std::vector<bool> more(input.rounds);
  for (std::int64_t t = 0; t < input.rounds; ++t) more[t] = takes_more(t, input);

  const auto k = static_cast<double>(input.k);
  const std::int64_t wanted = std::llround((1 + input.gamma) * k);
  const std::int64_t low = std::llround((1 - input.gamma) * k);
  if (low < 1) {
    throw OptionError(
        {"compression.gamma", "compression.ratio", "compression.k"},
        "compression.gamma leaves no entry to send in some rounds: k = " + std::to_string(input.k) +
            " falls to " + std::to_string(low) + "; expected a smaller gamma or a larger k");
  }
  if (wanted > input.model_size) {
    throw OptionError(
        {"compression.gamma", "compression.ratio", "compression.k"},
        "compression.gamma asks for k_t = " + std::to_string(wanted) +
            " entries, more than the model's d = " + std::to_string(input.model_size));
  }

  const std::int64_t n_high = std::count(more.begin(), more.end(), true);
  const std::int64_t n_low = input.rounds - n_high;
  const std::int64_t left_for_high = input.k * input.rounds - low * n_low;
  const std::int64_t high = n_high > 0 ? std::min(wanted, left_for_high / n_high) : wanted;

  schedule.k.reserve(input.rounds);
  for (const bool is_high : more) schedule.k.push_back(is_high ? high : low);
}

const std::vector<Entry<Rule>>& table() {
  static const std::vector<Entry<Rule>> entries = {
      {"fixed", "k_t = k", {fixed, false}},
      {"adaptopk",
       "(1 + gamma) k at both ends, (1 - gamma) k between (Ruan et al. 2023, Eq. 21)",
       {adaptopk, true}},
  };
  return entries;
}

}  // namespace

Schedule make_schedule(const ScheduleInput& input) {
  Schedule schedule;
  look_up(table(), "schedule", input.schedule, "compression.schedule").fill(input, schedule);
  schedule.unused = input.k * input.rounds -
                    std::accumulate(schedule.k.begin(), schedule.k.end(), std::int64_t{0});
  return schedule;
}

bool uses_t_hat(const CompressionOptions& options) {
  return look_up(table(), "schedule", options.schedule, "compression.schedule").uses_t_hat;
}

Words schedules() { return words_of(table()); }

}  // namespace gradwave::learning
