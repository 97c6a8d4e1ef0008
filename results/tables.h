// SPDX-License-Identifier: GPL-2.0-only
// The tables of schema.sql, asked of the schema itself: a table that a later version adds is
// copied, deleted and compared without being listed anywhere.
#pragma once

#include <string>
#include <vector>

namespace gradwave::results {

struct TableOf {
  std::string name;
  std::vector<std::string> columns;  // in the schema's order
  std::vector<std::string> key;      // primary key
};

// Every table with a column run_id: what belongs to one run besides its row in `runs`. A table
// comes after those to which it refers.
const std::vector<TableOf>& tables_of_runs();

// Likewise with a column experiment_id, but for `runs`.
const std::vector<TableOf>& tables_of_experiments();

// `runs` or `experiments`, say.
const TableOf& table_named(const std::string& name);

// The table's columns, but for `omitted`.
std::vector<std::string> columns_but(const TableOf& table, const std::vector<std::string>& omitted);

// "a, b, c".
std::string joined(const std::vector<std::string>& names);

}  // namespace gradwave::results
