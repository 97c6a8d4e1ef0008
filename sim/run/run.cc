// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/run.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "learning/gossip_learner.h"
#include "learning/learner.h"
#include "learning/runtime/arithmetic.h"
#include "results/database.h"
#include "results/query.h"
#include "results/trajectory.h"
#include "sim/run/ahead.h"
#include "sim/run/checkpoint_folder.h"
#include "sim/run/gossip.h"
#include "sim/run/loop.h"
#include "sim/run/resumed_rounds.h"
#include "sim/sampling/sampled_transport.h"
#include "sim/scenario/fnv1a.h"
#include "sim/scenario/learning_hash.h"
#include "sim/scenario/settings/settings.h"
#include "sim/transport/packet_transport.h"
#include "sim/version.h"

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

// Where a run's rows go, and who else is told.
struct Hearers {
  results::Recorder& recorder;
  ProgressPipe pipe;
  std::string transfers;          // kept_transfers()
  results::Trajectory beginning;  // of a run that was interrupted: what stands in the file already
};

// Whose a checkpoint is.
std::string name_of(const Settings& settings) {
  return fnv1a(to_json(settings).dump() + ' ' + std::to_string(settings.learning.seed) + ' ' +
               sources());
}

// Writes the learner down where and when the scenario asks for it.
class Checkpoints {
 public:
  Checkpoints(const Settings& settings, std::filesystem::path file, Hearers& hearers)
      : file_(std::move(file)),
        run_(name_of(settings)),
        hearers_(hearers),
        wanted_(!settings.checkpoint.folder.empty()),
        rounds_(settings.learning.training.rounds),
        every_(settings.checkpoint.every > 0 ? settings.checkpoint.every : rounds_) {
    if (wanted_) std::filesystem::create_directories(settings.checkpoint.folder);
  }

  // A run goes on from its checkpoint with the rows before it: these have to be there first.
  template <class AnyLearner>
  void after(std::int64_t rounds, const AnyLearner& learner) const {
    if (!wanted_ || rounds <= done_ || (rounds % every_ != 0 && rounds != rounds_)) return;
    hearers_.recorder.flush();
    learner.save(file_, run_);
  }

  // True if the learner is at its last checkpoint, and the rows until there are known. Else it is
  // of no use any more.
  bool resume(learning::Learner& learner) {
    if (!wanted_ || !std::filesystem::exists(file_)) return false;
    try {
      learner.restore(file_, run_);
    } catch (const std::invalid_argument&) {
      return false;
    }
    done_ = learner.rounds_done();
    if (done_ <= static_cast<std::int64_t>(hearers_.beginning.rounds.size())) return true;
    done_ = 0;
    return false;
  }

 private:
  std::filesystem::path file_;
  std::string run_;
  Hearers& hearers_;
  bool wanted_;
  std::int64_t rounds_, every_;
  std::int64_t done_ = 0;  // before it went on
};

bool stop_was_requested() { return stop_requested != 0; }

template <class AnyLearner>
results::Plan plan_of(const AnyLearner& learner) {
  return {learner.schedule().t_hat, learner.schedule().unused, pilot_json(learner.pilot()),
          learner.description().device};
}

ComputeTimes compute_times(const Settings& settings, double forward_macs) {
  const learning::TrainingOptions& training = settings.learning.training;
  return ComputeTimes(settings.compute, forward_macs, training.batch, training.workers,
                      settings.learning.seed);
}

