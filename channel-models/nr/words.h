// SPDX-License-Identifier: GPL-2.0-only
// The words of the settings nr.*, and what they stand for. Each throws OptionError for a word that
// it does not know.
#pragma once

#include <vector>

#include "channel-models/nr/block_error.h"
#include "channel-models/nr/transport_block.h"
#include "channel-models/options.h"

namespace gradwave::channel::nr {

enum class Access { kRequest, kConfigured };
enum class Scheduler { kProportionalFair, kRoundRobin };

const std::vector<Mcs>& mcs_table(const NrOptions& options);
Access access(const NrOptions& options);
Scheduler scheduler(const NrOptions& options);
Combining combining(const NrOptions& options);
bool has_core(const NrOptions& options);

}  // namespace gradwave::channel::nr
