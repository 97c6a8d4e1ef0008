// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <thread>

#include "results/compare.h"
#include "results/database.h"
#include "results/query.h"
#include "sim/campaign/campaign.h"
#include "sim/campaign/process.h"
#include "sim/campaign/zygote.h"
#include "sim/cli/commands.h"
#include "sim/run/checkpoint_folder.h"
#include "sim/run/run.h"
#include "sim/scenario/learning_hash.h"
#include "sim/version.h"

namespace gradwave {
namespace {

constexpr const char* kIntroduction =
    "gradwave: distributed learning of a team of robots over a simulated radio.\n"
    "Which compression of the gradients reaches a good model first, on this channel?";

constexpr const char* kExamples =
    "Examples:\n"
    "  ./gradwave run scenarios/quickstart.toml\n"
    "  ./gradwave compare --target 0.9\n"
    "  ./gradwave query \"SELECT variant, max(accuracy) FROM run_summary GROUP BY 1\"\n"
    "  ./gradwave test\n"
    "Exit codes: 0 done, 1 a run failed or the output could not be written, 2 bad input\n"
    "(nothing was stored), 130 interrupted.";

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
}

// One a processor; but one in all on a GPU, whose memory several runs may not share.
int default_jobs(const Scenario& scenario) {
  if (devices_of(scenario) != "cpu") return 1;
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// A number as a whole word: CLI11 would leave a remainder unread.
template <class Number>
std::optional<Number> number_of(const std::string& text) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

// CLI11 puts the option's name in front of what these say.
std::string check_jobs(const std::string& text) {
  const auto jobs = number_of<int>(text);
  if (jobs && *jobs >= 1 && *jobs <= kMostJobs) return "";
  return "expected a whole number from 1 to " + std::to_string(kMostJobs) + ", found \"" + text +
         "\"";
}

std::string check_target(const std::string& text) {
  const auto target = number_of<double>(text);
  if (target && *target >= 0 && *target <= 1) return "";
  return "expected an accuracy from 0 to 1 (0.7 is 70 %), found \"" + text + "\"";
}

std::string check_run_id(const std::string& text) {
  const auto id = number_of<std::int64_t>(text);
  if (id && *id >= 1) return "";
  return "expected the number of a run, from 1, found \"" + text + "\"";
}

std::string check_database(const std::string& text) {
  try {
    results::check_results_file(text);
    return "";
  } catch (const results::DatabaseError& error) {
    return error.what();
  }
}

std::string check_override(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals != 0 && equals != std::string::npos) return "";
  return "expected group.key=value, found \"" + text + "\"";
}

std::string check_not_empty(const std::string& text) {
  return text.empty() ? "expected a word, found nothing" : "";
}

// The hash alone on the first line, for scripts; then between which files it can be equal.
void print_fingerprint(const std::filesystem::path& database, std::ostream& out) {
  out << results::fingerprint(database) << '\n';
  const results::Table versions = results::query(
      database,
      "SELECT 'gradwave ' || gradwave_version || ', ns-3 ' || ns3_version || ', LibTorch ' || "
      "torch_version FROM experiments GROUP BY 1 ORDER BY min(id)");
  for (const auto& row : versions.rows) out << std::get<std::string>(row[0]) << '\n';
  const results::Table runs = results::query(
      database,
      "SELECT count(*), count(*) FILTER (WHERE coalesce(host_device, 'cpu') <> 'cpu' OR "
      "coalesce(settings ->> '$.\"host.arithmetic\"', '') <> 'reproducible') FROM runs");
  const auto all = std::get<std::int64_t>(runs.rows.at(0).at(0));
  const auto others = std::get<std::int64_t>(runs.rows.at(0).at(1));
  if (others == 0) return;
  out << others << " of " << all
      << " runs may differ on another processor: by host.arithmetic = \"fastest\", on a GPU, or by "
         "an earlier gradwave\n";
}

// Else the next file that is opened gets the number of a stream that is closed, and what was meant
// for people is written into it.
void open_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) != -1) continue;
    // Reading only, so that output to a closed stream is still an error.
    if (open("/dev/null", O_RDONLY) < 0) return;
  }
}

// All output goes through std::cout: whether it arrived is known here, for every verb.
int check_output(int code) {
  errno = 0;
  std::cout.flush();
  if (std::cout.good() && std::fflush(stdout) == 0) return code;
  const std::string reason =
      errno != 0 ? std::strerror(errno) : "is the disk full, or was the pipe closed?";
  std::cerr << "gradwave: the output could not be written: " << reason << '\n';
  return code == 0 ? 1 : code;
}

}  // namespace

namespace {

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

}  // namespace

