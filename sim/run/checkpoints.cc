// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/checkpoints.h"

#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "sim/scenario/fnv1a.h"
#include "sim/version.h"

namespace gradwave {

Checkpoints::Checkpoints(const Settings& settings, std::filesystem::path file,
                         RunObservers& hearers)
    : file_(std::move(file)),
      run_(fnv1a(to_json(settings).dump() + ' ' + std::to_string(settings.learning.seed) + ' ' +
                 sources())),
      hearers_(hearers),
      wanted_(!settings.checkpoint.folder.empty()),
      rounds_(settings.learning.training.rounds),
      every_(settings.checkpoint.every > 0 ? settings.checkpoint.every : rounds_) {
  if (wanted_) std::filesystem::create_directories(settings.checkpoint.folder);
}

bool Checkpoints::resume(learning::Learner& learner) {
  if (!wanted_ || !std::filesystem::exists(file_)) return false;
  try {
    learner.restore(file_, run_);
  } catch (const std::invalid_argument& error) {
    std::cerr << "note: " << error.what() << "; the run starts again from round 0\n";
    return false;
  }
  done_ = learner.rounds_done();
  if (done_ <= hearers_.beginning->size()) return true;
  done_ = 0;
  return false;
}

}  // namespace gradwave
