// SPDX-License-Identifier: GPL-2.0-only
// Suggestions for misspelt words.
#pragma once

#include <string>
#include <vector>

namespace gradwave::channel {

// Levenshtein's distance.
std::size_t edits(const std::string& a, const std::string& b);

// The candidate that is in the word, or else the one of the fewest edits. Capital and small letters
// are the same. There is one.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

// "", or " (did you mean "X"?)" with the candidate nearest to `word`, if that is near enough to be
// a slip of the pen. Capital and small letters are the same.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace gradwave::channel
