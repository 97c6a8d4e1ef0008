// SPDX-License-Identifier: GPL-2.0-only
// LibTorch in this process.
#pragma once

#include <string>

namespace gradwave::learning {

std::string torch_version();

// For a thread other than the one that made a learner, before it uses it: operators run on it
// alone.
void prepare_thread();

}  // namespace gradwave::learning
