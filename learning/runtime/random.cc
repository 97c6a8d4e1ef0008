// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/random.h"

namespace gradwave::learning {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): every bit of the input moves half of the output's.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

}  // namespace

Random random_stream(std::uint64_t seed, std::string_view name,
                     std::initializer_list<std::uint64_t> indices) {
  std::uint64_t state = mix(seed);
  for (const char c : name) state = mix(state ^ static_cast<unsigned char>(c));
  state = mix(state ^ name.size());
  for (const std::uint64_t index : indices) state = mix(state ^ index);
  return Random(state);
}

}  // namespace gradwave::learning
