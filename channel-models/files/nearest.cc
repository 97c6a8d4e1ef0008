// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/files/nearest.h"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <cassert>
#include <numeric>
#include <utility>

namespace gradwave::channel {

std::size_t edits(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

namespace {

std::size_t edits_of_small(const std::string& a, const std::string& b) {
  return edits(boost::to_lower_copy(a), boost::to_lower_copy(b));
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  assert(!candidates.empty());
  const auto rank = [&](const std::string& candidate) {
    return std::pair(!boost::icontains(word, candidate), edits_of_small(word, candidate));
  };
  return *std::min_element(candidates.begin(), candidates.end(),
                           [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  if (candidates.empty()) return "";
  const auto best =
      *std::min_element(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) {
        return edits_of_small(word, a) < edits_of_small(word, b);
      });
  if (edits_of_small(word, best) > std::max<std::size_t>(1, word.size() / 3)) return "";
  return " (did you mean \"" + best + "\"?)";
}

}  // namespace gradwave::channel
