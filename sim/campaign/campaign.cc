// SPDX-License-Identifier: GPL-2.0-only
#include "sim/campaign/campaign.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <list>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

#include "learning/runtime/arithmetic.h"
#include "learning/runtime/process.h"
#include "results/query.h"
#include "results/trajectory.h"
#include "sim/campaign/forecast.h"
#include "sim/campaign/fork_server.h"
#include "sim/campaign/process.h"
#include "sim/campaign/progress.h"
#include "sim/run/checkpoint_folder.h"
#include "sim/run/run.h"
#include "sim/run/signal_name.h"
#include "sim/scenario/learning_hash.h"
#include "sim/scenario/network_hash.h"
#include "sim/version.h"

namespace gradwave {
namespace {

volatile std::sig_atomic_t signals_seen = 0, first_signal = 0;

// While a campaign runs, SIGINT and SIGTERM are counted instead of killing us.
class SignalCounter {
 public:
  SignalCounter() {
    signals_seen = 0;
    first_signal = 0;
    struct sigaction action = {};
    action.sa_handler = [](int number) {
      if (signals_seen == 0) first_signal = number;
      signals_seen = signals_seen + 1;
    };
    sigaction(SIGINT, &action, &old_int_);
    sigaction(SIGTERM, &action, &old_term_);
  }
  ~SignalCounter() {
    // `timeout` sends it twice: the second one must not cut the exit short.
    if (signals_seen != 0) {
      std::signal(SIGINT, SIG_IGN);
      std::signal(SIGTERM, SIG_IGN);
      return;
    }
    sigaction(SIGINT, &old_int_, nullptr);
    sigaction(SIGTERM, &old_term_, nullptr);
  }

 private:
  struct sigaction old_int_, old_term_;
};

std::string label(const PlannedRun& run) {
  std::string text = run.variant;
  const nlohmann::json parameters = nlohmann::json::parse(run.parameters);
  for (const auto& [key, value] : parameters.items()) {
    text += "  " + key + "=" + value.dump();
  }
  return text + "  seed " + std::to_string(run.seed);
}

// Of all settings, which may be long lists, those that say which data a run learns from.
std::string data_settings(const Settings& settings) {
  nlohmann::json data;
  for (const Setting& setting : settings_table()) {
    if (setting.key.rfind("data.", 0) == 0) data[setting.key] = value_of(setting, settings);
  }
  return data.dump();
}

struct Child {
  std::int64_t run_id;
  std::chrono::steady_clock::time_point started;
  std::string learning_hash, network_hash, learned_from;
  std::int64_t generation;
};

class Campaign {
 public:
  Campaign(const Scenario& scenario, results::Database& database, const CampaignOptions& options,
           std::ostream& out)
      : scenario_(scenario),
        database_(database),
        options_(options),
        out_(out),
        forecaster_(options.database),
        progress_(out, options.terminal) {}

  CampaignOutcome run() {
    const SignalCounter counter;
    find_what_is_missing();
    longest_first();
    while (true) {
      while (!is_stopping() && !missing_.empty() &&
             children_.size() < static_cast<std::size_t>(options_.jobs)) {
        const auto first = first_generations();
        const auto learning = being_learned();
        const auto ready = std::find_if(missing_.begin(), missing_.end(), [&](const Missing& one) {
          const bool waits_for_learning = may_repeat(one) && learning.count(one.learning_hash) > 0;
          return one.generation <= first.at(one.network_hash) && !waits_for_learning;
        });
        if (ready == missing_.end()) break;
        const Missing missing = *ready;
        missing_.erase(ready);
        try {
          start(missing);
        } catch (const results::StorageError& error) {
          missing_.push_back(missing);
          stop_because(error.what());
        }
      }
      if (children_.empty()) break;
      listen();
      reap();
      if (is_stopping()) stop();
    }
    if (!is_stopping() && !missing_.empty()) leave_the_rest();
    outcome_.not_begun = static_cast<int>(missing_.size());
    outcome_.stopped = is_stopping() && outcome_.not_begun + outcome_.interrupted > 0;
    outcome_.signal = first_signal;
    if (!options_.learned_in.empty() && learned_ > 0 && repeated_ == 0) {
      out_ << "note: no run in " << options_.learned_in.string()
           << " has learned by these settings, seeds, data and code\n";
    }
    return outcome_;
  }

