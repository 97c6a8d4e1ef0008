// SPDX-License-Identifier: GPL-2.0-only
#include "results/merge.h"

#include <SQLiteCpp/VariadicBind.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "results/connection.h"
#include "results/database.h"
#include "results/migrate.h"
#include "results/query.h"

namespace gradwave::results {
namespace {

// A run in one of the files.
struct Found {
  std::filesystem::path file;
  std::int64_t id = 0, experiment = 0, place = 0;
  std::string variant, seed, parameters, status;
};

std::vector<std::string> strings(SQLite::Database& database, const std::string& sql) {
  std::vector<std::string> all;
  SQLite::Statement statement(database, sql);
  while (statement.executeStep()) all.push_back(statement.getColumn(0).getString());
  return all;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

class Merging {
 public:
  explicit Merging(SQLite::Database& into) : into_(into) {}

  // Of the file that is attached as "other".
  void add_experiments(const std::filesystem::path& file) {
    SQLite::Statement all(into_, "SELECT id FROM other.experiments ORDER BY id");
    while (all.executeStep()) {
      const std::int64_t id = all.getColumn(0).getInt64();
      experiments_[{file, id}] = same_or_new(id);
    }
    SQLite::Statement runs(into_,
                           "SELECT id, experiment_id, coalesce(place, id), variant, seed, "
                           "parameters, status FROM other.runs ORDER BY id");
    while (runs.executeStep()) {
      const auto integer = [&](int column) { return runs.getColumn(column).getInt64(); };
      const auto text = [&](int column) { return runs.getColumn(column).getString(); };
      found_.push_back({file, integer(0), experiments_.at({file, integer(1)}), integer(2), text(3),
                        text(4), text(5), text(6)});
      if (text(6) == "running") refuse(found_.back(), "is still under way");
    }
  }

  // In the order in which they get their numbers.
  std::vector<Found> sorted() {
    std::stable_sort(found_.begin(), found_.end(), [](const Found& one, const Found& other) {
      return std::tie(one.experiment, one.place) < std::tie(other.experiment, other.place);
    });
    for (const Found& run : found_) {
      const auto key = std::tuple(run.experiment, run.variant, run.seed, run.parameters);
      if (!keys_.emplace(key, 0).second) refuse(run, "is in two of the files");
      SQLite::Statement there(into_,
                              "SELECT 1 FROM main.runs WHERE experiment_id = ? AND variant = ? AND "
                              "seed = ? AND parameters = ?");
      SQLite::bind(there, run.experiment, run.variant, run.seed, run.parameters);
      if (there.executeStep()) refuse(run, "is there already");
    }
    return found_;
  }

  void copy(const Found& run) {
    const auto columns = columns_of("runs", {"id", "experiment_id"});
    SQLite::Statement insert(into_, "INSERT INTO main.runs (experiment_id, " + joined(columns) +
                                        ") SELECT ?, " + joined(columns) +
                                        " FROM other.runs WHERE id = ?");
    SQLite::bind(insert, run.experiment, run.id);
    insert.exec();
    const std::int64_t id = into_.getLastInsertRowid();
    numbers_[{run.file, run.id}] = id;
    for (const char* table :
         {"rounds", "transfers", "evaluations", "theory", "topologies", "routes"}) {
      const std::string rest = joined(columns_of(table, {"run_id"}));
      SQLite::Statement rows(into_, std::string("INSERT INTO main.") + table + " (run_id, " + rest +
                                        ") SELECT ?, " + rest + " FROM other." + table +
                                        " WHERE run_id = ?");
      SQLite::bind(rows, id, run.id);
      rows.exec();
    }
  }

  // Who learned from a run of the same file has that one's new number.
  void renumber() {
    for (const auto& [old_run, id] : numbers_) {
      SQLite::Statement learned(into_, "SELECT host_learned_from FROM main.runs WHERE id = ?");
      learned.bind(1, id);
      if (!learned.executeStep() || learned.getColumn(0).isNull()) continue;
      const std::string text = learned.getColumn(0).getString();
      if (text.find_first_not_of("0123456789") != std::string::npos) continue;
      const auto source = numbers_.find({old_run.first, std::stoll(text)});
      if (source == numbers_.end()) continue;
      SQLite::Statement update(into_, "UPDATE main.runs SET host_learned_from = ? WHERE id = ?");
      SQLite::bind(update, std::to_string(source->second), id);
      update.exec();
    }
  }

  std::int64_t new_experiments() const { return new_experiments_; }

 private:
  [[noreturn]] static void refuse(const Found& run, const std::string& why) {
    throw DatabaseError(run.file.string() + ": run " + std::to_string(run.id) + " (variant \"" +
                        run.variant + "\", seed " + run.seed + ", " + run.parameters + ") " + why);
  }

  std::vector<std::string> columns_of(const std::string& table,
                                      const std::vector<std::string>& but) {
    std::vector<std::string> columns =
        strings(into_, "SELECT name FROM pragma_table_info('" + table + "')");
    columns.erase(std::remove_if(columns.begin(), columns.end(),
                                 [&](const std::string& name) {
                                   return std::find(but.begin(), but.end(), name) != but.end();
                                 }),
                  columns.end());
    return columns;
  }

  std::int64_t same_or_new(std::int64_t id) {
    SQLite::Statement same(
        into_,
        "SELECT m.id FROM main.experiments m JOIN other.experiments o ON o.id = ? WHERE "
        "m.scenario = o.scenario AND m.gradwave_version = o.gradwave_version AND m.ns3_version = "
        "o.ns3_version AND m.torch_version = o.torch_version AND m.host_sources IS "
        "o.host_sources AND NOT EXISTS (SELECT name, text "
        "FROM other.inputs WHERE experiment_id = o.id EXCEPT SELECT name, text FROM main.inputs "
        "WHERE experiment_id = m.id) AND NOT EXISTS (SELECT name, text FROM main.inputs WHERE "
        "experiment_id = m.id EXCEPT SELECT name, text FROM other.inputs WHERE experiment_id = "
        "o.id) ORDER BY m.id DESC");
    same.bind(1, id);
    if (same.executeStep()) return same.getColumn(0).getInt64();
    const std::string columns = joined(columns_of("experiments", {"id"}));
    SQLite::Statement insert(into_, "INSERT INTO main.experiments (" + columns + ") SELECT " +
                                        columns + " FROM other.experiments WHERE id = ?");
    insert.bind(1, id);
    insert.exec();
    const std::int64_t mine = into_.getLastInsertRowid();
    SQLite::Statement inputs(into_,
                             "INSERT INTO main.inputs SELECT ?, name, text FROM "
                             "other.inputs WHERE experiment_id = ?");
    SQLite::bind(inputs, mine, id);
    inputs.exec();
    ++new_experiments_;
    return mine;
  }

  SQLite::Database& into_;
  std::map<std::pair<std::filesystem::path, std::int64_t>, std::int64_t> experiments_, numbers_;
  std::map<std::tuple<std::int64_t, std::string, std::string, std::string>, int> keys_;
  std::vector<Found> found_;
  std::int64_t new_experiments_ = 0;
};

// While it lives, the file is the schema "other".
class Attached {
 public:
  Attached(SQLite::Database& database, const std::filesystem::path& file) : database_(database) {
    SQLite::Statement attach(database_, "ATTACH ? AS other");
    attach.bind(1, file.string());
    attach.exec();
  }
  ~Attached() {
    try {
      database_.exec("DETACH other");
    } catch (
        const SQLite::Exception&) {  // in a transaction that failed; it ends with the connection
    }
  }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

 private:
  SQLite::Database& database_;
};

// The file to be, until it is whole.
class Unfinished {
 public:
  explicit Unfinished(const std::filesystem::path& file) : file_(file) {
    file_ += ".merging";
    remove();
    if (!std::filesystem::exists(file)) return;
    Database(file).mark_interrupted();  // and up to date
    const Table running = query(file, "SELECT id FROM runs WHERE status = 'running' LIMIT 1");
    if (!running.rows.empty()) {
      throw DatabaseError(file.string() + ": run " +
                          std::to_string(std::get<std::int64_t>(running.rows[0][0])) +
                          " is still under way");
    }
    std::filesystem::copy_file(file, file_);
  }
  ~Unfinished() { remove(); }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  const std::filesystem::path& file() const { return file_; }

 private:
  void remove() {
    for (const char* end : {"", "-wal", "-shm"}) {
      std::error_code ignored;
      std::filesystem::remove(file_.string() + end, ignored);
    }
  }

  std::filesystem::path file_;
};

void require_current(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file))
    throw DatabaseError(file.string() + ": there is no such file");
  SQLite::Database database = open_for_reading(file);
  const int version = version_of(database);
  if (version == kSchemaVersion) return;
  throw DatabaseError(file.string() + ": is of version " + std::to_string(version) +
                      "; `run` into it brings it up to date");
}

}  // namespace

Merged merge(const std::vector<std::filesystem::path>& files, const std::filesystem::path& into) {
  check_results_file(into);
  for (const std::filesystem::path& file : files) require_current(file);
  const Unfinished unfinished(into);
  Merged merged;
  guarded(unfinished.file(), [&] {
    SQLite::Database database = open_for_writing(unfinished.file());
    Merging merging(database);
    for (const std::filesystem::path& file : files) {
      const Attached other(database, file);
      SQLite::Transaction transaction(database);
      merging.add_experiments(file);
      transaction.commit();
    }
    for (const Found& run : merging.sorted()) {
      const Attached other(database, run.file);
      SQLite::Transaction transaction(database);
      merging.copy(run);
      transaction.commit();
      ++merged.runs;
    }
    merging.renumber();
    merged.experiments = merging.new_experiments();
  });
  std::filesystem::rename(unfinished.file(), into);
  return merged;
}

}  // namespace gradwave::results
