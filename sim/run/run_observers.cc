// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/run_observers.h"

#include <cstdio>
#include <vector>

namespace gradwave {

void ProgressPipe::round(const results::Round& round) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(200)) return;
  last_ = now;
  dprintf(descriptor_, "%lld %.9g %.9g %.9g\n", static_cast<long long>(round.round) + 1,
          round.start_s + round.latency_s, round.train_loss, accuracy_);
}

RoundSink journal_of(RunObservers& hearers, const std::function<void(std::int64_t)>& after) {
  const auto stop_if_asked = [&hearers] {
    if (hearers.stop()) throw Interrupted("stopped by a signal");
  };
  RoundSink sink;
  sink.round = [&hearers, after, stop_if_asked](const results::Round& round,
                                                const std::vector<results::Transfer>& transfers) {
    auto& before = hearers.beginning;
    if (before && round.round < before->size()) {
      hearers.recorder.again(round, before->at(round.round).round);
    } else {
      const bool keeps = keeps_transfers(hearers.transfers, round.round);
      hearers.recorder.round(round, keeps ? transfers : std::vector<results::Transfer>());
    }
    hearers.pipe.round(round);
    after(round.round + 1);
    stop_if_asked();
  };
  sink.evaluation = [&hearers, stop_if_asked](const results::Evaluation& evaluation) {
    const auto last = hearers.beginning ? hearers.beginning->last_evaluation() : std::nullopt;
    if (!last || *last < evaluation.round) hearers.recorder.evaluation(evaluation);
    hearers.pipe.evaluation(evaluation);
    stop_if_asked();
  };
  sink.topologies = [&hearers](const std::vector<results::Topology>& seen) {
    hearers.recorder.topologies(seen);
  };
  return sink;
}

}  // namespace gradwave
