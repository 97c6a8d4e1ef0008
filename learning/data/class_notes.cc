// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <utility>

#include "learning/data/dataset.h"

namespace gradwave::learning {
namespace {

// "class 3", "classes 3, 7 to 9", "classes 0 to 3, 5 and 12 more".
std::string classes_text(const std::vector<std::int64_t>& classes) {
  constexpr int kMostRanges = 6;
  std::string text = classes.size() == 1 ? "class " : "classes ";
  int ranges = 0;
  for (std::size_t begin = 0, end; begin < classes.size(); begin = end) {
    if (ranges++ == kMostRanges) {
      return text + " and " + std::to_string(classes.size() - begin) + " more";
    }
    for (end = begin + 1; end < classes.size(); ++end) {
      if (classes[end] != classes[begin] + static_cast<std::int64_t>(end - begin)) break;
    }
    if (begin > 0) text += ", ";
    text += std::to_string(classes[begin]);
    if (end - begin > 1) text += " to " + std::to_string(classes[end - 1]);
  }
  return text;
}

}  // namespace

std::vector<std::string> class_notes(const std::vector<Label>& labels, std::int64_t used,
                                     std::int64_t classes, const std::string& key,
                                     const std::string& which) {
  std::vector<bool> in_set(classes), in_use(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    in_set[labels[i]] = true;
    if (static_cast<std::int64_t>(i) < used) in_use[labels[i]] = true;
  }
  std::vector<std::int64_t> empty, left_out;
  for (std::int64_t label = 0; label < classes; ++label) {
    if (!in_set[label]) empty.push_back(label);
    if (in_set[label] && !in_use[label]) left_out.push_back(label);
  }
  std::vector<std::string> notes;
  if (!left_out.empty()) {
    notes.push_back(key + " = " + std::to_string(used) + " leaves out " + classes_text(left_out) +
                    ": the first " + std::to_string(used) + " " + which +
                    " samples have none of them");
  }
  if (!empty.empty()) {
    notes.push_back("the data set has no " + which + " sample of " + classes_text(empty) +
                    ", of its " + std::to_string(classes) + " classes");
  }
  return notes;
}

}  // namespace gradwave::learning
