// SPDX-License-Identifier: GPL-2.0-only
// Whether two runs have the same rows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace gradwave::results {

struct RunOf {
  std::filesystem::path file;
  std::int64_t run_id = 0;
};

// Where two runs first differ, in words, "rounds, row 4: latency_s is 0.1, and 0.2 there"; "" if
// all their rows are the same but for numbers of runs and experiments and what the host decides.
// Throws DatabaseError if there is no such run.
std::string first_difference(const RunOf& one, const RunOf& other);

}  // namespace gradwave::results
