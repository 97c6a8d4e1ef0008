// SPDX-License-Identifier: GPL-2.0-only
#include "results/migrate.h"

#include <sqlite3.h>

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

#include "results/connection.h"
#include "results/process.h"

namespace gradwave::results {
namespace {

using Names = std::vector<std::string>;

Names strings(SQLite::Database& database, const std::string& sql) {
  Names all;
  SQLite::Statement statement(database, sql);
  while (statement.executeStep()) all.push_back(statement.getColumn(0).getString());
  return all;
}

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string joined(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void execute(SQLite::Database& database, std::initializer_list<std::string_view> parts) {
  std::string sql;
  for (const std::string_view part : parts) sql += part;
  database.exec(sql);
}

// What schema.sql makes, asked of an empty database.
class Schema {
 public:
  Schema() { database_.exec(kSchema); }

  Names names(const std::string& type) {
    return strings(database_, "SELECT name FROM sqlite_master WHERE type = '" + type +
                                  "' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid");
  }
  Names columns(const std::string& table) {
    return strings(database_, "SELECT name FROM pragma_table_info('" + table + "')");
  }
  std::string sql(const std::string& view) {
    return strings(database_, "SELECT sql FROM sqlite_master WHERE name = '" + view + "'").at(0);
  }

 private:
  SQLite::Database database_{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
};

std::string view_of(int version, const std::string& table) {
  return "v" + std::to_string(version) + "_" + table;
}

// The temporary views of every version; what the file has as `table` is found at prefix + table.
void make_views(SQLite::Database& database, Schema& schema, const std::string& prefix) {
  const Names tables = schema.names("table");
  const int first = version_of(database);
  const Names there = strings(database, "SELECT name FROM main.sqlite_master WHERE type = 'table'");
  for (const std::string& table : tables) {
    if (!contains(there, prefix + table)) continue;  // a later version's
    execute(database,
            {"CREATE TEMP VIEW ", view_of(first, table), " AS SELECT * FROM main.", prefix, table});
  }
  for (int version = first + 1; version <= kSchemaVersion; ++version) {
    database.exec(kMigrations.at(version - 2));
    const Names views = strings(database, "SELECT name FROM sqlite_temp_master");
    for (const std::string& table : tables) {
      const std::string before = view_of(version - 1, table), now = view_of(version, table);
      if (contains(views, now) || !contains(views, before)) continue;
      execute(database, {"CREATE TEMP VIEW ", now, " AS SELECT * FROM ", before});
    }
  }
}

void drop_temporary_views(SQLite::Database& database) {
  for (const std::string& view :
       strings(database, "SELECT name FROM sqlite_temp_master WHERE type = 'view'")) {
    database.exec("DROP VIEW temp." + view);
  }
}

void refuse_while_an_earlier_gradwave_writes(SQLite::Database& database) {
  SQLite::Statement running(database,
                            "SELECT id, host_process FROM runs WHERE status = 'running' AND "
                            "host_process IS NOT NULL");
  while (running.executeStep()) {
    if (!is_alive(running.getColumn(1).getString())) continue;
    throw std::runtime_error(
        "an earlier gradwave is writing run " + running.getColumn(0).getString() +
        " into it, which would fail if the file became one of version " +
        std::to_string(kSchemaVersion) + " now; wait for its end or choose another file");
  }
}

// What no longer has a meaning is left out.
void make_again(SQLite::Database& database, const Names& statements) {
  for (const std::string& sql : statements) {
    const int code = database.tryExec(sql);
    if (code != SQLITE_OK && code != SQLITE_ERROR) {
      throw SQLite::Exception(database.getHandle(), code);
    }
  }
}

void migrate_in_transaction(SQLite::Database& database) {
  const std::string old = "gradwave_old_";
  Schema schema;
  const Names tables = schema.names("table");
  refuse_while_an_earlier_gradwave_writes(database);

  for (const std::string& view : schema.names("view")) {
    database.exec("DROP VIEW IF EXISTS main." + view);
  }
  Names others;  // indexes and triggers that are not ours
  for (const std::string& table : tables) {
    const std::string of_table =
        " FROM main.sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND "
        "tbl_name = '" +
        table + "'";
    const Names ours = schema.names("index");
    for (const std::string& name : strings(database, "SELECT name" + of_table)) {
      if (!contains(ours, name)) {
        others.push_back(
            strings(database, "SELECT sql FROM main.sqlite_master WHERE name = '" + name + "'")
                .at(0));
      }
    }
    if (database.tableExists(table)) {
      execute(database, {"ALTER TABLE main.", table, " RENAME TO ", old, table});
    }
  }
  for (const std::string& index : schema.names("index")) {
    database.exec("DROP INDEX IF EXISTS main." + index);
  }

  make_views(database, schema, old);
  const Names views = strings(database, "SELECT name FROM sqlite_temp_master");
  database.exec(kSchema);
  for (const std::string& table : tables) {
    const std::string view = view_of(kSchemaVersion, table);
    if (!contains(views, view)) continue;
    const std::string columns = joined(schema.columns(table));
    execute(database,
            {"INSERT INTO main.", table, " (", columns, ") SELECT ", columns, " FROM ", view});
  }
  drop_temporary_views(database);
  for (const std::string& table :
       strings(database, "SELECT name FROM main.sqlite_master WHERE name GLOB '" + old + "*'")) {
    database.exec("DROP TABLE main." + table);
  }
  make_again(database, others);
}

}  // namespace

int version_of(SQLite::Database& database) {
  return database.execAndGet("PRAGMA main.user_version").getInt();
}

void show_as_current(SQLite::Database& database) {
  Schema schema;
  make_views(database, schema, "");
  const Names views = strings(database, "SELECT name FROM sqlite_temp_master");
  for (const std::string& table : schema.names("table")) {
    const std::string view = view_of(kSchemaVersion, table);
    if (!contains(views, view)) continue;
    execute(database, {"CREATE TEMP VIEW ", table, " AS SELECT ", joined(schema.columns(table)),
                       " FROM ", view});
  }
  for (const std::string& view : schema.names("view")) {
    const std::string create = "CREATE VIEW ", sql = schema.sql(view);
    database.exec("CREATE TEMP VIEW " + sql.substr(create.size()));
  }
}

void migrate(SQLite::Database& database) {
  // Neither is heeded in a transaction, nor are other tables' references to follow the renaming.
  database.exec("PRAGMA foreign_keys = OFF");
  database.exec("PRAGMA legacy_alter_table = ON");
  {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::EXCLUSIVE);
    if (version_of(database) < kSchemaVersion) migrate_in_transaction(database);
    transaction.commit();
  }
  database.exec("PRAGMA legacy_alter_table = OFF");
}

}  // namespace gradwave::results
