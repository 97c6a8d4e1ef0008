// SPDX-License-Identifier: GPL-2.0-only
// What validate prints of the data that each worker gets.
#pragma once

#include <iosfwd>

#include "sim/scenario/scenario.h"

namespace gradwave {

// Training samples and classes of each worker under the first seed, once for each way of dealing
// them that the runs have: one line where all workers have as many of all classes, else a row for
// each worker, those with the fewest classes first if there are many.
void describe_samples(const Scenario& scenario, std::ostream& out);

}  // namespace gradwave
