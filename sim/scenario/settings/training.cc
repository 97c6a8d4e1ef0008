// SPDX-License-Identifier: GPL-2.0-only
#include "learning/words.h"
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> training_settings() {
  return {
      {"training.rounds", FIELD(learning.training.rounds), "number of rounds, T", range(1, 1e8),
       kLearning},
      {"training.batch", FIELD(learning.training.batch), "samples per worker and round",
       range(1, 1e6), kLearning},
      {"training.learning_rate", FIELD(learning.training.learning_rate),
       "learning rate (step size), eta", range(1e-9, 1e3), kLearning},
      {"training.learning_rate_schedule", FIELD(learning.training.learning_rate_schedule),
       "learning rate as a function of the round", words(learning::learning_rate_schedules),
       kLearning},
      {"training.milestones", FIELD(learning.training.milestones),
       "rounds at which the learning rate changes, ascending", range(1, 1e8), kLearning,
       when("training.learning_rate_schedule", {"step"})},
      {"training.milestone_factor", FIELD(learning.training.milestone_factor),
       "factor applied to the learning rate at each milestone", range(1e-6, 1e3), kLearning,
       when("training.learning_rate_schedule", {"step"})},
      {"training.warmup_rounds", FIELD(learning.training.warmup_rounds),
       "rounds of linear learning-rate warm-up at the start; 0: none", range(0, 1e8), kLearning},
      {"training.momentum", FIELD(learning.training.momentum),
       "momentum coefficient of the server's optimizer (of each robot's without a server); 0: none",
       range(0, 0.9999), kLearning},
      {"training.weight_decay", FIELD(learning.training.weight_decay),
       "L2 coefficient (weight decay) of the same optimizer; 0: none", range(0, 10), kLearning},
      {"training.evaluate_every", FIELD(learning.training.evaluate_every),
       "rounds between evaluations on the test set; the last round is always evaluated",
       range(1, 1e8), kSim},
  };
}

}  // namespace gradwave
