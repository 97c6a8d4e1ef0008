// SPDX-License-Identifier: GPL-2.0-only
#include "learning/words.h"
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> training_settings() {
  return {
      {"training.rounds", FIELD(learning.training.rounds), "rounds of the run, T", range(1, 1e8),
       kLearning},
      {"training.batch", FIELD(learning.training.batch), "samples per worker and round",
       range(1, 1e6), kLearning},
      {"training.learning_rate", FIELD(learning.training.learning_rate), "step size eta",
       range(1e-9, 1e3), kLearning},
      {"training.learning_rate_schedule", FIELD(learning.training.learning_rate_schedule),
       "how the step size follows the round", words(learning::learning_rate_schedules), kLearning},
      {"training.milestones", FIELD(learning.training.milestones),
       "the rounds at which the step size changes, ascending", range(1, 1e8), kLearning,
       when("training.learning_rate_schedule", {"step"})},
      {"training.milestone_factor", FIELD(learning.training.milestone_factor),
       "what it is multiplied by there", range(1e-6, 1e3), kLearning,
       when("training.learning_rate_schedule", {"step"})},
      {"training.warmup_rounds", FIELD(learning.training.warmup_rounds),
       "rounds at the start in which the step size grows in equal steps", range(0, 1e8), kLearning},
      {"training.momentum", FIELD(learning.training.momentum),
       "of the server's step, or each robot's own without one: share of the last that is taken "
       "again",
       range(0, 0.9999), kLearning},
      {"training.weight_decay", FIELD(learning.training.weight_decay),
       "of the same step: share of each weight that its gradient is raised by", range(0, 10),
       kLearning},
      {"training.evaluate_every", FIELD(learning.training.evaluate_every),
       "rounds between evaluations on the test set; the last round always has one", range(1, 1e8),
       kSim},
  };
}

}  // namespace gradwave
