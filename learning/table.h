// SPDX-License-Identifier: GPL-2.0-only
// The tables in which models, sparsifiers and downlinks stand: a word of the scenario file, a line
// about it, and what it names.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "learning/options.h"

namespace gradwave::learning {

template <class T>
struct Entry {
  std::string word;
  std::string description;
  T value;
};

// Throws OptionError with all the right words; `what` is the table's name, "sparsifier", and `key`
// the scenario's for it.
template <class T>
T look_up(const std::vector<Entry<T>>& table, const std::string& what, const std::string& word,
          const std::string& key = "") {
  std::string known;
  for (const Entry<T>& entry : table) {
    if (entry.word == word) return entry.value;
    known += (known.empty() ? "'" : ", '") + entry.word + "'";
  }
  const std::string sentence = "unknown " + what + " '" + word + "'; expected one of " + known;
  if (key.empty()) throw OptionError({}, sentence);
  throw OptionError({key}, sentence);
}

template <class T>
std::vector<std::pair<std::string, std::string>> words_of(const std::vector<Entry<T>>& table) {
  std::vector<std::pair<std::string, std::string>> words;
  words.reserve(table.size());
  for (const Entry<T>& entry : table) words.emplace_back(entry.word, entry.description);
  return words;
}

}  // namespace gradwave::learning
