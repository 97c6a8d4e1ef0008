// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "results/compare.h"
#include "results/database.h"
#include "results/query.h"
#include "sim/campaign/campaign.h"
#include "sim/campaign/fork_server.h"
#include "sim/campaign/process.h"
#include "sim/cli/commands.h"
#include "sim/front/front.h"
#include "sim/run/checkpoint_folder.h"
#include "sim/run/run.h"
#include "sim/scenario/learning_hash.h"
#include "sim/version.h"

namespace gradwave {
namespace {

// More runs at a time than that are a slip of the finger.
constexpr int kMostJobs = 1024;

void print_outcome(const CampaignOutcome& outcome, std::ostream& err) {
  const auto count = [&](int n, const char* what) {
    if (n > 0) err << n << (n == 1 ? " run " : " runs ") << what << ". ";
  };
  count(outcome.diverged, "diverged");
  count(outcome.failed, "failed");
  count(outcome.interrupted, "interrupted");
  if (outcome.diverged + outcome.failed + outcome.interrupted > 0) err << '\n';
  if (!outcome.obstacle.empty()) err << outcome.obstacle << '\n';
  if (outcome.stopped) {
    err << "stopped";
    if (outcome.not_begun > 0) err << ", " << outcome.not_begun << " runs not started";
    err << "; run the same command to resume\n";
  } else if (outcome.interrupted > 0) {
    err << "run the same command to try the interrupted runs once more\n";
  }
}

// One a processor; but one in all on a GPU, whose memory several runs may not share.
int default_jobs(const Scenario& scenario) {
  if (devices_of(scenario) != "cpu") return 1;
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// CLI11 puts the option's name in front of what these say.
std::string check_jobs(const std::string& text) {
  const auto jobs = number_of<int>(text);
  if (jobs && *jobs >= 1 && *jobs <= kMostJobs) return "";
  return "expected a whole number from 1 to " + std::to_string(kMostJobs) + ", found \"" + text +
         "\"";
}

std::string check_run_id(const std::string& text) {
  const auto id = number_of<std::int64_t>(text);
  if (id && *id >= 1) return "";
  return "expected the number of a run, from 1, found \"" + text + "\"";
}

// "3/16", or "slurm": what the environment says of a job array.
std::optional<Shard> shard_of(const std::string& text) {
  const auto whole = [](const std::string& word) { return number_of<std::int64_t>(word); };
  std::optional<std::int64_t> number, of;
  if (text == "slurm") {
    const auto variable = [&](const char* name) {
      const char* value = std::getenv(name);
      return value ? whole(value) : std::nullopt;
    };
    const auto task = variable("SLURM_ARRAY_TASK_ID"), first = variable("SLURM_ARRAY_TASK_MIN");
    if (task && first) number = *task - *first + 1;
    of = variable("SLURM_ARRAY_TASK_COUNT");
  } else if (const std::size_t slash = text.find('/'); slash != std::string::npos) {
    number = whole(text.substr(0, slash));
    of = whole(text.substr(slash + 1));
  }
  if (!number || !of || *number < 1 || *number > *of) return std::nullopt;
  return Shard{*number, *of};
}

std::string check_shard(const std::string& text) {
  if (shard_of(text)) return "";
  if (text == "slurm") {
    return "slurm: expected a job array with tasks one apart (SLURM_ARRAY_TASK_ID, _MIN, _COUNT)";
  }
  return "expected a part and their number, 3/16, or slurm; found \"" + text + "\"";
}

std::string check_override(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals != 0 && equals != std::string::npos) return "";
  return "expected group.key=value, found \"" + text + "\"";
}

// Before anything is stored.
void claim_folders(const Scenario& scenario, const std::filesystem::path& results) {
  std::set<std::filesystem::path> folders;
  for (const PlannedRun& run : scenario.runs) folders.insert(run.settings.checkpoint.folder);
  for (const std::filesystem::path& folder : folders) {
    try {
      if (!folder.empty()) claim_checkpoints(folder, results);
    } catch (const SettingError& error) {
      throw ScenarioError(scenario.file.string() + ": " + error.what());
    }
  }
}

// Who asks for learning to be repeated hears where it cannot be.
void require_replay(const Scenario& scenario) {
  for (const PlannedRun& run : scenario.runs) {
    std::string reason = depends_on_network(run.settings);
    if (reason.empty() && !run.settings.checkpoint.folder.empty()) {
      reason = "checkpoint.folder wants the learner's state, which a repeated run has not";
    }
    if (reason.empty()) continue;
    throw ScenarioError(scenario.file.string() + ": --learned-in: variant \"" + run.variant +
                        "\" has to learn itself: " + reason);
  }
}

std::int64_t seeds_of(const std::filesystem::path& file, std::int64_t experiment_id) {
  const results::Table table =
      results::query(file, "SELECT count(DISTINCT seed) FROM runs WHERE experiment_id = " +
                               std::to_string(experiment_id));
  return std::get<std::int64_t>(table.rows.at(0).at(0));
}

// Whether the differences are known as well as was asked for, which it says.
bool is_narrow(const RunCommand& command, const std::string& experiment,
               const std::vector<std::int64_t>& looks, std::size_t look, std::ostream& err) {
  const double confidence = confidence_at(looks.size());
  const std::optional<double> now =
      widest(results::compare(command.database, experiment, command.target, confidence),
             command.until->of_time);
  const bool enough = now && *now <= command.until->half_width;
  const char* unit = command.until->of_time ? " s" : " points";
  err << looks[look] << " seeds: ";
  if (now) {
    err << "the widest difference is known to ± " << *now << unit;
  } else {
    err << "not every difference has an interval";
  }
  err << " at " << 100 * confidence << " % (look " << look + 1 << " of at most " << looks.size()
      << ", which share 5 %); asked for ± " << command.until->half_width << unit
      << (enough                     ? ""
          : look + 1 == looks.size() ? ": not reached"
                                     : "; more seeds follow")
      << '\n';
  return enough;
}

// Of one variant there is no difference.
void require_two_variants(const Scenario& scenario) {
  if (scenario.variants.size() > 1) return;
  throw ScenarioError(scenario.file.string() +
                      ": --until-interval is of the difference between variants, and there is one");
}

}  // namespace

int run(const RunCommand& command, std::ostream& out, std::ostream& err) {
  results::check_results_file(command.database);
  std::vector<Scenario> scenarios;
  for (const std::filesystem::path& file : command.scenarios) {
    scenarios.push_back(read_scenario(file, command.overrides, command.variants));
    require_reach(scenarios.back());
  }
  if (!command.learned_in.empty()) {
    for (const Scenario& scenario : scenarios) require_replay(scenario);
  }
  if (command.until) {
    for (const Scenario& scenario : scenarios) require_two_variants(scenario);
  }
  for (const Scenario& scenario : scenarios) claim_folders(scenario, command.database);
  results::Database database(command.database);
  const int marked = database.mark_interrupted();
  if (marked > 0) err << marked << " earlier run(s) never ended: marked as interrupted\n";

  CampaignOptions options;
  options.database = command.database;
  options.terminal = isatty(STDERR_FILENO) != 0;
  options.again = command.again;
  options.retry_failed = command.retry_failed;
  options.shard = command.shard;
  options.retrain = command.retrain;
  options.learned_in = command.learned_in;
  int code = 0;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const auto seeds = static_cast<std::int64_t>(scenarios[i].seeds.size());
    const std::vector<std::int64_t> looks =
        command.until ? seeds_at_looks(seeds, command.most_seeds) : std::vector{seeds};
    for (std::size_t look = 0; look < looks.size(); ++look) {
      if (look > 0) {
        scenarios[i] = read_scenario(command.scenarios[i], command.overrides, command.variants,
                                     looks[look] - seeds);
        require_reach(scenarios[i]);
      }
      const Scenario& scenario = scenarios[i];
      options.jobs = command.jobs > 0 ? command.jobs : default_jobs(scenario);
      err << scenario.name << ": " << scenario.runs.size() << " runs, ";
      if (command.shard.of > 1) {
        err << "of which part " << command.shard.number << " of " << command.shard.of << ", ";
      }
      err << options.jobs << " at a time, learning on " << devices_of(scenario) << ", into "
          << command.database.string() << '\n';
      for (const std::string& note : scenario.notes) err << "note: " << note << '\n';
      const CampaignOutcome outcome = run_campaign(scenario, database, options, err);
      print_outcome(outcome, err);
      const std::string experiment = std::to_string(outcome.experiment_id);
      if (command.until && !outcome.stopped && outcome.kept_running + outcome.left > 0) {
        err << "runs of another process are under way: run again once it has ended\n";
        code = 1;
        break;
      }
      if (command.until && !outcome.stopped && look + 1 < looks.size() &&
          seeds_of(command.database, outcome.experiment_id) > looks[look]) {
        continue;  // there were more looks before
      }
      const bool enough =
          !command.until || (!outcome.stopped && is_narrow(command, experiment, looks, look, err));
      if (outcome.complete + outcome.diverged + outcome.kept > 0 &&
          (enough || look + 1 == looks.size())) {
        results::print(results::compare(command.database, experiment, command.target), out);
        if (command.shard.of > 1) {
          out << "This compares part " << command.shard.number << " of " << command.shard.of
              << " alone: merge the parts.\n";
        }
      }
      if (outcome.stopped) return outcome.signal > 0 ? 128 + outcome.signal : 1;
      if (outcome.interrupted + outcome.failed + outcome.kept_failed + outcome.left > 0) code = 1;
      if (enough) break;
    }
  }
  return code;
}