 private:
  struct Missing {
    const PlannedRun* run;
    std::string learning_hash, network_hash;
    std::int64_t place;                       // in the scenario
    std::int64_t generation;                  // among those with this network_hash
    std::optional<std::int64_t> interrupted;  // its number in the file, of one that failed as well
    std::string status = {};                  // of that
    std::optional<std::int64_t> number = {};  // the one it should get there
    Forecaster::Subject subject = {};
    Cost cost = {};  // forecast
  };

  void find_what_is_missing() {
    const results::Experiment experiment = {scenario_.name,         scenario_.text,
                                            scenario_.hash,         version(),
                                            channel::ns3_version(), learning::torch_version(),
                                            scenario_.inputs,       sources()};
    choose_mine();
    const auto stored = options_.again ? std::nullopt : database_.find_experiment(experiment);
    if (!stored) return begin(experiment);
    using Key = std::tuple<std::string, std::int64_t, std::string>;
    std::map<Key, const results::StoredRun*> by_key;
    for (const results::StoredRun& each : stored->runs) {
      by_key[{each.variant, each.seed, each.parameters}] = &each;
    }
    if (stored->first_run) number_from(*stored->first_run);
    for (const Missing& mine : mine_) {
      const auto found = by_key.find({mine.run->variant, mine.run->seed, mine.run->parameters});
      if (found == by_key.end()) {
        missing_.push_back(mine);
        continue;
      }
      const results::StoredRun& there = *found->second;
      // Other data, or other defaults: another experiment.
      if (there.settings != to_json(mine.run->settings).dump() ||
          there.learning_hash != mine.learning_hash) {
        return begin(experiment);
      }
      if (there.status == "interrupted" || (there.status == "failed" && options_.retry_failed)) {
        missing_.push_back(mine);
        missing_.back().interrupted = there.id;
        missing_.back().status = there.status;
        continue;
      }
      ++outcome_.kept;
      outcome_.kept_failed += there.status == "failed" ? 1 : 0;
      outcome_.kept_running += there.status == "running" ? 1 : 0;
    }
    others_take_part_ = outcome_.kept_running > 0;
    outcome_.experiment_id = stored->id;
    out_ << "resuming experiment " << stored->id << ": " << outcome_.kept - outcome_.kept_running
         << " of " << mine_.size() << " runs are done";
    if (outcome_.kept_failed > 0) {
      out_ << " (" << outcome_.kept_failed << " failed; --retry-failed repeats those)";
    }
    if (outcome_.kept_running > 0) {
      out_ << " (" << outcome_.kept_running << " under way in another process)";
    }
    out_ << (missing_.empty() ? "; --again repeats all\n" : "; the others follow\n");
  }

  void begin(const results::Experiment& experiment) {
    outcome_ = {};
    outcome_.experiment_id = database_.add_experiment(experiment);
    if (const auto mine = database_.find_experiment(experiment)) {
      number_from(mine->first_run.value_or(1));
    }
    missing_ = mine_;
  }

  // Numbers follow the scenario, in whatever order the runs begin and end; unless another
  // experiment has taken them meanwhile.
  void number_from(std::int64_t first) {
    for (Missing& mine : mine_) mine.number = first + mine.place;
  }

  // But those from which others draw stay before these.
  void longest_first() {
    CampaignCost all;
    std::set<std::string> learned;
    for (Missing& missing : missing_) {
      missing.subject = Forecaster::subject_of(
          *missing.run, estimate(missing.run->settings, missing.run->description));
      missing.cost = forecaster_.of(missing.subject);
      const bool repeats = may_repeat(missing) &&
                           (!learned.insert(missing.learning_hash).second || find_learned(missing));
      if (repeats) missing.cost.learning_s = 0;
      all.add(missing.subject, missing.cost, forecaster_.knows(missing.subject));
    }
    progress_.expect(missing_.size(), all.host_s);
    if (!missing_.empty()) out_ << "forecast, " << text_of(all, options_.jobs) << '\n';
    std::stable_sort(missing_.begin(), missing_.end(),
                     [](const Missing& one, const Missing& other) {
                       return std::tuple(one.run->added, one.generation, -one.cost.host_s()) <
                              std::tuple(other.run->added, other.generation, -other.cost.host_s());
                     });
  }

