// SPDX-License-Identifier: GPL-2.0-only
// What a run has learned, read back from its rows, so that another run can repeat it over another
// network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "results/records.h"

namespace gradwave::results {

struct LearnedRound {
  Round round;                             // k, paper_bits, train_loss and norms; the rest is zero
  std::vector<std::int64_t> uplink_bytes;  // [M], of each worker's gradient
  std::int64_t update_bytes = 0;           // 0: none was sent
  std::int64_t update_k = 0;
};

struct Trajectory {
  Plan plan;
  std::vector<LearnedRound> rounds;     // [T], or as far as it got
  std::vector<Evaluation> evaluations;  // their times are not this one's
  std::optional<Theory> theory;
};

// The first complete run with this hash; none if there is none, or no file. Throws DatabaseError.
std::optional<std::int64_t> find_learned(const std::filesystem::path& file,
                                         const std::string& learning_hash);

// Of the runs over one network, in their order in the scenario, the first is generation 0, the
// second 1, the next two 2, the next four 3, and so on: each run draws from the rounds of all
// generations before its own, and the runs of one generation do not wait for each other.
std::int64_t generation_of(std::int64_t runs_before);

// The rounds from which a sampled run's may be drawn: those simulated packet by packet in complete
// runs of generations before it, at most the last 8192. Runs of another process are not waited for.
std::vector<Round> rounds_to_draw_from(const std::filesystem::path& file, std::int64_t run_id);

// Of a complete run; throws DatabaseError if it is not, or not all rounds are in the file.
Trajectory read_trajectory(const std::filesystem::path& file, std::int64_t run_id);

// Likewise of a run that was interrupted, as far as it got; its rounds have their bytes and times,
// too.
Trajectory read_beginning(const std::filesystem::path& file, std::int64_t run_id);

}  // namespace gradwave::results
