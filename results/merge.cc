// SPDX-License-Identifier: GPL-2.0-only
#include "results/merge.h"

#include <SQLiteCpp/VariadicBind.h>

#include <list>
#include <map>
#include <string>
#include <utility>

#include "results/connection.h"
#include "results/database.h"
#include "results/merge_plan.h"
#include "results/migrate.h"
#include "results/process.h"
#include "results/tables.h"

namespace gradwave::results {
namespace {

namespace fs = std::filesystem;

void bind(SQLite::Statement& statement, int at, const SQLite::Column& value) {
  if (value.isNull()) {
    statement.bind(at);
  } else if (value.isInteger()) {
    statement.bind(at, value.getInt64());
  } else if (value.isFloat()) {
    statement.bind(at, value.getDouble());
  } else if (value.isBlob()) {
    statement.bind(at, value.getBlob(), value.getBytes());
  } else {
    statement.bind(at, value.getString());
  }
}

// From one connection to another, row by row: SQLite attaches ten files at most, and cannot attach
// one in a folder that is read-only.
class Copying {
 public:
  Copying(SQLite::Database& into, const fs::path& target) : into_(into), target_(target) {}

  // The rows of a table whose `owner` has the number `from`, for the one with the number `to`. The
  // columns in `omitted` are left to the table.
  void copy(Source& source, const TableOf& table, const std::string& owner, std::int64_t from,
            std::int64_t to, const std::vector<std::string>& omitted = {}) {
    std::vector<std::string> but = omitted;
    but.push_back(owner);
    copy_where(source, table, columns_but(table, but), owner + " = ?", from, owner, to);
  }

  // A row with a number of its own, which is returned; `owner` has the number `to`.
  std::int64_t copy_row(Source& source, const TableOf& table, std::int64_t id,
                        const std::string& owner = "", std::int64_t to = 0) {
    copy_where(source, table, columns_but(table, {"id", owner}), "id = ?", id, owner, to);
    return into_.getLastInsertRowid();
  }

 private:
  void copy_where(Source& source, const TableOf& table, const std::vector<std::string>& columns,
                  const std::string& condition, std::int64_t number, const std::string& owner,
                  std::int64_t to) {
    SQLite::Statement rows = guarded(source.file, [&] {
      SQLite::Statement select(source.database, "SELECT " + joined(columns) + " FROM " +
                                                    table.name + " WHERE " + condition +
                                                    " ORDER BY " + joined(table.key));
      select.bind(1, number);
      return select;
    });
    std::string marks;
    for (std::size_t i = 0; i < columns.size(); ++i) marks += i == 0 ? "?" : ", ?";
    SQLite::Statement insert = guarded(target_, [&] {
      return SQLite::Statement(into_, "INSERT INTO " + table.name + " (" + joined(columns) +
                                          (owner.empty() ? "" : ", " + owner) + ") VALUES (" +
                                          marks + (owner.empty() ? ")" : ", ?)"));
    });
    const int last = static_cast<int>(columns.size()) + 1;
    while (guarded(source.file, [&] { return rows.executeStep(); })) {
      guarded(target_, [&] {
        for (int i = 1; i < last; ++i) bind(insert, i, rows.getColumn(i - 1));
        if (!owner.empty()) insert.bind(last, to);
        insert.exec();
        insert.reset();
      });
    }
  }

  SQLite::Database& into_;
  const fs::path& target_;
};

class Merging {
 public:
  Merging(SQLite::Database& into, const fs::path& target)
      : into_(into), target_(target), copying_(into, target) {}

  Merged carry_out(const MergePlan& plan) {
    Merged merged;
    std::vector<std::int64_t> experiments;
    for (const TargetExperiment& each : plan.experiments()) {
      experiments.push_back(each.id > 0 ? each.id : copy_experiment(each));
      merged.experiments += each.id > 0 ? 0 : 1;
    }
    for (const Found& run : plan.runs()) copy_run(run, experiments[run.experiment]);
    merged.runs = static_cast<std::int64_t>(plan.runs().size());
    guarded(target_, [&] { renumber(); });
    return merged;
  }

