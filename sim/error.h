// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace gradwave {

// What the scenario file itself, or the sim room's part of it, has wrong; as OptionError of the
// other modules. `keys` are those at fault, the likeliest first.
struct SettingError : std::invalid_argument {
  SettingError(std::vector<std::string> at_fault, const std::string& sentence)
      : std::invalid_argument(sentence), keys(std::move(at_fault)) {}
  std::vector<std::string> keys;
};

}  // namespace gradwave