// `after` is told how many rounds are done. What stands in the file is not written again.
Journal journal_of(Hearers& hearers, const std::function<void(std::int64_t)>& after) {
  Journal journal;
  journal.round = [&hearers, after](const results::Round& round,
                                    const std::vector<results::Transfer>& transfers) {
    const std::vector<results::LearnedRound>& before = hearers.beginning.rounds;
    if (const auto t = static_cast<std::size_t>(round.round); t < before.size()) {
      hearers.recorder.again(round, before[t].round);
    } else {
      const bool keeps = keeps_transfers(hearers.transfers, round.round);
      hearers.recorder.round(round, keeps ? transfers : std::vector<results::Transfer>());
    }
    hearers.pipe.round(round);
    after(round.round + 1);
    if (stop_was_requested()) throw Interrupted("stopped by a signal");
  };
  journal.evaluation = [&hearers](const results::Evaluation& evaluation) {
    const std::vector<results::Evaluation>& before = hearers.beginning.evaluations;
    if (before.empty() || before.back().round < evaluation.round) {
      hearers.recorder.evaluation(evaluation);
    }
    hearers.pipe.evaluation(evaluation);
    if (stop_was_requested()) throw Interrupted("stopped by a signal");
  };
  journal.topologies = [&hearers](const std::vector<results::Topology>& seen) {
    hearers.recorder.topologies(seen);
  };
  return journal;
}

std::unique_ptr<Exchange> exchange_of(const Settings& settings) {
  const auto workers = static_cast<int>(settings.learning.training.workers);
  const bool relays =
      settings.link.technology == "mesh" && settings.link.mesh.aggregation == "relays";
  return relays ? exchange_through_relays(workers) : exchange_through_server(workers);
}

// Packet by packet, or as many rounds as it takes.
class Network {
 public:
  Network(const Settings& settings, const std::vector<results::Round>& past)
      : packets_(link_options(settings), settings.limits, stop_was_requested) {
    if (settings.sampling.fidelity != "sampled") return;
    const auto workers = static_cast<int>(settings.learning.training.workers);
    sampled_.emplace(packets_, settings.sampling, channel::world_of(link_options(settings)),
                     settings.learning.seed, past_of(past, workers));
  }

  Transport& transport() {
    if (sampled_) return *sampled_;
    return packets_;
  }

 private:
  static Past past_of(const std::vector<results::Round>& rounds, int workers) {
    Past past;
    past.workers = workers;
    for (const results::Round& round : rounds) {
      past.rounds.push_back({round.start_s, round.start_s + round.compute_s + round.uplink_s,
                             static_cast<double>(round.uplink_payload_bytes),
                             static_cast<double>(round.downlink_payload_bytes), round.uplink_s,
                             round.downlink_s});
    }
    return past;
  }

  PacketTransport packets_;
  std::optional<SampledTransport> sampled_;
};

// Each returns the sentence that explains a divergence, or an empty one.

learning::PlannedRounds planned_rounds(const results::Trajectory& learned) {
  std::vector<learning::RoundPlan> plans;
  std::vector<learning::Update> updates;
  std::map<std::int64_t, learning::Evaluation> evaluations;
  for (const results::LearnedRound& round : learned.rounds) {
    const results::Round& row = round.round;
    plans.push_back({row.round, row.k, round.uplink_bytes, row.train_loss, row.gradient_norm,
                     row.compressor_input_norm, row.paper_bits});
    updates.push_back({round.update_bytes, round.update_k});
  }
  for (const results::Evaluation& row : learned.evaluations) {
    evaluations[row.round] = {row.accuracy, row.loss};
  }
  return {std::move(plans), std::move(updates), std::move(evaluations)};
}

