// SPDX-License-Identifier: GPL-2.0-only
// Which processor of this machine the learning runs on.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace gradwave::learning {

// Of "auto" (the first GPU if there is one, else the CPU), "cpu", "cuda" or "cuda:N". Throws
// OptionError for other words, and for a GPU that is not there.
at::Device device_of(const std::string& word);

}  // namespace gradwave::learning
