// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <sstream>
#include <string>

namespace gradwave {

// A 64-bit hash, in hexadecimal digits.
inline std::string fnv1a(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3u;
  std::ostringstream hex;
  hex << std::hex << hash;
  return hex.str();
}

}  // namespace gradwave
