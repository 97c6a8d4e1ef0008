// SPDX-License-Identifier: GPL-2.0-only
// What a run has learned, read back from its rows, so that another run can repeat it over another
// network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/records.h"

namespace gradwave::results {

struct LearnedRound {
  // k, paper_bits, train_loss, norms, payload and wire bytes and latency; the rest is zero.
  Round round;
  std::vector<std::int64_t> uplink_bytes;  // [M], of each worker's gradient
  std::int64_t update_bytes = 0;           // 0: none was sent
  std::int64_t update_k = 0;
};

// A run's rounds, as many as stand in the file when this is made; of these a thousand are in
// memory. All throw DatabaseError.
class LearnedRounds {
 public:
  // None if a round missed somebody's gradient.
  LearnedRounds(std::filesystem::path file, std::int64_t run_id);

  std::int64_t size() const { return size_; }
  const LearnedRound& at(std::int64_t t);
  // After so many rounds; its time is not this one's.
  std::optional<Evaluation> evaluation(std::int64_t rounds);
  // How many rounds were before the last one; none: there was none.
  std::optional<std::int64_t> last_evaluation() const { return last_evaluation_; }

 private:
  void load(std::int64_t t);

  std::filesystem::path file_;
  std::string run_id_;
  std::int64_t workers_ = 0, size_ = 0;
  std::optional<std::int64_t> last_evaluation_;
  std::int64_t first_ = 0;  // of those in memory
  std::vector<LearnedRound> rounds_;
  std::map<std::int64_t, Evaluation> evaluations_;  // before the first of these to after the last
};

struct Trajectory {
  Plan plan;
  std::optional<Theory> theory;
  LearnedRounds rounds;  // [T]
};

// The first complete run with this hash; none if there is none, or no file. Throws DatabaseError.
std::optional<std::int64_t> find_learned(const std::filesystem::path& file,
                                         const std::string& learning_hash);

// Of the runs over one network, in their order in the scenario, the first is generation 0, the
// second 1, the next two 2, the next four 3, and so on: each run draws from the rounds of all
// generations before its own, and the runs of one generation do not wait for each other.
std::int64_t generation_of(std::int64_t runs_before);

// The rounds from which a sampled run's may be drawn: those simulated packet by packet in complete
// runs of generations before it, at most the last 8192.
std::vector<Round> rounds_to_draw_from(const std::filesystem::path& file, std::int64_t run_id);

// The first of them, in this experiment and over this network, of which a run is under way.
std::optional<std::int64_t> generation_under_way(const std::filesystem::path& file,
                                                 std::int64_t experiment_id,
                                                 const std::string& network_hash);

// Of a complete run; throws DatabaseError if it is not, or not all rounds are in the file.
Trajectory read_trajectory(const std::filesystem::path& file, std::int64_t run_id);

}  // namespace gradwave::results
