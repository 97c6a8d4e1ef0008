// SPDX-License-Identifier: GPL-2.0-only
// Runs that are in the results: what they were, and whether they come out again.
#include <poll.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "learning/runtime/arithmetic.h"
#include "learning/runtime/process.h"
#include "results/database.h"
#include "results/difference.h"
#include "results/query.h"
#include "sim/campaign/fork_server.h"
#include "sim/cli/commands.h"
#include "sim/run/run.h"
#include "sim/scenario/toml_text.h"
#include "sim/version.h"

namespace gradwave {
namespace {

namespace fs = std::filesystem;
using results::Value;

std::vector<Value> row_of(const fs::path& database, const std::string& sql, std::int64_t run_id) {
  const results::Table table = results::query(database, sql + std::to_string(run_id));
  if (table.rows.empty()) {
    throw results::DatabaseError(database.string() + ": there is no run " + std::to_string(run_id));
  }
  return table.rows[0];
}

std::string text(const Value& value) {
  const auto* words = std::get_if<std::string>(&value);
  return words ? *words : "";
}

// A folder that is gone with this object.
class Folder {
 public:
  Folder() {
    if (mkdtemp(path_.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), path_);
    }
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path path() const { return path_; }

 private:
  std::string path_ = (fs::temp_directory_path() / "gradwave-XXXXXX").string();
};

// The run once more, as the first of an experiment in that file. Returns its number there.
std::int64_t repeat(const fs::path& database, std::int64_t run_id, const fs::path& into) {
  const auto run =
      row_of(database,
             "SELECT experiment_id, variant, seed, parameters, settings, workers, "
             "model_size, rounds_planned, coalesce(forward_macs, 0.0), "
             "coalesce(host_learning_hash, ''), coalesce(place, 0), coalesce(network_hash, ''), "
             "coalesce(host_inputs_hash, '') FROM "
             "runs WHERE id = ",
             run_id);
  const auto experiment_id = std::get<std::int64_t>(run[0]);
  const auto experiment =
      row_of(database,
             "SELECT name, scenario, scenario_hash, gradwave_version, ns3_version, torch_version "
             "FROM experiments WHERE id = ",
             experiment_id);
  results::Experiment again = {text(experiment[0]), text(experiment[1]), text(experiment[2]),
                               text(experiment[3]), text(experiment[4]), text(experiment[5])};
  for (const auto& input :
       results::query(database, "SELECT name, text FROM inputs WHERE experiment_id = " +
                                    std::to_string(experiment_id))
           .rows) {
    again.inputs[text(input[0])] = text(input[1]);
  }
  results::Database there(into);
  const auto integer = [&](std::size_t i) { return std::get<std::int64_t>(run[i]); };
  const std::int64_t id =
      there.add_run({there.add_experiment(again), text(run[1]), integer(2), text(run[3]),
                     text(run[4]), integer(5), integer(6), integer(7), std::get<double>(run[8]),
                     integer(10), text(run[9]), text(run[11]), text(run[12])});
  const Settings settings = from_json(nlohmann::json::parse(text(run[4])));
  ForkServer fork_server(learning::environment_for(settings.learning.host.arithmetic));
  Process process =
      fork_server.start({"run-stored", "--db", into.string(), "--run", std::to_string(id),
                         "--drawn-from", database.string(), "--drawn-run", std::to_string(run_id)},
                        "");
  std::optional<Process::Ending> ending;
  while (!(ending = process.ended())) {
    pollfd polled[] = {{process.progress(), POLLIN, 0}, {process.errors(), POLLIN, 0}};
    poll(polled, 2, 100);
    process.read_progress();
    process.read_errors();
  }
  there.finish_run(id, "failed", ending->text);  // unless it has said how it ended
  return id;
}

}  // namespace

int show(const fs::path& database, std::int64_t run_id, std::ostream& out) {
  const auto run = row_of(
      database,
      "SELECT experiment_id, experiments.name, variant, seed, parameters, settings, status, "
      "coalesce(error, ''), coalesce(host_learned_from, ''), coalesce(host_device, ''), "
      "'gradwave ' || gradwave_version || ', ns-3 ' || ns3_version || ', LibTorch ' || "
      "torch_version, (SELECT count(*) FROM rounds WHERE run_id = runs.id), rounds_planned FROM "
      "runs JOIN experiments ON experiments.id = experiment_id WHERE runs.id = ",
      run_id);
  const auto integer = [&](std::size_t i) { return std::get<std::int64_t>(run[i]); };
  out << "# run " << run_id << " of experiment " << integer(0) << " (" << text(run[1])
      << "): " << text(run[6]) << ", " << integer(11) << " of " << integer(12) << " rounds";
  if (!text(run[9]).empty()) out << ", learned on " << text(run[9]);
  if (!text(run[8]).empty()) out << " by run " << text(run[8]);
  out << "\n# " << text(run[10]) << '\n';
  if (!text(run[7]).empty()) out << "# " << text(run[7]) << '\n';
  if (text(run[4]) != "{}") out << "# of a sweep: " << text(run[4]) << '\n';
  const Settings settings = from_json(nlohmann::json::parse(text(run[5])));
  if (samples(settings.sampling)) {
    out << "# alone it draws from its own rounds, not from those of other runs of its experiment\n";
  }
  for (const auto& input :
       results::query(database,
                      "SELECT name FROM inputs WHERE experiment_id = " + std::to_string(integer(0)))
           .rows) {
    out << "# reads " << text(input[0]) << ", whose text is in table inputs\n";
  }
  out << "# to see whether it comes out again: gradwave rerun " << run_id << " --verify --db "
      << database.string() << "\n\nname = " << nlohmann::json(text(run[1])).dump() << "\nseeds = ["
      << integer(3) << "]\n\n"
      << toml_of(settings) << "\n[[variant]]\nname = " << nlohmann::json(text(run[2])).dump()
      << '\n';
  return 0;
}

int rerun(const fs::path& database, std::int64_t run_id, const fs::path& into, std::ostream& out,
          std::ostream& err) {
  const Folder folder;
  const fs::path file = into.empty() ? folder.path() / "rerun.sqlite" : into;
  const std::int64_t again = repeat(database, run_id, file);
  const std::string difference = results::first_difference({database, run_id}, {file, again});
  if (difference.empty()) {
    out << "run " << run_id << " comes out again, row for row\n";
    return 0;
  }
  err << "run " << run_id << " does not come out again: " << difference << '\n';
  const auto made_with =
      row_of(database,
             "SELECT gradwave_version, ns3_version, torch_version FROM experiments JOIN runs ON "
             "experiments.id = experiment_id WHERE runs.id = ",
             run_id);
  const std::vector<std::string> ours = {version(), channel::ns3_version(),
                                         learning::torch_version()};
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (text(made_with[i]) == ours[i]) continue;
    err << "it was made with gradwave " << text(made_with[0]) << ", ns-3 " << text(made_with[1])
        << ", LibTorch " << text(made_with[2]) << '\n';
    break;
  }
  return 1;
}

}  // namespace gradwave
