// SPDX-License-Identifier: GPL-2.0-only
// The tables in which links, standards, loss models and the like stand: a word of the scenario
// file, a line about it, and what it names. Adding one is a line in its table.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

template <typename T>
struct Entry {
  std::string word;
  std::string description;
  T value;
};

template <typename T>
using Table = std::vector<Entry<T>>;

// Throws OptionError with all the right words; `key` is the scenario file's.
template <typename T>
T look_up(const Table<T>& table, const std::string& key, const std::string& word) {
  std::string known;
  for (const Entry<T>& entry : table) {
    if (entry.word == word) return entry.value;
    known += (known.empty() ? "\"" : ", \"") + entry.word + "\"";
  }
  throw OptionError({key}, key + " = \"" + word + "\": unknown word, expected one of " + known);
}

template <typename T>
Words words_of(const Table<T>& table) {
  Words words;
  for (const Entry<T>& entry : table) words.emplace_back(entry.word, entry.description);
  return words;
}

}  // namespace gradwave::channel
