// SPDX-License-Identifier: GPL-2.0-only
// Multiply-adds of LibTorch's operators, counted while they run: of matrix products, convolutions,
// recurrent layers and attention, whichever of their operators a network calls. Sums, element-wise
// products, norms and interpolations count nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace gradwave::learning {

struct MultiplyAdds {
  double count = 0;
  std::int64_t operators = 0;  // that ran, each with those within it
  // Operators that multiply and for which no rule is known ("aten::fft_rfft"), each once.
  std::vector<std::string> unknown;
};

// Of all that `run` does on this thread. Counts must not be nested.
MultiplyAdds count_multiply_adds(const std::function<void()>& run);

}  // namespace gradwave::learning
