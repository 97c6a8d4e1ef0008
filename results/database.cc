// SPDX-License-Identifier: GPL-2.0-only
#include "results/database.h"

#include <SQLiteCpp/VariadicBind.h>

#include <map>
#include <utility>

#include "results/connection.h"
#include "results/process.h"

namespace gradwave::results {
namespace {

constexpr const char* kNow = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

}  // namespace

struct Database::State {
  std::filesystem::path file;
  SQLite::Database database;

  // Runs one statement with these values bound in order, and returns the row it inserted.
  template <class... Values>
  std::int64_t execute(const std::string& sql, const Values&... values) {
    return guarded(file, [&] {
      SQLite::Statement statement(database, sql);
      SQLite::bind(statement, values...);
      statement.exec();
      return database.getLastInsertRowid();
    });
  }

  // Statements that are committed as one.
  template <class Work>
  auto together(const Work& work) {
    return guarded(file, [&] {
      SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
      const auto result = work();
      transaction.commit();
      return result;
    });
  }
};

Database::Database(const std::filesystem::path& file)
    : state_(std::make_unique<State>(State{file, open_for_writing(file)})) {}

Database::~Database() = default;

std::int64_t Database::add_experiment(const Experiment& e) {
  return state_->together([&] {
    const std::int64_t id = state_->execute(
        std::string(
            "INSERT INTO experiments (name, scenario, scenario_hash, gradwave_version, "
            "ns3_version, torch_version, host, host_sources, host_first_run, created_at) VALUES "
            "(?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(id), 0) + 1 FROM runs), ") +
            kNow + ")",
        e.name, e.scenario, e.scenario_hash, e.gradwave_version, e.ns3_version, e.torch_version,
        this_host(), e.host_sources);
    for (const auto& [name, text] : e.inputs) {
      state_->execute("INSERT INTO inputs (experiment_id, name, text) VALUES (?, ?, ?)", id, name,
                      text);
    }
    return id;
  });
}

std::int64_t Database::add_run(const Run& r, std::optional<std::int64_t> number) {
  // An id that is NULL is the next one.
  return state_->execute(
      std::string(
          "INSERT INTO runs (id, experiment_id, variant, seed, parameters, settings, workers, "
          "model_size, rounds_planned, host_process, forward_macs, place, "
          "host_learning_hash, network_hash, host_forecast, host_inputs_hash, host_attempts, "
          "started_at) VALUES ("
          "(SELECT ?1 WHERE ?1 > 0 AND NOT EXISTS (SELECT 1 FROM runs WHERE id = ?1)), "
          "?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0.0), ?, nullif(?, ''), nullif(?, ''), nullif(?, "
          "''), nullif(?, ''), 1, ") +
          kNow + ")",
      number.value_or(0), r.experiment_id, r.variant, r.seed, r.parameters, r.settings, r.workers,
      r.model_size, r.rounds_planned, this_process(), r.forward_macs, r.place, r.learning_hash,
      r.network_hash, r.forecast, r.inputs_hash);
}

std::optional<StoredExperiment> Database::find_experiment(const Experiment& e) {
  return guarded(state_->file, [&]() -> std::optional<StoredExperiment> {
    SQLite::Statement same(
        state_->database,
        "SELECT id, host_first_run FROM experiments WHERE scenario = ? AND gradwave_version = ? "
        "AND ns3_version = ? AND torch_version = ? AND coalesce(host_sources, '') = "
        "? ORDER BY id DESC");
    SQLite::bind(same, e.scenario, e.gradwave_version, e.ns3_version, e.torch_version,
                 e.host_sources);
    while (same.executeStep()) {
      StoredExperiment found;
      found.id = same.getColumn(0).getInt64();
      if (!same.getColumn(1).isNull()) found.first_run = same.getColumn(1).getInt64();
      std::map<std::string, std::string> inputs;
      SQLite::Statement texts(state_->database,
                              "SELECT name, text FROM inputs WHERE experiment_id = ?");
      texts.bind(1, found.id);
      while (texts.executeStep()) {
        inputs[texts.getColumn(0).getString()] = texts.getColumn(1).getString();
      }
      if (inputs != e.inputs) continue;
      SQLite::Statement runs(state_->database,
                             "SELECT id, variant, seed, parameters, settings, status, "
                             "coalesce(host_learning_hash, '') FROM runs WHERE experiment_id = ? "
                             "ORDER BY id");
      runs.bind(1, found.id);
      while (runs.executeStep()) {
        const auto text = [&](int column) { return runs.getColumn(column).getString(); };
        found.runs.push_back({runs.getColumn(0).getInt64(), text(1), runs.getColumn(2).getInt64(),
                              text(3), text(4), text(5), text(6)});
      }
      return found;
    }
    return std::nullopt;
  });
}

std::optional<std::int64_t> Database::add_missing_run(const Run& run,
                                                      std::optional<std::int64_t> number) {
  return state_->together([&]() -> std::optional<std::int64_t> {
    SQLite::Statement there(state_->database,
                            "SELECT 1 FROM runs WHERE experiment_id = ? AND variant = ? AND seed = "
                            "? AND parameters = ?");
    SQLite::bind(there, run.experiment_id, run.variant, run.seed, run.parameters);
    if (there.executeStep()) return std::nullopt;
    return add_run(run, number);
  });
}

bool Database::restart_run(std::int64_t run_id, bool keep_rows, const std::string& status) {
  return state_->together([&] {
    SQLite::Statement claim(
        state_->database,
        std::string("UPDATE runs SET status = 'running', error = NULL, finished_at = NULL, t_hat = "
                    "NULL, pilot = NULL, budget_unused = NULL, host_wall_s = NULL, host_device = "
                    "NULL, host_learned_from = NULL, host_start_s = NULL, host_learning_s = NULL, "
                    "host_network_s = "
                    "NULL, host_events = NULL, host_peak_bytes = NULL, host_file_bytes = NULL, "
                    "host_forecast = iif(?, NULL, host_forecast), host_process = ?, "
                    "data_mean = NULL, data_deviation = NULL, class_counts = NULL, host_attempts = "
                    "coalesce(host_attempts, 1) + "
                    "1, host_killed = iif(status = 'failed', NULL, host_killed), started_at = ") +
            kNow + " WHERE id = ? AND status = ?");
    SQLite::bind(claim, static_cast<std::int64_t>(keep_rows), this_process(), run_id, status);
    if (claim.exec() == 0) return false;
    if (keep_rows) return true;
    forget_rows(state_->database, run_id);
    return true;
  });
}

void Database::finish_run(std::int64_t run_id, const std::string& status,
                          const std::string& error) {
  state_->execute(std::string("UPDATE runs SET status = ?, error = nullif(?, ''), finished_at = ") +
                      kNow + ", host_process = NULL WHERE id = ? AND status = 'running'",
                  status, error, run_id);
}

void Database::finish_dead_run(std::int64_t run_id, const std::string& error) {
  state_->execute(
      std::string("UPDATE runs SET host_killed = coalesce(host_killed, 0) + 1, "
                  "status = iif(coalesce(host_killed, 0) = 0, 'interrupted', 'failed'), error = ?, "
                  "finished_at = ") +
          kNow + ", host_process = NULL WHERE id = ? AND status = 'running'",
      error, run_id);
}

// Learning that ran beside the network took no time of its own.
void Database::note_elapsed(std::int64_t run_id, double elapsed_s) {
  state_->execute(
      "UPDATE runs SET host_start_s = max(0.001, ? - coalesce(host_learning_s, 0) - "
      "coalesce(host_network_s, 0)) WHERE id = ? AND status = 'complete'",
      elapsed_s, run_id);
}

int Database::mark_interrupted() {
  std::vector<std::int64_t> dead;
  guarded(state_->file, [&] {
    SQLite::Statement running(
        state_->database,
        "SELECT id, coalesce(host_process, '') FROM runs WHERE status = 'running'");
    while (running.executeStep()) {
      if (is_gone(running.getColumn(1).getString()))
        dead.push_back(running.getColumn(0).getInt64());
    }
  });
  for (const std::int64_t run_id : dead) {
    guarded(state_->file, [&] { results::mark_interrupted(state_->database, run_id); });
  }
  return static_cast<int>(dead.size());
}

}  // namespace gradwave::results
