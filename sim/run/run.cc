// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/run.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "learning/gossip_learner.h"
#include "learning/inputs.h"
#include "learning/learner.h"
#include "learning/runtime/arithmetic.h"
#include "learning/theory/theory.h"
#include "results/database.h"
#include "results/trajectory.h"
#include "sim/run/checkpoint_folder.h"
#include "sim/run/checkpoints.h"
#include "sim/run/gossip.h"
#include "sim/run/loop.h"
#include "sim/run/prefetched_rounds.h"
#include "sim/run/replayed_rounds.h"
#include "sim/run/resumed_rounds.h"
#include "sim/run/run_observers.h"
#include "sim/run/run_transport.h"
#include "sim/run/signal_name.h"
#include "sim/run/stored_run.h"
#include "sim/scenario/learning_hash.h"
#include "sim/scenario/settings/settings.h"

namespace gradwave {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

// A pipe that closes (the parent died) is no reason to die half-way through a transaction.
void listen_to_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int number) { stop_requested = number; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

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

// A full disk, a quota, or a limit on the size of files.
bool is_full(const std::error_code& code) {
  return code == std::errc::no_space_on_device || code == std::errc::file_too_large ||
         code == std::error_code(EDQUOT, std::generic_category());
}

// Whatever was written to the file since the run was planned, its rows would have the hash of what
// was there before, and other runs would repeat them.
void require_inputs(const learning::Options& options, const std::string& planned) {
  if (planned.empty() || learning::inputs_of(options) == planned) return;
  throw std::runtime_error(
      "the data set or model.file is not what it was when this run was planned: it was written to "
      "meanwhile; run the scenario again");
}

bool stop_was_requested() { return stop_requested != 0; }

template <class AnyLearner>
results::Plan plan_of(const AnyLearner& learner) {
  const learning::Description& known = learner.description();
  return {learner.schedule().t_hat,
          learner.schedule().unused,
          pilot_json(learner.pilot()),
          known.device,
          "",
          known.data_mean,
          known.data_deviation,
          known.class_counts};
}

ComputeTimes compute_times(const Settings& settings, double forward_macs) {
  const learning::TrainingOptions& training = settings.learning.training;
  return ComputeTimes(settings.compute, forward_macs, training.batch, training.workers,
                      settings.learning.seed);
}

std::unique_ptr<Exchange> exchange_of(const Settings& settings) {
  const auto workers = static_cast<int>(settings.learning.training.workers);
  return channel::adds_on_the_way(settings.link) ? exchange_through_relays(workers)
                                                 : exchange_through_server(workers);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Outcome {
  std::string divergence;            // the sentence that explains it, or empty
  std::optional<double> learning_s;  // of this machine's; none: nothing was learned
};

Outcome learn(const Settings& settings, const std::string& inputs,
              const std::filesystem::path& checkpoint, RunTransport& network,
              RunObservers& hearers) {
  const auto start = std::chrono::steady_clock::now();
  const double network_s = network.packets().cost().host_s;
  const learning::TrainingOptions& training = settings.learning.training;
  learning::keep_dataset(learning_options(settings).data);
  std::optional<learning::Learner> learner(learning_options(settings));
  require_inputs(learning_options(settings), inputs);
  Checkpoints checkpoints(settings, checkpoint, hearers);
  std::optional<ResumedRounds> resumed;
  if (hearers.beginning) {
    if (checkpoints.resume(*learner)) {
      resumed.emplace(*learner, ReplayedRounds(*hearers.beginning), learner->rounds_done());
    } else {
      hearers.recorder.forget();
      hearers.beginning.reset();
      learner.emplace(learning_options(settings));
    }
  }
  hearers.recorder.plan(plan_of(*learner));
  const double before_s = seconds_since(start);
  // A checkpoint is of the round at which the network is.
  std::optional<PrefetchedRounds> ahead;
  if (settings.ahead > 0 && settings.checkpoint.folder.empty() &&
      depends_on_network(settings).empty()) {
    ahead.emplace(*learner, static_cast<int>(training.workers), training.rounds,
                  training.evaluate_every, static_cast<std::size_t>(settings.ahead));
  }
  learning::Rounds& rounds = resumed ? static_cast<learning::Rounds&>(*resumed)
                             : ahead ? static_cast<learning::Rounds&>(*ahead)
                                     : *learner;
  ComputeTimes compute = compute_times(settings, learner->description().forward_macs);
  const RoundSink sink =
      journal_of(hearers, [&](std::int64_t done) { checkpoints.after(done, *learner); });
  const std::string divergence = run_rounds(rounds, network.transport(), compute, training.rounds,
                                            training.evaluate_every, sink, *exchange_of(settings));
  if (ahead) ahead->stop();
  if (divergence.empty()) {
    if (const auto theory = learner->theory()) hearers.recorder.theory(row_of(*theory));
  }
  const double in_step_s = seconds_since(start) - (network.packets().cost().host_s - network_s);
  return {divergence, ahead ? before_s + ahead->learning_s() : in_step_s};
}

Outcome gossip(const Settings& settings, const std::string& inputs,
               const std::filesystem::path& checkpoint, RunTransport& network,
               RunObservers& hearers) {
  const auto start = std::chrono::steady_clock::now();
  const double network_s = network.packets().cost().host_s;
  const learning::TrainingOptions& training = settings.learning.training;
  learning::keep_dataset(learning_options(settings).data);
  learning::GossipLearner learner(learning_options(settings));
  require_inputs(learning_options(settings), inputs);
  hearers.recorder.plan(plan_of(learner));
  const Checkpoints checkpoints(settings, checkpoint, hearers);
  ComputeTimes compute = compute_times(settings, learner.description().forward_macs);
  const RoundSink sink =
      journal_of(hearers, [&](std::int64_t rounds) { checkpoints.after(rounds, learner); });
  const std::string divergence = run_gossip(learner, network.transport(), compute, training.rounds,
                                            training.evaluate_every, sink);
  return {divergence, seconds_since(start) - (network.packets().cost().host_s - network_s)};
}

// The network alone.
Outcome replay(const Settings& settings, const LearnedIn& source, double forward_macs,
               RunTransport& network, RunObservers& hearers) {
  const learning::TrainingOptions& training = settings.learning.training;
  const results::Trajectory learned = results::read_trajectory(source.file, source.run_id);
  ReplayedRounds rounds(learned.rounds);
  results::Plan plan = learned.plan;
  plan.host_learned_from = source.text;
  hearers.recorder.plan(plan);
  ComputeTimes compute = compute_times(settings, forward_macs);
  const RoundSink sink = journal_of(hearers, [](std::int64_t) {});
  const std::string divergence = run_rounds(rounds, network.transport(), compute, training.rounds,
                                            training.evaluate_every, sink, *exchange_of(settings));
  if (divergence.empty() && learned.theory) hearers.recorder.theory(*learned.theory);
  return {divergence, std::nullopt};
}

results::Costs costs_of(const RunTransport& network, const std::optional<double>& learning_s) {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const PacketTransport::Cost packets = network.packets().cost();
  return {learning_s, packets.host_s, packets.events, std::int64_t{1024} * usage.ru_maxrss};
}

// Of a run that was interrupted, and has rounds to go on from.
std::optional<results::LearnedRounds> beginning_of(const std::filesystem::path& database,
                                                   std::int64_t run_id) {
  results::LearnedRounds rounds(database, run_id);
  return rounds.size() > 0 ? std::optional(std::move(rounds)) : std::nullopt;
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

int run_stored(const std::filesystem::path& database, std::int64_t run_id,
               const std::optional<LearnedIn>& learned_in,
               const std::optional<DrawnFrom>& drawn_from, int progress) {
  // Else the results file could be opened under this very number.
  if (fcntl(progress, F_GETFD) == -1) progress = -1;
  try {
    start_as_stored(database, run_id);
    listen_to_signals();
    results::Recorder recorder(database, run_id);
    try {
      const Settings settings = stored_settings(database, run_id);
      RunObservers hearers{recorder, ProgressPipe(progress), settings.results.transfers,
                           beginning_of(database, run_id), stop_was_requested};
      // Only who learns, and learns the same whatever the network does, can go on where it was;
      // what a sampled run draws from may have become more meanwhile.
      const bool sampled = samples(settings.sampling);
      if (learned_in || !depends_on_network(settings).empty() || sampled) {
        hearers.beginning.reset();
      }
      if (!hearers.beginning) recorder.forget();  // an evaluation of before its first round, say
      const std::string inputs = stored_inputs_hash(database, run_id);
      const DrawnFrom past = drawn_from.value_or(DrawnFrom{database, run_id});
      RunTransport network(settings, results::rounds_to_draw_from(past.file, past.run_id),
                           stop_was_requested);
      const std::filesystem::path checkpoint =
          checkpoint_file(settings.checkpoint.folder, database, run_id);
      const Outcome outcome = learned_in ? replay(settings, *learned_in,
                                                  stored_macs(database, run_id), network, hearers)
                              : channel::has_server(link_options(settings))
                                  ? learn(settings, inputs, checkpoint, network, hearers)
                                  : gossip(settings, inputs, checkpoint, network, hearers);
      recorder.finish(outcome.divergence.empty() ? "complete" : "diverged", outcome.divergence,
                      costs_of(network, outcome.learning_s));
    } catch (const results::DatabaseError&) {
      throw;
    } catch (const Interrupted& interruption) {
      const int signal = stop_requested;
      recorder.finish("interrupted",
                      signal != 0 ? "stopped by " + signal_name(signal) : interruption.what());
    } catch (const std::system_error& error) {
      if (!is_full(error.code())) {
        recorder.finish("failed", error.what());
        return 0;
      }
      std::cerr << error.what() << '\n';
      recorder.finish("interrupted", error.what());  // the results may be on another disk
      return kDiskIsFull;
    } catch (const std::exception& error) {
      recorder.finish("failed", error.what());
    }
    return 0;
  } catch (const results::StorageError& error) {
    std::cerr << error.what() << '\n';
    return kDiskIsFull;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

}  // namespace gradwave
