// SPDX-License-Identifier: GPL-2.0-only
#pragma once

namespace gradwave {

// The project's version, from CMakeLists.txt.
constexpr const char* version() { return GRADWAVE_VERSION; }

// A hash over the sources: between two versions as well, what other code computed is not the same.
const char* sources();

}  // namespace gradwave
