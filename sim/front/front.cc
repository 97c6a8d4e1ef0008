// SPDX-License-Identifier: GPL-2.0-only
#include "sim/front/front.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "results/compare.h"
#include "results/database.h"
#include "results/merge.h"
#include "results/query.h"
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
    "(nothing was stored), 130 interrupted by SIGINT (Ctrl-C), 143 by SIGTERM.";

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

std::string check_database(const std::string& text) {
  try {
    results::check_results_file(text);
    return "";
  } catch (const results::DatabaseError& error) {
    return error.what();
  }
}

std::string check_target(const std::string& text) {
  const auto target = number_of<double>(text);
  if (target && *target >= 0 && *target <= 1) return "";
  return "expected an accuracy from 0 to 1 (0.7 is 70 %), found \"" + text + "\"";
}

std::string check_not_empty(const std::string& text) {
  return text.empty() ? "expected a word, found nothing" : "";
}

void introduce(CLI::App& app) {
  app.description(kIntroduction);
  app.name("gradwave");
  app.footer(kExamples);
  app.set_version_flag("--version", version());
  app.require_subcommand(0, 1);
}

void add_database(CLI::App& verb, std::string& database) {
  verb.add_option("--db", database, "the results file")
      ->check(check_database)
      ->capture_default_str();
}

void add_target(CLI::App& verb, std::optional<double>& target) {
  verb.add_option("--target", target,
                  "accuracy to reach, 0 to 1 (default: the best that all runs reached)")
      ->check(check_target);
}

void add_results_verbs(CLI::App& app, ResultsVerbs& values) {
  CLI::App* verb =
      app.add_subcommand("query", "ask the results anything, in SQL (results/schema.sql)");
  verb->add_option("sql", values.sql, "one SELECT")->required();
  add_database(*verb, values.database);
  verb->add_option("--format", values.format, "table, csv or json")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  verb->callback(
      [&] { results::print_query(values.database, values.sql, values.format, std::cout); });

  verb = app.add_subcommand("compare", "the variants of an experiment, paired by seed");
  add_database(*verb, values.database);
  add_target(*verb, values.target);
  verb->add_option("--experiment", values.experiment, "its number or name (default: the latest)")
      ->check(check_not_empty);
  verb->callback([&] {
    results::print(results::compare(values.database, values.experiment, values.target), std::cout);
  });

  verb = app.add_subcommand("fingerprint",
                            "a hash over everything in the results that is "
                            "reproducible: equal for equal scenarios, seeds and versions, which "
                            "follow it");
  add_database(*verb, values.database);
  verb->callback([&] { print_fingerprint(values.database, std::cout); });

  verb = app.add_subcommand("merge", "the runs of several results files, in one");
  verb->add_option("files", values.files, "results files, which stay as they are")->required();
  add_database(*verb, values.database);
  verb->callback([&] {
    const results::Merged merged = results::merge(values.files, values.database);
    std::cerr << values.database << ": added " << merged.runs << " runs and " << merged.experiments
              << " new experiments\n";
  });
}

int run_app(CLI::App& app, int argc, char** argv, const int& code,
            const std::function<bool(const std::exception&)>& said) {
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) std::cout << app.help();
    return code;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const results::DatabaseError& error) {
    std::cerr << "gradwave: " << error.what() << '\n';
  } catch (const std::exception& error) {
    if (said && said(error)) return 2;
    std::cerr << "gradwave: unexpected: " << error.what() << '\n';
    return 1;
  }
  return 2;
}

int with_streams(const std::function<int()>& work) {
  // A file that may not grow further (ulimit -f) is an error that is reported, as a full disk is.
  std::signal(SIGXFSZ, SIG_IGN);
  open_standard_streams();
  return check_output(work());
}

}  // namespace gradwave
