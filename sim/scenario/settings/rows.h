// SPDX-License-Identifier: GPL-2.0-only
// What the files of this folder are written with, one file a group, one row a setting: its key,
// where its value lives, a line about it, the values it may have, the modules that see it, and, if it
// is not always so, when it acts and which other key says the same.
#pragma once

#include "sim/scenario/settings/settings.h"

#define FIELD(member) [](Settings& s) -> Field { return &s.member; }

namespace gradwave {

inline Values any() { return {}; }
inline Values range(double least, double most) { return {least, most, nullptr}; }
inline Values words(Words (*table)()) { return {0, 0, table}; }

inline Condition always() { return {}; }
// Acts only where the setting `key` has one of these values, and acts itself.
inline Condition when(const char* key, std::vector<std::string> values) {
  return {key, std::move(values), false};
}
// Acts only where it has none of them.
inline Condition unless(const char* key, std::vector<std::string> values) {
  return {key, std::move(values), true};
}

// Acts but where the setting `key` acts and has one of them.
inline Condition but_where(const char* key, std::vector<std::string> values) {
  return {key, std::move(values), true, true};
}

// Where robots have places and radios.
inline Condition on_radio() { return unless("link.technology", {"wire", "trace"}); }

}  // namespace gradwave
