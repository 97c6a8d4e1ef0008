// SPDX-License-Identifier: GPL-2.0-only
// Writes a run's learner down where and when its scenario asks for it, and brings it back there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "learning/learner.h"
#include "sim/run/run_observers.h"
#include "sim/scenario/settings/settings.h"

namespace gradwave {

class Checkpoints {
 public:
  Checkpoints(const Settings& settings, std::filesystem::path file, RunObservers& hearers);

  // A run goes on from its checkpoint with the rows before it: these have to be there first.
  template <class AnyLearner>
  void after(std::int64_t rounds, const AnyLearner& learner) const {
    if (!wanted_ || rounds <= done_ || (rounds % every_ != 0 && rounds != rounds_)) return;
    hearers_.recorder.flush();
    learner.save(file_, run_);
  }

  // True if the learner is at its last checkpoint, and the rows until there are known. Else it is
  // of no use any more.
  bool resume(learning::Learner& learner);

 private:
  std::filesystem::path file_;
  std::string run_;  // whose checkpoint it is
  RunObservers& hearers_;
  bool wanted_;
  std::int64_t rounds_, every_;
  std::int64_t done_ = 0;  // before it went on
};

}  // namespace gradwave
