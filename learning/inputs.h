// SPDX-License-Identifier: GPL-2.0-only
// What a run reads: its data set, and the file of its network.
#pragma once

#include <string>

#include "learning/options.h"

namespace gradwave::learning {

// Description::inputs of these options, of the bytes that this process has read, or reads now and
// keeps (keep_dataset()): those from which its learners learn, whatever becomes of the files.
std::string inputs_of(const Options& options);

}  // namespace gradwave::learning
