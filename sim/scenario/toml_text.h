// SPDX-License-Identifier: GPL-2.0-only
// Settings as a scenario file has them.
#pragma once

#include <string>

#include "sim/scenario/settings/settings.h"

namespace gradwave {

// Groups and keys, of the settings that act and are not at their defaults.
std::string toml_of(const Settings& settings);

}  // namespace gradwave
