// SPDX-License-Identifier: GPL-2.0-only
// The step size eta_t over the rounds. A new course is one function and one line in the table of
// learning_rate.cc.
#pragma once

#include <vector>

#include "learning/options.h"

namespace gradwave::learning {

// eta_0 .. eta_{T-1}. Throws OptionError, naming the keys of the scenario file, for an
// unknown course, and for milestones that do not ascend, lie beyond the last round, or are given to
// a course that has none.
std::vector<double> learning_rates(const TrainingOptions& options);

// Whether eta_t differs between rounds.
bool changes(const TrainingOptions& options);

}  // namespace gradwave::learning
