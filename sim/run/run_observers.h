// SPDX-License-Identifier: GPL-2.0-only
// Who is told of a run's rounds: the results, and the parent, who shows how far it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "results/database.h"
#include "results/trajectory.h"
#include "sim/run/round_sink.h"

namespace gradwave {

// Tells the parent how far the run is, a few times a second.
class ProgressPipe {
 public:
  explicit ProgressPipe(int descriptor) : descriptor_(descriptor) {}

  void evaluation(const results::Evaluation& evaluation) { accuracy_ = evaluation.accuracy; }
  void round(const results::Round& round);

 private:
  int descriptor_;
  double accuracy_ = 0;
  std::chrono::steady_clock::time_point last_;
};

struct RunObservers {
  results::Recorder& recorder;
  ProgressPipe pipe;
  std::string transfers;  // kept_transfers()
  // Of a run that was interrupted: what stands in the file already.
  std::optional<results::LearnedRounds> beginning;
  std::function<bool()> stop;  // where it says so, the sink throws Interrupted
};

// `after` is told how many rounds are done. What stands in the file is not written again, but has
// to come again as it stands there.
RoundSink journal_of(RunObservers& hearers, const std::function<void(std::int64_t)>& after);

}  // namespace gradwave
