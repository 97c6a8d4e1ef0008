// SPDX-License-Identifier: GPL-2.0-only
// LibTorch as a whole: which one it is, and how many threads it may use.
#pragma once

namespace gradwave::learning {

// Matrix products on one thread from here on, so that their sums are taken in one order whatever
// the machine has, and parallel runs do not fight over its cores.
void use_one_thread();

}  // namespace gradwave::learning