  // Those of this shard; one alone has all.
  void choose_mine() {
    std::vector<Missing> all;
    std::map<std::string, std::int64_t> before;  // by network
    for (const PlannedRun& run : scenario_.runs) {
      const std::string network = network_hash(run.settings, run.description.forward_macs);
      const std::int64_t generation =
          network.empty() ? 0 : results::generation_of(before[network]++);
      all.push_back({&run, learning_hash(run.settings, run.description), network, 0, generation,
                     std::nullopt});
    }
    std::stable_sort(all.begin(), all.end(), [](const Missing& one, const Missing& other) {
      return std::pair(one.run->added, one.generation) <
             std::pair(other.run->added, other.generation);
    });
    std::map<std::string, std::int64_t> groups;  // by what they draw from, or learn
    std::int64_t next_group = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].place = static_cast<std::int64_t>(i);
      const std::string& common =
          all[i].network_hash.empty() ? all[i].learning_hash : all[i].network_hash;
      const bool is_new = common.empty() || groups.count(common) == 0;
      const std::int64_t group = is_new ? next_group++ : groups[common];
      if (!common.empty()) groups[common] = group;
      if (group % options_.shard.of == options_.shard.number - 1) mine_.push_back(all[i]);
    }
  }

  // By network: a run that draws from others' rounds waits for all generations before its own.
  std::map<std::string, std::int64_t> first_generations() const {
    std::map<std::string, std::int64_t> first;
    const auto take = [&](const std::string& network, std::int64_t generation) {
      const auto [there, is_new] = first.emplace(network, generation);
      if (!is_new) there->second = std::min(there->second, generation);
    };
    for (const auto& [child, process] : children_) take(child.network_hash, child.generation);
    for (const Missing& missing : missing_) take(missing.network_hash, missing.generation);
    if (!others_take_part_) return first;
    for (auto& [network, generation] : first) {
      if (network.empty()) continue;
      const auto others =
          results::generation_under_way(options_.database, outcome_.experiment_id, network);
      if (others) generation = std::min(generation, *others);
    }
    return first;
  }

  // Who will repeat that waits for it.
  std::set<std::string> being_learned() const {
    std::set<std::string> hashes;
    for (const auto& [child, process] : children_) {
      const std::string& hash = child.learning_hash;
      if (child.learned_from.empty() && !hash.empty() && !find_learned(hash)) hashes.insert(hash);
    }
    return hashes;
  }

  // A checkpoint wants the learner's state, which only a learner has.
  bool may_repeat(const Missing& missing) const {
    return !options_.retrain && !missing.learning_hash.empty() &&
           missing.run->settings.checkpoint.folder.empty();
  }

  // None: it has to learn itself.
  std::optional<LearnedIn> find_learned(const Missing& missing) const {
    return may_repeat(missing) ? find_learned(missing.learning_hash) : std::nullopt;
  }
  std::optional<LearnedIn> find_learned(const std::string& hash) const {
    if (const auto id = results::find_learned(options_.database, hash)) {
      return LearnedIn{options_.database, *id, std::to_string(*id)};
    }
    if (options_.learned_in.empty()) return {};
    if (const auto id = results::find_learned(options_.learned_in, hash)) {
      return LearnedIn{options_.learned_in, *id,
                       std::to_string(*id) + " of " + options_.learned_in.string()};
    }
    return {};
  }

  // Its number; none if another process has it.
  std::optional<std::int64_t> claim(const Missing& missing, bool learns) {
    if (missing.interrupted) {
      const std::filesystem::path folder = missing.run->settings.checkpoint.folder;
      const bool goes_on =
          missing.status == "interrupted" && !folder.empty() &&
          std::filesystem::exists(checkpoint_file(folder, options_.database, *missing.interrupted));
      return database_.restart_run(*missing.interrupted, goes_on, missing.status)
                 ? missing.interrupted
                 : std::nullopt;
    }
    const PlannedRun& run = *missing.run;
    const learning::TrainingOptions& training = run.settings.learning.training;
    return database_.add_missing_run(
        {outcome_.experiment_id, run.variant, run.seed, run.parameters,
         to_json(run.settings).dump(), training.workers, run.description.model_size,
         training.rounds, run.description.forward_macs, missing.place, missing.learning_hash,
         missing.network_hash, run.description.inputs,
         forecaster_.text_of(missing.subject, learns)},
        missing.number);
  }

