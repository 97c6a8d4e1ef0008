// SPDX-License-Identifier: GPL-2.0-only
#include "results/query.h"

#include <sqlite3.h>

#include "results/connection.h"
#include "results/nearest.h"

namespace gradwave::results {
namespace {

Value value_of(const SQLite::Column& column) {
  if (column.isNull()) return std::monostate();
  if (column.isInteger()) return static_cast<std::int64_t>(column.getInt64());
  if (column.isFloat()) return column.getDouble();
  return column.getString();
}

std::vector<std::string> names(SQLite::Database& database, const std::string& sql) {
  std::vector<std::string> all;
  SQLite::Statement statement(database, sql);
  while (statement.executeStep()) all.push_back(statement.getColumn(0).getString());
  return all;
}

// SQLite says "no such column: accurracy"; we add what there is.
std::string explain(SQLite::Database& database, const std::string& complaint) {
  const auto word_after = [&](const std::string& mark) {
    const std::size_t at = complaint.find(mark);
    if (at == std::string::npos) return std::string();
    const std::string word = complaint.substr(at + mark.size());
    return word.substr(word.rfind('.') + 1);  // "runs.sead": the column alone
  };
  const std::string table = word_after("no such table: "), column = word_after("no such column: ");
  std::string near;
  if (!table.empty()) {
    near = nearest(table, names(database,
                                "SELECT name FROM sqlite_master WHERE type IN ('table', "
                                "'view')"));
  } else if (!column.empty()) {
    near = nearest(column, names(database,
                                 "SELECT DISTINCT c.name FROM sqlite_master m, "
                                 "pragma_table_info(m.name) c WHERE m.type IN ('table', "
                                 "'view')"));
  }
  return complaint + (near.empty() ? "" : " (did you mean \"" + near + "\"?)");
}

// Whatever stands behind the first statement, but for space and comments, is a second one.
void check_single_and_reading(SQLite::Database& database, const std::string& sql) {
  sqlite3_stmt* first = nullptr;
  const char* rest = "";
  if (sqlite3_prepare_v2(database.getHandle(), sql.c_str(), -1, &first, &rest) != SQLITE_OK) return;
  if (first == nullptr) throw DatabaseError("there is no SQL statement in \"" + sql + "\"");
  const bool reads = sqlite3_stmt_readonly(first) != 0;
  sqlite3_finalize(first);
  sqlite3_stmt* second = nullptr;
  const bool alone =
      sqlite3_prepare_v2(database.getHandle(), rest, -1, &second, nullptr) == SQLITE_OK &&
      second == nullptr;
  sqlite3_finalize(second);
  if (!reads) throw DatabaseError("queries only read; this would write: " + sql);
  if (!alone) throw DatabaseError("one SQL statement at a time, please: " + sql);
}

Table run(SQLite::Database& database, const std::string& sql) {
  SQLite::Statement statement(database, sql);
  Table table;
  for (int i = 0; i < statement.getColumnCount(); ++i) {
    table.columns.emplace_back(statement.getColumnName(i));
  }
  while (statement.executeStep()) {
    std::vector<Value> row;
    row.reserve(table.columns.size());
    for (int i = 0; i < statement.getColumnCount(); ++i)
      row.push_back(value_of(statement.getColumn(i)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Table query(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database database = open_for_reading(file);
  try {
    check_single_and_reading(database, sql);
    return run(database, sql);
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() != SQLITE_ERROR) rethrow(file, error);
    throw DatabaseError(explain(database, error.what()));
  }
}

}  // namespace gradwave::results
