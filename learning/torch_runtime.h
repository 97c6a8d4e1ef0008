// SPDX-License-Identifier: GPL-2.0-only
// LibTorch as a whole: which one it is, and how many threads it may use.
#pragma once

#include <cstdint>

namespace gradwave::learning {

// Matrix products on one thread from here on, so that their sums are taken in one order whatever
// the machine has, and parallel runs do not fight over its cores.
void use_one_thread();

// The numbers that operators draw themselves (dropout in a TorchScript file) from here on.
void seed_operators(std::uint64_t seed);

}  // namespace gradwave::learning
