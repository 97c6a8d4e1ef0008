// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/run.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "learning/gossip_learner.h"
#include "learning/learner.h"
#include "learning/runtime/arithmetic.h"
#include "results/database.h"
#include "results/query.h"
#include "sim/run/checkpoint_folder.h"
#include "sim/run/gossip.h"
#include "sim/run/loop.h"
#include "sim/scenario/settings/settings.h"
#include "sim/transport/packet_transport.h"

namespace gradwave {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

// A pipe that closes (the parent died) is no reason to die half-way through a transaction.
void listen_to_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { stop_requested = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

// Tells the parent how far the run is, a few times a second.
class ProgressPipe {
 public:
  explicit ProgressPipe(int descriptor) : descriptor_(descriptor) {}

  void evaluation(const results::Evaluation& evaluation) { accuracy_ = evaluation.accuracy; }

  void round(const results::Round& round) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    dprintf(descriptor_, "%lld %.9g %.9g %.9g\n", static_cast<long long>(round.round) + 1,
            round.start_s + round.latency_s, round.train_loss, accuracy_);
  }

 private:
  int descriptor_;
  double accuracy_ = 0;
  std::chrono::steady_clock::time_point last_;
};

std::string pilot_json(const std::optional<learning::Pilot>& pilot) {
  if (!pilot) return "";
  return nlohmann::json{{"rounds", pilot->rounds},
                        {"initial_loss", pilot->initial_loss},
                        {"worker_variance", pilot->worker_variance},
                        {"gradient_variance", pilot->gradient_variance},
                        {"squared_gradient", pilot->squared_gradient},
                        {"smoothness", pilot->smoothness},
                        {"convexity", pilot->convexity},
                        {"t_hat", pilot->t_hat}}
      .dump();
}

results::Theory row_of(const learning::Theory& theory) {
  results::Theory row;
  row.theorem = theory.bound.theorem;
  row.k = static_cast<std::int64_t>(theory.method.k);
  row.learning_rate = theory.method.learning_rate;
  row.optimal_loss = theory.optimal_loss;
  row.alpha = theory.bound.coefficients.alpha;
  row.beta = theory.bound.coefficients.beta;
  row.contraction = theory.bound.coefficients.contraction;
  row.m_or_p = theory.bound.m_or_p;
  row.n_or_q = theory.bound.n_or_q;
  row.adaptation = theory.bound.adaptation;
  row.adaptation_by_lemma = theory.bound.adaptation_by_lemma;
  row.final_loss = theory.final_loss;
  row.violated = nlohmann::json(theory.violated).dump();
  return row;
}

// Writes the learner down where and when the scenario asks for it.
class Checkpoints {
 public:
  Checkpoints(const CheckpointOptions& options, std::filesystem::path file, std::int64_t rounds)
      : file_(std::move(file)),
        wanted_(!options.folder.empty()),
        every_(options.every > 0 ? options.every : rounds),
        rounds_(rounds) {
    if (wanted_) std::filesystem::create_directories(options.folder);
  }

  template <class AnyLearner>
  void after(std::int64_t rounds, const AnyLearner& learner) const {
    if (wanted_ && (rounds % every_ == 0 || rounds == rounds_)) learner.save(file_);
  }

