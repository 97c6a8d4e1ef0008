// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <thread>

#include "results/compare.h"
#include "results/database.h"
#include "results/query.h"
#include "sim/campaign/campaign.h"
#include "sim/campaign/process.h"
#include "sim/cli/commands.h"
#include "sim/run/run.h"
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
    "Exit codes: 0 done, 1 a run failed, 2 bad input (nothing was stored), 130 interrupted.";

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

}  // namespace

int run(const RunCommand& command, std::ostream& out, std::ostream& err) {
  std::vector<Scenario> scenarios;
  for (const std::filesystem::path& file : command.scenarios) {
    scenarios.push_back(read_scenario(file, command.overrides, command.variants));
  }
  results::Database database(command.database);
  const int marked = database.mark_interrupted();
  if (marked > 0) err << marked << " earlier run(s) never ended: marked as interrupted\n";

  CampaignOptions options;
  options.database = command.database;
  options.terminal = isatty(STDERR_FILENO) != 0;
  int code = 0;
  for (const Scenario& scenario : scenarios) {
    options.jobs = command.jobs > 0 ? command.jobs : default_jobs(scenario);
    err << scenario.name << ": " << scenario.runs.size() << " runs, " << options.jobs
        << " at a time, learning on " << devices_of(scenario) << ", into "
        << command.database.string() << '\n';
    const CampaignOutcome outcome = run_campaign(scenario, database, options, err);
    print_outcome(outcome, err);
    if (outcome.complete + outcome.diverged > 0) {
      results::print(
          results::compare(command.database, std::to_string(outcome.experiment_id), command.target),
          out);
    }
    if (outcome.stopped) return 130;
    if (outcome.failed > 0) code = 1;
  }
  return code;
}

int command_line(int argc, char** argv) {
  CLI::App app(kIntroduction, "gradwave");
  app.footer(kExamples);
  app.set_version_flag("--version", version());
  app.require_subcommand(0, 1);
  int code = 0;

  RunCommand run_command;
  std::string database = "results.sqlite";
  const auto with_database = [&](CLI::App* verb) {
    verb->add_option("--db", database, "the results file")->capture_default_str();
  };
  const auto with_scenarios = [&](CLI::App* verb) {
    verb->add_option("scenarios", run_command.scenarios, "scenario files (TOML)")->required();
    verb->add_option(
        "--set", run_command.overrides,
        "override a setting of every run: group.key=value, as in TOML; words need no quotes");
    verb->add_option("--variant", run_command.variants, "only this variant; may be given again")
        ->allow_extra_args(false);
  };
  const auto with_target = [&](CLI::App* verb) {
    verb->add_option("--target", run_command.target,
                     "accuracy to reach, 0 to 1 (default: the best that all runs reached)")
        ->check(CLI::Range(0.0, 1.0));
  };

  CLI::App* verb = app.add_subcommand("run", "run scenarios and compare their variants");
  with_scenarios(verb);
  with_database(verb);
  with_target(verb);
  verb->add_option("--jobs", run_command.jobs,
                   "runs at a time (default: the processors; on a GPU, one)")
      ->check(CLI::PositiveNumber);
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
  verb->callback([&] { results::print(results::query(database, sql), format, std::cout); });

  std::string experiment;
  verb = app.add_subcommand("compare", "the variants of an experiment, paired by seed");
  with_database(verb);
  with_target(verb);
  verb->add_option("--experiment", experiment, "its number or name (default: the latest)");
  verb->callback([&] {
    results::print(results::compare(database, experiment, run_command.target), std::cout);
  });

  verb = app.add_subcommand("fingerprint",
                            "a hash over everything in the results that is "
                            "reproducible: equal for equal scenarios and seeds");
  with_database(verb);
  verb->callback([&] { std::cout << results::fingerprint(database) << '\n'; });

  std::int64_t run_id = 0;
  verb = app.add_subcommand("run-stored", "one run, as its row in the database says")->group("");
  with_database(verb);
  verb->add_option("--run", run_id)->required();
  verb->callback([&] { code = run_stored(database, run_id, Process::kProgress); });

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

}  // namespace gradwave
