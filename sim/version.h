// SPDX-License-Identifier: GPL-2.0-only
#pragma once

namespace gradwave {

// The project's version, from CMakeLists.txt.
constexpr const char* version() { return GRADWAVE_VERSION; }

}  // namespace gradwave