 private:
  std::filesystem::path file_;
  bool wanted_;
  std::int64_t every_, rounds_;
};

// Calls `loop` with what it needs, and records what it tells. Returns what that does: the sentence
// that explains a divergence, or an empty one.
template <class AnyLearner, class Loop>
std::string run_with(const Settings& settings, const std::filesystem::path& checkpoint,
                     results::Recorder& recorder, int progress, const Loop& loop) {
  const learning::TrainingOptions& training = settings.learning.training;
  PacketTransport transport(link_options(settings), settings.limits,
                            [] { return stop_requested != 0; });
  AnyLearner learner(learning_options(settings));
  recorder.plan({learner.schedule().t_hat, learner.schedule().unused, pilot_json(learner.pilot()),
                 learner.description().device});
  const Checkpoints checkpoints(settings.checkpoint, checkpoint, training.rounds);

  ComputeTimes compute(settings.compute, learner.description().forward_macs, training.batch,
                       training.workers, settings.learning.seed);
  ProgressPipe pipe(progress);
  Journal journal;
  journal.round = [&](const results::Round& round,
                      const std::vector<results::Transfer>& transfers) {
    recorder.round(round, transfers);
    pipe.round(round);
    checkpoints.after(round.round + 1, learner);
  };
  journal.evaluation = [&](const results::Evaluation& evaluation) {
    recorder.evaluation(evaluation);
    pipe.evaluation(evaluation);
    if (stop_requested) throw Interrupted("stopped by a signal");
  };
  journal.topologies = [&](const std::vector<results::Topology>& seen) {
    recorder.topologies(seen);
  };
  return loop(learner, transport, compute, journal);
}

std::string run(const Settings& settings, const std::filesystem::path& checkpoint,
                results::Recorder& recorder, int progress) {
  const learning::TrainingOptions& training = settings.learning.training;
  if (!channel::has_server(link_options(settings))) {
    return run_with<learning::GossipLearner>(
        settings, checkpoint, recorder, progress,
        [&](auto& learner, auto& transport, auto& compute, const Journal& journal) {
          return run_gossip(learner, transport, compute, training.rounds, training.evaluate_every,
                            journal);
        });
  }
  return run_with<learning::Learner>(
      settings, checkpoint, recorder, progress,
      [&](auto& learner, auto& transport, auto& compute, const Journal& journal) {
        const auto workers = static_cast<int>(training.workers);
        const std::unique_ptr<Exchange> exchange =
            settings.link.technology == "mesh" && settings.link.mesh.aggregation == "relays"
                ? exchange_through_relays(workers)
                : exchange_through_server(workers);
        const std::string divergence = run_rounds(learner, transport, compute, training.rounds,
                                                  training.evaluate_every, journal, *exchange);
        if (divergence.empty()) {
          if (const auto theory = learner.theory()) recorder.theory(row_of(*theory));
        }
        return divergence;
      });
}

Settings stored_settings(const std::filesystem::path& database, std::int64_t run_id) {
  const std::string id = std::to_string(run_id);
  const results::Table table =
      results::query(database, "SELECT settings, seed FROM runs WHERE id = " + id);
  if (table.rows.empty()) throw std::invalid_argument("there is no run " + id);
  Settings settings = from_json(nlohmann::json::parse(std::get<std::string>(table.rows[0][0])));
  settings.learning.seed = static_cast<std::uint64_t>(std::get<std::int64_t>(table.rows[0][1]));
  std::map<std::string, std::string> inputs;
  for (const auto& row :
       results::query(database,
                      "SELECT name, text FROM inputs JOIN runs USING (experiment_id) "
                      "WHERE runs.id = " +
                          id)
           .rows) {
    inputs[std::get<std::string>(row[0])] = std::get<std::string>(row[1]);
  }
  for (const Setting& setting : settings_table()) {
    for (channel::TextFile* file : files_of(setting, settings)) file->text = inputs.at(file->name);
  }
  return settings;
}

// Whoever starts a run by hand has another environment than a campaign gives it. Settings that
// cannot be read are for the run itself to record.
void start_as_stored(const std::filesystem::path& database, std::int64_t run_id) {
  std::string arithmetic;
  try {
    arithmetic = stored_settings(database, run_id).learning.host.arithmetic;
    learning::check_arithmetic(arithmetic);
  } catch (const std::exception&) {
    return;
  }
  learning::start_with(arithmetic);
}

}  // namespace

int run_stored(const std::filesystem::path& database, std::int64_t run_id, int progress) {
  // Else the results file could be opened under this very number.
  if (fcntl(progress, F_GETFD) == -1) progress = -1;
  try {
    start_as_stored(database, run_id);
    listen_to_signals();
    results::Recorder recorder(database, run_id);
    try {
      const Settings settings = stored_settings(database, run_id);
      const std::string divergence =
          run(settings, checkpoint_file(settings.checkpoint.folder, database, run_id), recorder,
              progress);
      recorder.finish(divergence.empty() ? "complete" : "diverged", divergence);
    } catch (const results::DatabaseError&) {
      throw;
    } catch (const Interrupted& interruption) {
      recorder.finish("interrupted", interruption.what());
    } catch (const std::exception& error) {
      recorder.finish("failed", error.what());
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

}  // namespace gradwave