static int dispatch(int argc, char** argv);

// What a fork server has forked.
static int forked(const std::vector<std::string>& arguments) {
  std::vector<char*> words = {const_cast<char*>("gradwave")};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  return dispatch(static_cast<int>(words.size()) - 1, words.data());
}

static int dispatch(int argc, char** argv) {
  CLI::App app;
  introduce(app);
  int code = 0;

  RunCommand run_command;
  ResultsVerbs values;
  std::string& database = values.database;
  const auto with_database = [&](CLI::App* verb) { add_database(*verb, database); };
  const auto with_scenarios = [&](CLI::App* verb) {
    verb->add_option("scenarios", run_command.scenarios, "scenario files (TOML)")->required();
    verb->add_option("--set", run_command.overrides,
                     "override a setting of every run: group.key=value, as in TOML; words need no "
                     "quotes; may be given again")
        ->allow_extra_args(false)
        ->check(check_override);
    verb->add_option("--variant", run_command.variants, "only this variant; may be given again")
        ->allow_extra_args(false);
  };
  CLI::App* verb = app.add_subcommand("run", "run scenarios and compare their variants");
  with_scenarios(verb);
  with_database(verb);
  add_target(*verb, run_command.target);
  verb->add_option("--jobs", run_command.jobs,
                   "runs at a time (default: the processors; on a GPU, one)")
      ->check(check_jobs);
  CLI::Option* const until =
      verb->add_option_function<std::string>(
              "--until-interval",
              [&](const std::string& text) { run_command.until = precision_of(text); },
              "add seeds until every difference to the first variant is known to +- so many points "
              "of the final accuracy (0.3) or seconds to the target (2s)")
          ->check([](const std::string& text) -> std::string {
            if (precision_of(text)) return "";
            return "expected points (0.3) or seconds (2s), found \"" + text + "\"";
          });
  verb->add_option("--most-seeds", run_command.most_seeds, "of --until-interval")
      ->check(CLI::Range(2, 10000))
      ->capture_default_str()
      ->needs(until);
  verb->add_option_function<std::string>(
          "--shard", [&](const std::string& text) { run_command.shard = *shard_of(text); },
          "of a campaign in parts, each with its own --db: 3/16; or slurm, of a job array")
      ->check(check_shard)
      ->excludes(until);
  verb->add_flag("--again", run_command.again,
                 "a new experiment that repeats what is done (--retrain: learning, too)")
      ->excludes(until);
  verb->add_flag("--retry-failed", run_command.retry_failed,
                 "repeat the runs that failed, too (interrupted ones are always resumed)");
  CLI::Option* const retrain = verb->add_flag(
      "--retrain", run_command.retrain, "learn anew what a run in the results has learned already");
  verb->add_option("--learned-in", run_command.learned_in,
                   "other results whose runs' learning may be repeated")
      ->check(check_database)
      ->check(CLI::ExistingFile)
      ->excludes(retrain);
  verb->callback([&] {
    run_command.database = database;
    code = run(run_command, std::cout, std::cerr);
  });

  verb = app.add_subcommand("validate", "check scenarios and say what they would run, and cost");
  with_scenarios(verb);
  with_database(verb);
  verb->callback([&] {
    code = validate(run_command.scenarios, run_command.overrides, run_command.variants, database,
                    std::cout, std::cerr);
  });

  std::filesystem::path picture = "map.svg";
  verb = app.add_subcommand("map", "draw a scenario's floor, robots and reach as an SVG picture");
  with_scenarios(verb);
  verb->get_option("scenarios")->expected(1);
  verb->add_option("-o,--output", picture, "the picture")->capture_default_str();
  verb->callback([&] {
    code = draw_map(run_command.scenarios.front(), run_command.overrides, run_command.variants,
                    picture, std::cerr);
  });

  std::string what;
  verb = app.add_subcommand("list", "the words a scenario may use; list settings: its keys");
  verb->add_option("what", what, "settings, sparsifiers, models, links, ... (default: all words)");
  verb->callback([&] { code = list(what, std::cout, std::cerr); });

  add_results_verbs(app, values);

  std::int64_t shown = 0;
  verb = app.add_subcommand("show", "a run in the results, as a scenario that repeats it");
  verb->add_option("run", shown, "its number")->required()->check(check_run_id);
  with_database(verb);
  verb->callback([&] { code = show(database, shown, std::cout); });

  std::filesystem::path into;
  bool verify = false;
  verb = app.add_subcommand("rerun", "do a run in the results once more and compare all rows");
  verb->add_option("run", shown, "its number")->required()->check(check_run_id);
  with_database(verb);
  verb->add_flag("--verify", verify, "compare alone, and keep nothing");
  verb->add_option("--into", into, "the results file that keeps it")->check(check_database);
  verb->callback([&] {
    if (verify == !into.empty()) {
      throw CLI::ValidationError("rerun", "expected --verify, or --into with a results file");
    }
    if (!into.empty() &&
        std::filesystem::weakly_canonical(into) == std::filesystem::weakly_canonical(database)) {
      throw CLI::ValidationError("--into", "expected another file than --db");
    }
    code = rerun(database, shown, into, std::cout, std::cerr);
  });

  std::int64_t run_id = 0;
  verb = app.add_subcommand("run-stored", "one run, as its row in the database says")->group("");
  with_database(verb);
  verb->add_option("--run", run_id)->required()->check(check_run_id);
  LearnedIn learned_in;
  const CLI::Option* learned = verb->add_option("--learned-in", learned_in.file);
  verb->add_option("--learned-run", learned_in.run_id);
  verb->add_option("--learned-text", learned_in.text);
  DrawnFrom drawn_from;
  const CLI::Option* drawn = verb->add_option("--drawn-from", drawn_from.file);
  verb->add_option("--drawn-run", drawn_from.run_id);
  verb->callback([&] {
    code = run_stored(
        database, run_id, learned->count() > 0 ? std::optional(learned_in) : std::nullopt,
        drawn->count() > 0 ? std::optional(drawn_from) : std::nullopt, Process::kProgress);
  });

  pid_t campaign = 0;
  verb =
      app.add_subcommand("fork-server", "runs by forking (sim/campaign/fork_server.h)")->group("");
  verb->add_option("campaign", campaign)->required();
  verb->callback([&] { serve_forks(campaign, forked); });

  return run_app(app, argc, argv, code, [](const std::exception& error) {
    if (dynamic_cast<const ScenarioError*>(&error) == nullptr) return false;
    std::cerr << error.what() << '\n';
    return true;
  });
}

int command_line(int argc, char** argv) {
  return with_streams([&] { return dispatch(argc, argv); });
}

}  // namespace gradwave
