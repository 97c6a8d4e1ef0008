// SPDX-License-Identifier: GPL-2.0-only
#include "results/query.h"

#include <sqlite3.h>

#include <utility>

#include "results/connection.h"
#include "results/nearest.h"
#include "results/rows.h"

namespace gradwave::results {
namespace {

Value value_of(const SQLite::Column& column) {
  if (column.isNull()) return std::monostate();
  if (column.isInteger()) return static_cast<std::int64_t>(column.getInt64());
  if (column.isFloat()) return column.getDouble();
  if (column.isBlob()) return Blob{column.getString()};
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
  // Of an old file, the views over it as well, but not those on the way to them (migrate.h).
  const std::string known =
      "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') UNION "
      "SELECT name FROM sqlite_temp_master WHERE name NOT GLOB 'v[0-9]*_*'";
  if (!table.empty()) {
    near = nearest(table, names(database, known));
  } else if (!column.empty()) {
    near = nearest(column, names(database, "SELECT DISTINCT c.name FROM (" + known +
                                               ") m, pragma_table_info(m.name) c"));
  }
  if (near.empty()) return complaint;
  if (near != column) return complaint + " (did you mean \"" + near + "\"?)";
  std::string others;  // that have it
  for (const std::string& other :
       names(database, "SELECT m.name FROM (" + known +
                           ") m, pragma_table_info(m.name) c WHERE c.name = '" + column +
                           "' ORDER BY m.name")) {
    others += (others.empty() ? "" : ", ") + other;
  }
  return complaint + " in these tables (it is in " + others + ")";
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

void run(SQLite::Database& database, const std::string& sql, Rows& rows) {
  SQLite::Statement statement(database, sql);
  bool goes_on = statement.executeStep();
  std::vector<std::string> columns;
  for (int i = 0; i < statement.getColumnCount(); ++i) {
    columns.emplace_back(statement.getColumnName(i));
  }
  rows.begin(columns);
  while (goes_on) {
    std::vector<Value> row;
    row.reserve(columns.size());
    for (int i = 0; i < statement.getColumnCount(); ++i)
      row.push_back(value_of(statement.getColumn(i)));
    goes_on = rows.row(std::move(row)) && statement.executeStep();
  }
  rows.end();
}

class Collector final : public Rows {
 public:
  void begin(const std::vector<std::string>& columns) override { table.columns = columns; }
  bool row(std::vector<Value> row) override {
    table.rows.push_back(std::move(row));
    return true;
  }
  Table table;
};

}  // namespace

void query(const std::filesystem::path& file, const std::string& sql, Rows& rows) {
  SQLite::Database database = open_for_reading(file);
  try {
    check_single_and_reading(database, sql);
    run(database, sql, rows);
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() != SQLITE_ERROR) rethrow(file, error);
    throw DatabaseError(explain(database, error.what()));
  }
}

Table query(const std::filesystem::path& file, const std::string& sql) {
  Collector collector;
  query(file, sql, collector);
  return std::move(collector.table);
}

void print_query(const std::filesystem::path& file, const std::string& sql,
                 const std::string& format, std::ostream& out) {
  query(file, sql, *make_printer(format, out));
}

}  // namespace gradwave::results
