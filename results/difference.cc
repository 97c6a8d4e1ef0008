// SPDX-License-Identifier: GPL-2.0-only
#include "results/difference.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

#include "results/columns.h"
#include "results/database.h"
#include "results/query.h"

namespace gradwave::results {
namespace {

struct Part {
  const char* table;
  const char* run;    // the column with the run's number
  const char* order;  // of its rows
};

constexpr std::array<Part, 7> kParts = {{{"runs", "id", "id"},
                                         {"rounds", "run_id", "round"},
                                         {"transfers", "run_id", "round, message"},
                                         {"evaluations", "run_id", "round"},
                                         {"topologies", "run_id", "time_s"},
                                         {"routes", "run_id", "time_s, worker"},
                                         {"theory", "run_id", "run_id"}}};

bool is_compared(const std::string& column) {
  const bool is_number =
      column == "id" || column == "run_id" || column == "experiment_id" || column == "place";
  return !is_number && !is_of_the_host(column);
}

Table rows_of(const RunOf& run, const Part& part, const std::string& columns) {
  return query(run.file, "SELECT " + columns + " FROM " + part.table + " WHERE " + part.run +
                             " = " + std::to_string(run.run_id) + " ORDER BY " + part.order);
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
  for (const Part& part : kParts) {
    std::string columns;
    for (const auto& row :
         query(one.file, std::string("SELECT name FROM pragma_table_info('") + part.table + "')")
             .rows) {
      const auto& name = std::get<std::string>(row.at(0));
      if (is_compared(name)) columns += (columns.empty() ? "" : ", ") + name;
    }
    const Table mine = rows_of(one, part, columns), theirs = rows_of(other, part, columns);
    if (std::string(part.table) == "runs") {
      for (const auto& [table, run] : {std::pair(&mine, &one), std::pair(&theirs, &other)}) {
        if (!table->rows.empty()) continue;
        throw DatabaseError(run->file.string() + ": there is no run " +
                            std::to_string(run->run_id));
      }
    }
    const std::size_t rows = std::min(mine.rows.size(), theirs.rows.size());
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t k = 0; k < mine.columns.size(); ++k) {
        if (mine.rows[i][k] == theirs.rows[i][k]) continue;
        return std::string(part.table) + ", row " + std::to_string(i + 1) + ": " + mine.columns[k] +
               " is " + text_of(mine.rows[i][k]) + ", and " + text_of(theirs.rows[i][k]) + " there";
      }
    }
    if (mine.rows.size() != theirs.rows.size()) {
      return std::string(part.table) + ": " + std::to_string(mine.rows.size()) + " rows, and " +
             std::to_string(theirs.rows.size()) + " there";
    }
  }
  return "";
}

}  // namespace gradwave::results
