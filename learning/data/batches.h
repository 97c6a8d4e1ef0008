// SPDX-License-Identifier: GPL-2.0-only
// What the workers train on in one round.
#pragma once

#include <cstdint>
#include <vector>

namespace gradwave::learning {

struct Batches {  // of all workers
  std::int64_t workers = 0, batch = 0;
  std::vector<float> inputs;         // [M, B, channels, height, width], normalised
  std::vector<std::int64_t> labels;  // [M, B]
};

}  // namespace gradwave::learning