 private:
  std::int64_t copy_experiment(const TargetExperiment& experiment) {
    Source& source = *experiment.source;
    const std::int64_t from = experiment.id_in_source;
    const std::int64_t id = copying_.copy_row(source, table_named("experiments"), from);
    for (const TableOf& table : tables_of_experiments()) {
      copying_.copy(source, table, "experiment_id", from, id);
    }
    return id;
  }

  void copy_run(const Found& run, std::int64_t experiment) {
    const std::int64_t id =
        copying_.copy_row(*run.source, table_named("runs"), run.id, "experiment_id", experiment);
    numbers_[{run.source, run.id}] = id;
    for (const TableOf& table : tables_of_runs()) {
      copying_.copy(*run.source, table, "run_id", run.id, id);
    }
    if (run.is_gone) guarded(target_, [&] { mark_interrupted(into_, id); });
  }

  // A run that learned from one of the same file has that one's new number.
  void renumber() {
    for (const auto& [old_run, id] : numbers_) {
      SQLite::Statement learned(into_, "SELECT host_learned_from FROM runs WHERE id = ?");
      learned.bind(1, id);
      if (!learned.executeStep() || learned.getColumn(0).isNull()) continue;
      const std::string text = learned.getColumn(0).getString();
      if (text.find_first_not_of("0123456789") != std::string::npos) continue;
      const auto source = numbers_.find({old_run.first, std::stoll(text)});
      if (source == numbers_.end()) continue;
      SQLite::Statement update(into_, "UPDATE runs SET host_learned_from = ? WHERE id = ?");
      SQLite::bind(update, std::to_string(source->second), id);
      update.exec();
    }
  }

  SQLite::Database& into_;
  const fs::path& target_;
  Copying copying_;
  std::map<std::pair<Source*, std::int64_t>, std::int64_t> numbers_;
};

void require_current(const fs::path& file, SQLite::Database& database) {
  const int version = version_of(database);
  if (version == kSchemaVersion) return;
  throw DatabaseError(file.string() + ": is of version " + std::to_string(version) +
                      "; `run` into it brings it up to date");
}

std::list<Source> open(const std::vector<fs::path>& files, const fs::path& into) {
  std::list<Source> sources;
  for (const fs::path& file : files) {
    if (!fs::exists(file)) throw DatabaseError(file.string() + ": there is no such file");
    std::error_code is_new;
    if (fs::equivalent(file, into, is_new)) {
      throw DatabaseError(file.string() + ": is the file that the others are to be merged into");
    }
    sources.push_back({file, open_for_reading(file)});
    require_current(file, sources.back().database);
  }
  return sources;
}

void require_nothing_under_way(SQLite::Database& into, const fs::path& target) {
  SQLite::Statement running(into,
                            "SELECT id, coalesce(host_process, '') FROM runs "
                            "WHERE status = 'running' ORDER BY id");
  while (running.executeStep()) {
    if (is_gone(running.getColumn(1).getString())) continue;
    throw DatabaseError(target.string() + ": run " + running.getColumn(0).getString() +
                        " is still under way");
  }
}

// Before a new target is made, or one of an earlier version brought up to date.
void require_mergeable(std::list<Source>& sources, const fs::path& into) {
  const MergePlan alone(sources, nullptr);
  if (!fs::exists(into) || fs::is_empty(into)) return;
  SQLite::Database target = open_for_reading(into);
  guarded(into, [&] {
    require_nothing_under_way(target, into);
    const MergePlan plan(sources, &target);
  });
}

}  // namespace

Merged merge(const std::vector<fs::path>& files, const fs::path& into) {
  check_results_file(into);
  std::list<Source> sources = open(files, into);
  require_mergeable(sources, into);
  Database(into).mark_interrupted();  // and up to date
  SQLite::Database database = open_for_writing(into);
  return guarded(into, [&] {
    // Files are deleted once they are merged: the rows have to be on the disk by then.
    database.exec("PRAGMA synchronous = FULL");
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    require_nothing_under_way(database, into);
    const MergePlan plan(sources, &database);
    const Merged merged = Merging(database, into).carry_out(plan);
    transaction.commit();
    return merged;
  });
}

}  // namespace gradwave::results
