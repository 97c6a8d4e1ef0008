// SPDX-License-Identifier: GPL-2.0-only
#include "results/database.h"

#include <SQLiteCpp/VariadicBind.h>

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
        std::string("INSERT INTO experiments (name, scenario, scenario_hash, gradwave_version, "
                    "ns3_version, torch_version, host, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ") +
            kNow + ")",
        e.name, e.scenario, e.scenario_hash, e.gradwave_version, e.ns3_version, e.torch_version,
        this_host());
    for (const auto& [name, text] : e.inputs) {
      state_->execute("INSERT INTO inputs (experiment_id, name, text) VALUES (?, ?, ?)", id, name,
                      text);
    }
    return id;
  });
}

std::int64_t Database::add_run(const Run& r) {
  return state_->execute(
      std::string("INSERT INTO runs (experiment_id, variant, seed, parameters, settings, workers, "
                  "model_size, rounds_planned, host_process, forward_macs, learning_hash, "
                  "started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ") +
          kNow + ")",
      r.experiment_id, r.variant, r.seed, r.parameters, r.settings, r.workers, r.model_size,
      r.rounds_planned, this_process(), r.forward_macs, r.learning_hash);
}

void Database::finish_run(std::int64_t run_id, const std::string& status,
                          const std::string& error) {
  state_->execute(std::string("UPDATE runs SET status = ?, error = nullif(?, ''), finished_at = ") +
                      kNow + ", host_process = NULL WHERE id = ? AND status = 'running'",
                  status, error, run_id);
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
    finish_run(run_id, "interrupted", "its process ended without a word");
  }
  return static_cast<int>(dead.size());
}

}  // namespace gradwave::results