std::string learn(const Settings& settings, const std::filesystem::path& checkpoint,
                  Network& network, Hearers& hearers) {
  const learning::TrainingOptions& training = settings.learning.training;
  std::optional<learning::Learner> learner(learning_options(settings));
  Checkpoints checkpoints(settings, checkpoint, hearers);
  std::optional<ResumedRounds> resumed;
  if (!hearers.beginning.rounds.empty()) {
    if (checkpoints.resume(*learner)) {
      resumed.emplace(*learner, planned_rounds(hearers.beginning), learner->rounds_done());
    } else {
      hearers.recorder.forget();
      hearers.beginning = {};
      learner.emplace(learning_options(settings));
    }
  }
  hearers.recorder.plan(plan_of(*learner));
  // A checkpoint is of the round at which the network is.
  std::optional<Ahead> ahead;
  if (settings.ahead > 0 && settings.checkpoint.folder.empty() &&
      depends_on_network(settings).empty()) {
    ahead.emplace(*learner, static_cast<int>(training.workers), training.rounds,
                  training.evaluate_every, static_cast<std::size_t>(settings.ahead));
  }
  learning::Rounds& rounds = resumed ? static_cast<learning::Rounds&>(*resumed)
                             : ahead ? static_cast<learning::Rounds&>(*ahead)
                                     : *learner;
  ComputeTimes compute = compute_times(settings, learner->description().forward_macs);
  const Journal journal =
      journal_of(hearers, [&](std::int64_t done) { checkpoints.after(done, *learner); });
  const std::string divergence =
      run_rounds(rounds, network.transport(), compute, training.rounds, training.evaluate_every,
                 journal, *exchange_of(settings));
  if (ahead) ahead->stop();
  if (divergence.empty()) {
    if (const auto theory = learner->theory()) hearers.recorder.theory(row_of(*theory));
  }
  return divergence;
}

std::string gossip(const Settings& settings, const std::filesystem::path& checkpoint,
                   Network& network, Hearers& hearers) {
  const learning::TrainingOptions& training = settings.learning.training;
  learning::GossipLearner learner(learning_options(settings));
  hearers.recorder.plan(plan_of(learner));
  const Checkpoints checkpoints(settings, checkpoint, hearers);
  ComputeTimes compute = compute_times(settings, learner.description().forward_macs);
  const Journal journal =
      journal_of(hearers, [&](std::int64_t rounds) { checkpoints.after(rounds, learner); });
  return run_gossip(learner, network.transport(), compute, training.rounds, training.evaluate_every,
                    journal);
}

// The network alone.
std::string replay(const Settings& settings, const LearnedIn& source, double forward_macs,
                   Network& network, Hearers& hearers) {
  const learning::TrainingOptions& training = settings.learning.training;
  const results::Trajectory learned = results::read_trajectory(source.file, source.run_id);
  learning::PlannedRounds rounds = planned_rounds(learned);
  results::Plan plan = learned.plan;
  plan.host_learned_from = source.text;
  hearers.recorder.plan(plan);
  ComputeTimes compute = compute_times(settings, forward_macs);
  const Journal journal = journal_of(hearers, [](std::int64_t) {});
  const std::string divergence =
      run_rounds(rounds, network.transport(), compute, training.rounds, training.evaluate_every,
                 journal, *exchange_of(settings));
  if (divergence.empty() && learned.theory) hearers.recorder.theory(*learned.theory);
  return divergence;
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

double stored_macs(const std::filesystem::path& database, std::int64_t run_id) {
  const results::Table table = results::query(
      database, "SELECT forward_macs FROM runs WHERE id = " + std::to_string(run_id));
  return std::get<double>(table.rows.at(0).at(0));
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
      Hearers hearers{recorder, ProgressPipe(progress), settings.results.transfers,
                      results::read_beginning(database, run_id)};
      // Only who learns, and learns the same whatever the network does, can go on where it was;
      // what a sampled run draws from may have become more meanwhile.
      const bool sampled = settings.sampling.fidelity == "sampled";
      if (learned_in || !depends_on_network(settings).empty() || sampled) {
        recorder.forget();
        hearers.beginning = {};
      }
      const DrawnFrom past = drawn_from.value_or(DrawnFrom{database, run_id});
      Network network(settings, results::rounds_to_draw_from(past.file, past.run_id));
      const std::filesystem::path checkpoint =
          checkpoint_file(settings.checkpoint.folder, database, run_id);
      const std::string divergence =
          learned_in
              ? replay(settings, *learned_in, stored_macs(database, run_id), network, hearers)
          : channel::has_server(link_options(settings))
              ? learn(settings, checkpoint, network, hearers)
              : gossip(settings, checkpoint, network, hearers);
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