  void start(const Missing& missing) {
    const PlannedRun& run = *missing.run;
    const learning::TrainingOptions& training = run.settings.learning.training;
    const std::optional<LearnedIn> learned = find_learned(missing);
    const std::optional<std::int64_t> claimed = claim(missing, !learned);
    if (!claimed) {
      others_take_part_ = true;
      return progress_.leave_out(missing.cost.host_s());
    }
    const std::int64_t run_id = *claimed;
    ++(learned ? repeated_ : learned_);
    progress_.started(run_id, label(run), training.rounds, missing.cost.host_s());
    std::vector<std::string> words = {"run-stored", "--db", options_.database.string(), "--run",
                                      std::to_string(run_id)};
    if (learned) {
      for (const std::string& word :
           {std::string("--learned-in"), learned->file.string(), std::string("--learned-run"),
            std::to_string(learned->run_id), std::string("--learned-text"), learned->text}) {
        words.push_back(word);
      }
    }
    const std::string data = learned ? "" : data_settings(run.settings);
    std::optional<Process> process = spawn(run.settings.learning.host.arithmetic, words, data);
    const Child child = {run_id,
                         std::chrono::steady_clock::now(),
                         missing.learning_hash,
                         missing.network_hash,
                         learned ? learned->text : "",
                         missing.generation};
    if (process) {
      children_.emplace_back(child, std::move(*process));
    } else {
      finish(child, {0, 0, outcome_.obstacle, ""});
    }
  }

  // A fork server that has ended (it holds the data, and memory may run out) is replaced once;
  // nothing, and an obstacle, if that does not help.
  std::optional<Process> spawn(const std::string& arithmetic, const std::vector<std::string>& words,
                               const std::string& data) {
    std::unique_ptr<ForkServer>& fork_server = fork_servers_[arithmetic];
    for (const bool is_last : {false, true}) {
      try {
        if (!fork_server)
          fork_server = std::make_unique<ForkServer>(learning::environment_for(arithmetic));
        return fork_server->start(words, data);
      } catch (const std::exception& error) {
        fork_server.reset();
        if (is_last) stop_because(error.what());
      }
    }
    return std::nullopt;
  }

  bool is_stopping() const { return signals_seen > 0 || !outcome_.obstacle.empty(); }

  void stop_because(const std::string& obstacle) {
    if (outcome_.obstacle.empty()) outcome_.obstacle = obstacle;
  }

  // What is left draws from runs that another process has under way, and goes on with itself.
  void leave_the_rest() {
    outcome_.left = static_cast<int>(missing_.size());
    out_ << outcome_.left
         << " runs draw from others that another process has under way, and are left to it; run "
            "again once it has ended\n";
    missing_.clear();
  }

  // Waits a little for something to read, and reads it.
  void listen() {
    std::vector<pollfd> polled;
    for (const auto& [child, process] : children_) {
      polled.push_back({process.progress(), POLLIN, 0});  // poll ignores a negative one
      polled.push_back({process.errors(), POLLIN, 0});
    }
    poll(polled.data(), polled.size(), 100);
    auto at = polled.begin();
    for (auto& [child, process] : children_) {
      if ((at++)->revents) hear(child, process);
      if ((at++)->revents) process.read_errors();
    }
  }

  void hear(const Child& child, Process& process) {
    const std::vector<std::string> lines = process.read_progress();
    if (lines.empty()) return;
    RunProgress now;
    std::istringstream(lines.back()) >> now.rounds >> now.simulated_s >> now.loss >> now.accuracy;
    progress_.advanced(child.run_id, now);
  }

  void reap() {
    for (auto child = children_.begin(); child != children_.end();) {
      if (const std::optional<Process::Ending> ending = child->second.ended()) {
        finish(child->first, *ending);
        child = children_.erase(child);
      } else {
        ++child;
      }
    }
  }

