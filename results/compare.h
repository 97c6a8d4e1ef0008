// SPDX-License-Identifier: GPL-2.0-only
// Variants of one experiment against its first variant, paired by seed and swept values: two runs
// of a pair share initial weights, batches, positions and radio streams, so their difference is the
// method's. A variant that sets a swept value itself has run once for all of the sweep's points
// over that value, and appears at each of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace gradwave::results {

// A mean with its two-sided interval by Student's t on n - 1 degrees of freedom; of times,
// with what drawing rounds may have added (network.fidelity).
struct Interval {
  int n = 0;
  double mean = 0;
  std::optional<double> half_width;  // none for n < 2
};
Interval student_interval(const std::vector<double>& values, double confidence = 0.95);

struct CompareRow {
  std::string parameters;  // the point of the sweep: JSON of the swept values, "{}" without a sweep
  std::string variant;
  int runs = 0;                   // started, whatever became of them
  int reached = 0;                // evaluations reached the target
  int censored = 0;               // ended (completely or not) without reaching it
  int failed = 0;                 // runs whose status is failed, interrupted or diverged
  Interval final_accuracy;        // of complete runs
  Interval worst_accuracy;        // likewise, of a worker's own model; n = 0 with a server
  Interval time_s, bits, rounds;  // to the target, over the runs that reached it
  double time_error_s = 0;        // in time_s, by drawing rounds: mean of the runs'
  Interval accuracy_difference;   // to the first variant, paired, over complete pairs
  Interval time_difference_s;     // paired, over the pairs where both reached the target
  Interval bits_difference;
};

struct Comparison {
  std::int64_t experiment_id = 0;
  std::string experiment;
  double target = 0;
  std::string target_choice;  // why it is this one; empty if it was asked for
  std::vector<CompareRow> rows;
};

// experiment: id or name (the latest of that name); empty: the latest. target: accuracy; none: one
// of the grid 0.01, 0.02, ... above what the initial weights of every run of the experiment gave
// (else it would be reached after 0 rounds and 0 s by whom it is to compare): the highest that
// every complete run reached, or if there is none such, that half of them did, or that one did, or
// the lowest. With no complete run 0.5, if that is above the initial weights. target_choice says
// which rule it was. Throws DatabaseError.
Comparison compare(const std::filesystem::path& file, const std::string& experiment,
                   std::optional<double> target, double confidence = 0.95);

void print(const Comparison& comparison, std::ostream& out);

}  // namespace gradwave::results
