// SPDX-License-Identifier: GPL-2.0-only
// What stands in the results of a run, as a run wants it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "sim/scenario/settings/settings.h"

namespace gradwave {

// With its seed, and the texts of the files that they name. Throws std::invalid_argument if there
// is no such run.
Settings stored_settings(const std::filesystem::path& database, std::int64_t run_id);

// Of the data set and the network's file, when the run was planned; empty if it is not known.
std::string stored_inputs_hash(const std::filesystem::path& database, std::int64_t run_id);

// Multiply-adds of one sample's forward pass.
double stored_macs(const std::filesystem::path& database, std::int64_t run_id);

}  // namespace gradwave
