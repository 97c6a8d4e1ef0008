// SPDX-License-Identifier: GPL-2.0-only
// The results file: one SQLite database in WAL mode that several processes write and anyone reads.
// Schema and meaning of every column: results/schema.sql.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "results/records.h"

namespace gradwave::results {

// Not ours, not writable, full, of another version: what() is a sentence with the file's name.
struct DatabaseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The disk is full, or a quota or limit is reached: what was committed before is in the file, and
// the same work can go on once there is room.
struct StorageError : DatabaseError {
  using DatabaseError::DatabaseError;
};

struct StoredRun {
  std::int64_t id = 0;
  std::string variant;
  std::int64_t seed = 0;
  std::string parameters, settings, status, learning_hash;
};

struct StoredExperiment {
  std::int64_t id = 0;
  std::optional<std::int64_t> first_run;  // the number of its run of place 0
  std::vector<StoredRun> runs;            // by id
};

// For the parent of a campaign: experiments and runs. Every call is one committed transaction.
class Database {
 public:
  // Opens for writing; creates file and schema if there is no file (or an empty one), and brings a
  // file of an earlier version to this one. A file that is not a gradwave database is left as it
  // was, and so is one of an earlier version while its gradwave writes into it.
  explicit Database(const std::filesystem::path& file);
  ~Database();

  std::int64_t add_experiment(const Experiment& experiment);

  // A row with status "running", owned by the process `host_process` (see this_process()), with
  // this number if it is free, else the next one.
  std::int64_t add_run(const Run& run, std::optional<std::int64_t> number = std::nullopt);

  // The latest experiment of the same scenario, inputs, versions and code, and its runs.
  std::optional<StoredExperiment> find_experiment(const Experiment& experiment);

  // Likewise a row, if its experiment has none of this variant, seed and parameters; none if it has
  // one, which another process has added.
  std::optional<std::int64_t> add_missing_run(const Run& run, std::optional<std::int64_t> number);

  // Makes a run of this status, interrupted or failed, "running" again, ours, and forgets its rows
  // unless it will go on from them; false if it has another status by now. How often its process
  // died is forgotten where it had failed.
  bool restart_run(std::int64_t run_id, bool keep_rows, const std::string& status = "interrupted");

  // `status` is complete, failed, interrupted or diverged; kept if it was set before.
  void finish_run(std::int64_t run_id, const std::string& status, const std::string& error);

  // Of a run whose process died and recorded no end: interrupted the first time, so that it is
  // tried once more (there may have been too little memory), failed the second.
  void finish_dead_run(std::int64_t run_id, const std::string& error);

  // Of a run that is complete: what it took from its start to the end of its process.
  void note_elapsed(std::int64_t run_id, double elapsed_s);

  // Marks as "interrupted" every run that claims to be running in a process of this machine that is
  // no more, and returns how many. Of other machines' processes nothing can be known: those runs
  // are left alone.
  int mark_interrupted();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// For one run: its rounds, transfers and evaluations, committed at least once a second and at the
// end of its life, a round and its transfers together. Any call may throw DatabaseError (a full
// disk, say); what was committed stays, whatever becomes of this process.
class Recorder {
 public:
  // Claims the run for this process.
  Recorder(const std::filesystem::path& file, std::int64_t run_id);
  ~Recorder();  // commits what it can

  void plan(const Plan& plan);
  void round(const Round& round, const std::vector<Transfer>& transfers);
  void topologies(const std::vector<Topology>& seen);
  void evaluation(const Evaluation& evaluation);  // after the rounds before it
  void theory(const Theory& theory);              // after the last round
  // Of a run that is resumed: this round stands in the file and has come again. Throws
  // std::runtime_error if it took other bytes or another time than then.
  void again(const Round& round, const Round& then);
  void flush();   // commits what it has been told
  void forget();  // all rows of the run, which begins anew
  // Commits, then sets the run's status; `error` is empty for "complete".
  void finish(const std::string& status, const std::string& error = "", const Costs& costs = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Host name, boot, process number, its start and its namespace: unique while it lives.
std::string this_process();

// Throws DatabaseError with a sentence if `file` is no results file and could not become one: a
// folder, a file of something else, a name that is none (":memory:", "file:..."), or one in a
// folder that is not there. Changes nothing.
void check_results_file(const std::filesystem::path& file);

// Hash of the contents (64-bit FNV-1a in hex): every table that is in the file, by name, its rows
// ordered by its primary key, without what the host decides (columns host*, *_at). Equal for two
// files in which the same scenarios ran in the same order, as ids follow the scenario's order. A
// NULL, like a table without rows, adds nothing: neither does a column or a table that a later
// version brings and nothing has filled. A file of an earlier version has the fingerprint that it
// will have when it has been brought to this one.
std::string fingerprint(const std::filesystem::path& file);

}  // namespace gradwave::results
