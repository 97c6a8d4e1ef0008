// SPDX-License-Identifier: GPL-2.0-only
// In which order relays can add up.
#pragma once

#include <vector>

namespace gradwave::learning {

// The workers of a tree ([M], -1: the root), everybody after all of his children.
std::vector<int> children_first(const std::vector<int>& parent);

}  // namespace gradwave::learning
