// SPDX-License-Identifier: GPL-2.0-only
// A folder of checkpoints, whose files are named after the results file and the run: two results
// files of one name would write over each other's.
#pragma once

#include <filesystem>
#include <string>

namespace gradwave {

// The checkpoint of a run: folder/RESULTS-run-ID.pt.
std::filesystem::path checkpoint_file(const std::filesystem::path& folder,
                                      const std::filesystem::path& results, std::int64_t run_id);

// Makes the folder, and notes in it that the checkpoints named after `results` are this file's.
// Throws SettingError if they are another's, or if the folder cannot be made.
void claim_checkpoints(const std::filesystem::path& folder, const std::filesystem::path& results);

}  // namespace gradwave
