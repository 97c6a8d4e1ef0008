// SPDX-License-Identifier: GPL-2.0-only
// One run, in a process of its own, as ns-3's global state wants it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace gradwave {

// A complete run that has learned what this one would (learning_hash.h).
struct LearnedIn {
  std::filesystem::path file;
  std::int64_t run_id = 0;
  std::string text;  // "3", or "3 of FILE": as the results say it
};

// Where the runs are from whose rounds a sampled run may draw, and as which of them it does
// (results/trajectory.h).
struct DrawnFrom {
  std::filesystem::path file;
  std::int64_t run_id = 0;
};

constexpr int kDiskIsFull = 3;

// Does what row `run_id` of table runs says and writes its rounds there. Its progress goes to file
// descriptor `progress`, if that is open, as lines "rounds simulated_s loss accuracy". Starts this
// program anew if the environment is not that of the run's host.arithmetic. SIGINT and
// SIGTERM end the run as "interrupted". Returns an exit code: 0 once the run's end, whatever it
// was, is in the database; otherwise stderr says why not, and kDiskIsFull says that room is all
// that is missing. With `learned_in` nothing is learned again: the run has that one's plans, losses
// and evaluations, and its own network. Without `drawn_from` a sampled run draws from those beside
// it.
int run_stored(const std::filesystem::path& database, std::int64_t run_id,
               const std::optional<LearnedIn>& learned_in,
               const std::optional<DrawnFrom>& drawn_from, int progress);

}  // namespace gradwave