  // The run has recorded its own end, unless its process could not.
  void record_end(const Child& child, const Process::Ending& ending) {
    const std::int64_t run_id = child.run_id;
    if (ending.exit_code == kDiskIsFull) stop_because(ending.text);
    if (killed_) {
      const std::string reason = first_signal > 0 ? signal_name(first_signal) : outcome_.obstacle;
      database_.finish_run(run_id, "interrupted",
                           "stopped by " + reason + ", and killed because it had not ended");
    } else if (is_stopping()) {
      database_.finish_run(run_id, "interrupted", ending.text);
    } else if (!ending.text.empty()) {
      database_.finish_dead_run(run_id, ending.text);
    } else {
      const std::chrono::duration<double> elapsed =
          std::chrono::steady_clock::now() - child.started;
      database_.note_elapsed(run_id, elapsed.count());
    }
  }

  void finish(const Child& child, const Process::Ending& ending) {
    const std::int64_t run_id = child.run_id;
    try {
      record_end(child, ending);
    } catch (const results::StorageError& error) {  // it is marked at the next start
      stop_because(error.what());
      ++outcome_.interrupted;
      return progress_.finished(run_id, std::string("interrupted: ") + error.what());
    }
    if (!ending.notes.empty()) out_ << "run " << run_id << ": " << ending.notes;
    const results::Table table = results::query(
        options_.database,
        "SELECT status, coalesce(error, ''), accuracy, rounds_drawn, rounds, 100 * time_error_s / "
        "time_s FROM run_summary WHERE run_id = " +
            std::to_string(run_id));
    const auto& row = table.rows.at(0);
    const auto status = std::get<std::string>(row[0]);
    std::string text = status;
    if (status == "complete") {
      ++outcome_.complete;
      forecaster_.learn_from(run_id);
      char accuracy[32];
      std::snprintf(accuracy, sizeof accuracy, ", accuracy %.2f %%",
                    100 * std::get<double>(row[2]));
      text += accuracy;
      if (const auto* error = std::get_if<double>(&row[5])) {
        std::snprintf(accuracy, sizeof accuracy, " (time within %.1f %%)", *error);
        text += ", " + std::to_string(std::get<std::int64_t>(row[3])) + " of " +
                std::to_string(std::get<std::int64_t>(row[4])) + " rounds drawn" + accuracy;
      }
      if (!child.learned_from.empty()) text += ", learned in run " + child.learned_from;
    } else {
      ++(status == "diverged" ? outcome_.diverged
         : status == "failed" ? outcome_.failed
                              : outcome_.interrupted);
      text += ": " + std::get<std::string>(row[1]);
    }
    progress_.finished(run_id, text);
  }

  // One and the same request may come twice: `timeout`, for one, sends it to its child and to its
  // group.
  void stop() {
    using Clock = std::chrono::steady_clock;
    const auto now = Clock::now();
    if (!asked_at_) {
      asked_at_ = now;
      for (auto& child : children_) {
        child.second.signal(first_signal > 0 ? static_cast<int>(first_signal) : SIGTERM);
      }
    } else if (now < *asked_at_ + std::chrono::seconds(1)) {
      signals_at_first_ = signals_seen;
    } else if (signals_seen > signals_at_first_ || now > *asked_at_ + std::chrono::seconds(10)) {
      killed_ = true;
      for (auto& child : children_) child.second.signal(SIGKILL);
    }
  }

  const Scenario& scenario_;
  results::Database& database_;
  const CampaignOptions& options_;
  std::ostream& out_;
  Forecaster forecaster_;
  Progress progress_;
  CampaignOutcome outcome_;
  std::vector<Missing> mine_;     // those of this shard
  std::vector<Missing> missing_;  // in that in which they begin, those that have not
  std::map<std::string, std::unique_ptr<ForkServer>> fork_servers_;  // by arithmetic
  std::list<std::pair<Child, Process>> children_;
  bool others_take_part_ = false;                                  // processes, in this experiment
  int learned_ = 0, repeated_ = 0;                                 // runs that have begun
  std::optional<std::chrono::steady_clock::time_point> asked_at_;  // to stop
  int signals_at_first_ = 1;
  bool killed_ = false;
};

}  // namespace

CampaignOutcome run_campaign(const Scenario& scenario, results::Database& database,
                             const CampaignOptions& options, std::ostream& out) {
  return Campaign(scenario, database, options, out).run();
}

}  // namespace gradwave
