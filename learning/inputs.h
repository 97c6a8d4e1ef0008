// SPDX-License-Identifier: GPL-2.0-only
// What a run reads: its data set, and the file of its network.
#pragma once

#include <string>

#include "learning/options.h"

namespace gradwave::learning {

// Description::inputs of these options, of the bytes that this process has read, or reads now and
// keeps (keep_dataset()): those from which its learners learn, whatever becomes of the files.
std::string inputs_of(const Options& options);

// Loads the data now: learners of this process, and of those that it forks, then have them at hand.
// Those of one set are kept, the last. Throws as a learner would.
void keep_dataset(const DataOptions& options);

}  // namespace gradwave::learning
