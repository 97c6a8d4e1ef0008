// SPDX-License-Identifier: GPL-2.0-only
// The words of the learning module's tables, for the scenario reader and `gradwave list`.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace gradwave::learning {

// The words a scenario may use, each with a one-line description.
using Words = std::vector<std::pair<std::string, std::string>>;
Words datasets();
Words augmentations();
Words partitions();
Words models();
Words learning_rate_schedules();
Words sparsifiers();
Words schedules();
Words downlinks();

}  // namespace gradwave::learning
