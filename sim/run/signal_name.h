// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstring>
#include <string>

namespace gradwave {

// "SIGTERM".
inline std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(number);
}

}  // namespace gradwave
