// SPDX-License-Identifier: GPL-2.0-only
// Several results files into one: shards of a campaign that were run on machines of their own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace gradwave::results {

struct Merged {
  std::int64_t experiments = 0;  // that were new
  std::int64_t runs = 0;
};

// Adds the experiments and runs of `files` to `into`, which may be new; the files stay as they are.
// Experiments of the same scenario, inputs, versions and code are one (merge_plan.h), and its runs
// come in the order of the scenario, so that shards together are what one campaign would have been.
//
// One transaction of SQLite: other programs may read or write `into` meanwhile, and a merge that is
// killed, or finds the disk full, leaves what was there. Throws DatabaseError, and has added
// nothing, if a run is in two files or in `into` already, or still under way in one of them, if a
// file is of an earlier version or is `into` itself, or if another program holds `into` locked for
// more than a minute.
Merged merge(const std::vector<std::filesystem::path>& files, const std::filesystem::path& into);

}  // namespace gradwave::results
