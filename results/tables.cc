// SPDX-License-Identifier: GPL-2.0-only
#include "results/tables.h"

#include <algorithm>
#include <stdexcept>

#include "results/connection.h"

namespace gradwave::results {
namespace {

std::vector<std::string> strings(SQLite::Database& database, const std::string& sql) {
  std::vector<std::string> all;
  SQLite::Statement statement(database, sql);
  while (statement.executeStep()) all.push_back(statement.getColumn(0).getString());
  return all;
}

// In the order of their creation, which is that of the references among them.
const std::vector<TableOf>& tables() {
  static const std::vector<TableOf> all = [] {
    SQLite::Database schema(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    schema.exec(kSchema);
    std::vector<TableOf> found;
    for (const std::string& name :
         strings(schema,
                 "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE "
                 "'sqlite\\_%' ESCAPE '\\' ORDER BY rowid")) {
      const std::string of_table = " FROM pragma_table_info('" + name + "')";
      found.push_back({name, strings(schema, "SELECT name" + of_table + " ORDER BY cid"),
                       strings(schema, "SELECT name" + of_table + " WHERE pk > 0 ORDER BY pk")});
    }
    return found;
  }();
  return all;
}

std::vector<TableOf> tables_with(const std::string& column) {
  std::vector<TableOf> found;
  for (const TableOf& table : tables()) {
    const auto& columns = table.columns;
    const bool has_it = std::find(columns.begin(), columns.end(), column) != columns.end();
    if (has_it && table.name != "runs") found.push_back(table);
  }
  return found;
}

}  // namespace

const std::vector<TableOf>& tables_of_runs() {
  static const std::vector<TableOf> found = tables_with("run_id");
  return found;
}

const std::vector<TableOf>& tables_of_experiments() {
  static const std::vector<TableOf> found = tables_with("experiment_id");
  return found;
}

const TableOf& table_named(const std::string& name) {
  for (const TableOf& table : tables()) {
    if (table.name == name) return table;
  }
  throw std::logic_error("schema.sql has no table " + name);
}

std::vector<std::string> columns_but(const TableOf& table,
                                     const std::vector<std::string>& omitted) {
  std::vector<std::string> columns = table.columns;
  columns.erase(std::remove_if(columns.begin(), columns.end(),
                               [&](const std::string& name) {
                                 return std::find(omitted.begin(), omitted.end(), name) !=
                                        omitted.end();
                               }),
                columns.end());
  return columns;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace gradwave::results
