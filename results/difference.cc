// SPDX-License-Identifier: GPL-2.0-only
#include "results/difference.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <vector>

#include "results/columns.h"
#include "results/database.h"
#include "results/query.h"
#include "results/tables.h"

namespace gradwave::results {
namespace {

bool is_compared(const std::string& column) {
  const bool is_number =
      column == "id" || column == "run_id" || column == "experiment_id" || column == "place";
  return !is_number && !is_of_the_host(column);
}

std::vector<TableOf> compared_tables() {
  std::vector<TableOf> all = tables_of_runs();
  all.insert(all.begin(), table_named("runs"));
  return all;
}

Table rows_of(const RunOf& run, const TableOf& table, const std::string& columns) {
  return query(run.file, "SELECT " + columns + " FROM " + table.name + " WHERE " +
                             (table.name == "runs" ? "id" : "run_id") + " = " +
                             std::to_string(run.run_id) + " ORDER BY " + joined(table.key));
}

std::string text_of(const Value& value) {
  std::ostringstream text;
  text.precision(17);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) text << *integer;
  if (const auto* real = std::get_if<double>(&value)) text << *real;
  if (const auto* words = std::get_if<std::string>(&value)) text << '"' << *words << '"';
  return text.str().empty() ? "nothing" : text.str();
}

}  // namespace

std::string first_difference(const RunOf& one, const RunOf& other) {
  for (const TableOf& table : compared_tables()) {
    std::vector<std::string> names;
    std::copy_if(table.columns.begin(), table.columns.end(), std::back_inserter(names),
                 is_compared);
    const std::string columns = joined(names);
    const Table mine = rows_of(one, table, columns), theirs = rows_of(other, table, columns);
    if (table.name == "runs") {
      for (const auto& [found, run] : {std::pair(&mine, &one), std::pair(&theirs, &other)}) {
        if (!found->rows.empty()) continue;
        throw DatabaseError(run->file.string() + ": there is no run " +
                            std::to_string(run->run_id));
      }
    }
    const std::size_t rows = std::min(mine.rows.size(), theirs.rows.size());
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t k = 0; k < mine.columns.size(); ++k) {
        if (mine.rows[i][k] == theirs.rows[i][k]) continue;
        return table.name + ", row " + std::to_string(i + 1) + ": " + mine.columns[k] + " is " +
               text_of(mine.rows[i][k]) + ", and " + text_of(theirs.rows[i][k]) + " there";
      }
    }
    if (mine.rows.size() != theirs.rows.size()) {
      return table.name + ": " + std::to_string(mine.rows.size()) + " rows, and " +
             std::to_string(theirs.rows.size()) + " there";
    }
  }
  return "";
}

}  // namespace gradwave::results
