// SPDX-License-Identifier: GPL-2.0-only
// Whether two runs learn the same, so that the second need not compute it again.
#pragma once

#include <string>

#include "learning/description.h"
#include "sim/scenario/settings/settings.h"

namespace gradwave {

// Why what the run learns depends on its network as well, in words; "" if it does not: every
// gradient always arrives before the update.
std::string depends_on_network(const Settings& settings);

// Of all that the learning depends on: settings, seed, data, code, LibTorch, device. Hexadecimal;
// "" where it depends on the network.
std::string learning_hash(const Settings& settings, const learning::Description& description);

}  // namespace gradwave