int run(const RunCommand& command, std::ostream& out, std::ostream& err) {
  results::check_results_file(command.database);
  std::vector<Scenario> scenarios;
  for (const std::filesystem::path& file : command.scenarios) {
    scenarios.push_back(read_scenario(file, command.overrides, command.variants));
  }
  if (!command.learned_in.empty()) {
    for (const Scenario& scenario : scenarios) require_replay(scenario);
  }
  for (const Scenario& scenario : scenarios) claim_folders(scenario, command.database);
  results::Database database(command.database);
  const int marked = database.mark_interrupted();
  if (marked > 0) err << marked << " earlier run(s) never ended: marked as interrupted\n";

  CampaignOptions options;
  options.database = command.database;
  options.terminal = isatty(STDERR_FILENO) != 0;
  options.again = command.again;
  options.retrain = command.retrain;
  options.learned_in = command.learned_in;
  int code = 0;
  for (const Scenario& scenario : scenarios) {
    options.jobs = command.jobs > 0 ? command.jobs : default_jobs(scenario);
    err << scenario.name << ": " << scenario.runs.size() << " runs, " << options.jobs
        << " at a time, learning on " << devices_of(scenario) << ", into "
        << command.database.string() << '\n';
    for (const std::string& note : scenario.notes) err << "note: " << note << '\n';
    const CampaignOutcome outcome = run_campaign(scenario, database, options, err);
    print_outcome(outcome, err);
    if (outcome.complete + outcome.diverged + outcome.kept > 0) {
      results::print(
          results::compare(command.database, std::to_string(outcome.experiment_id), command.target),
          out);
    }
    if (outcome.stopped) return 130;
    if (outcome.failed + outcome.kept_failed > 0) code = 1;
  }
  return code;
}

static int dispatch(int argc, char** argv);

// What a zygote has forked.
static int forked(const std::vector<std::string>& arguments) {
  std::vector<char*> words = {const_cast<char*>("gradwave")};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  return dispatch(static_cast<int>(words.size()) - 1, words.data());
}

static int dispatch(int argc, char** argv) {
  CLI::App app(kIntroduction, "gradwave");
  app.footer(kExamples);
  app.set_version_flag("--version", version());
  app.require_subcommand(0, 1);
  int code = 0;

  RunCommand run_command;
  std::string database = "results.sqlite";
  const auto with_database = [&](CLI::App* verb) {
    verb->add_option("--db", database, "the results file")
        ->check(check_database)
        ->capture_default_str();
  };
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
  const auto with_target = [&](CLI::App* verb) {
    verb->add_option("--target", run_command.target,
                     "accuracy to reach, 0 to 1 (default: the best that all runs reached)")
        ->check(check_target);
  };

  CLI::App* verb = app.add_subcommand("run", "run scenarios and compare their variants");
  with_scenarios(verb);
  with_database(verb);
  with_target(verb);
  verb->add_option("--jobs", run_command.jobs,
                   "runs at a time (default: the processors; on a GPU, one)")
      ->check(check_jobs);
  verb->add_flag("--again", run_command.again,
                 "run everything anew, as a new experiment, also what is done");
  verb->add_flag("--retrain", run_command.retrain,
                 "learn anew what a run in the results has learned already");
  verb->add_option("--learned-in", run_command.learned_in,
                   "other results whose runs' learning may be repeated")
      ->check(check_database)
      ->check(CLI::ExistingFile);
  verb->callback([&] {
    run_command.database = database;
    code = run(run_command, std::cout, std::cerr);
  });

  verb = app.add_subcommand("validate", "check scenarios and say what they would run");
  with_scenarios(verb);
  verb->callback([&] {
    code = validate(run_command.scenarios, run_command.overrides, run_command.variants, std::cout,
                    std::cerr);
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

  std::string sql, format = "table";
  verb = app.add_subcommand("query", "ask the results anything, in SQL (results/schema.sql)");
  verb->add_option("sql", sql, "one SELECT")->required();
  with_database(verb);
  verb->add_option("--format", format, "table, csv or json")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  verb->callback([&] { results::print_query(database, sql, format, std::cout); });

  std::string experiment;
  verb = app.add_subcommand("compare", "the variants of an experiment, paired by seed");
  with_database(verb);
  with_target(verb);
  verb->add_option("--experiment", experiment, "its number or name (default: the latest)")
      ->check(check_not_empty);
  verb->callback([&] {
    results::print(results::compare(database, experiment, run_command.target), std::cout);
  });

  verb = app.add_subcommand("fingerprint",
                            "a hash over everything in the results that is "
                            "reproducible: equal for equal scenarios, seeds and versions, which "
                            "follow it");
  with_database(verb);
  verb->callback([&] { print_fingerprint(database, std::cout); });

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
  verb->callback([&] {
    code = run_stored(database, run_id,
                      learned->count() > 0 ? std::optional(learned_in) : std::nullopt,
                      Process::kProgress);
  });

  pid_t campaign = 0;
  verb = app.add_subcommand("zygote", "runs by forking (sim/campaign/zygote.h)")->group("");
  verb->add_option("campaign", campaign)->required();
  verb->callback([&] { live_as_zygote(campaign, forked); });

  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) std::cout << app.help();
    return code;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const ScenarioError& error) {
    std::cerr << error.what() << '\n';
  } catch (const results::DatabaseError& error) {
    std::cerr << "gradwave: " << error.what() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "gradwave: unexpected: " << error.what() << '\n';
    return 1;
  }
  return 2;
}

int command_line(int argc, char** argv) {
  open_standard_streams();
  return check_output(dispatch(argc, argv));
}

}  // namespace gradwave
