// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/toml_text.h"

#include <nlohmann/json.hpp>

namespace gradwave {
namespace {

// JSON's numbers, strings and arrays are TOML's as well.
std::string toml_of(const nlohmann::json& value) {
  if (!value.is_object()) return value.dump();
  std::string text;
  for (const auto& [key, each] : value.items()) {
    text += (text.empty() ? "" : ", ") + nlohmann::json(key).dump() + " = " + toml_of(each);
  }
  return "{" + text + "}";
}

}  // namespace

std::string toml_of(const Settings& settings) {
  const Settings usual;
  std::string text, group;
  for (const Setting& setting : settings_table()) {
    const nlohmann::json value = value_of(setting, settings);
    if (!is_active(setting, settings) || value == value_of(setting, usual)) continue;
    const std::size_t dot = setting.key.find('.');
    if (setting.key.substr(0, dot) != group) {
      group = setting.key.substr(0, dot);
      text += (text.empty() ? "[" : "\n[") + group + "]\n";
    }
    text += setting.key.substr(dot + 1) + " = " + toml_of(value) + "\n";
  }
  return text;
}

}  // namespace gradwave
