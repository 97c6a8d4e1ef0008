// SPDX-License-Identifier: GPL-2.0-only
// The word a user probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gradwave::results {

// The candidate with the fewest insertions, deletions, replacements and swaps of neighbours between
// it and `word` (optimal string alignment), large letters being as good as small ones; "" if even
// that needs more than a third of the word.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace gradwave::results
