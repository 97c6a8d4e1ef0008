// SPDX-License-Identifier: GPL-2.0-only
// Any SQL over a results file, and how it is printed.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <variant>
#include <vector>

namespace gradwave::results {

// NULL, integer, real, text.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
};

// Opens the file read-only. Throws DatabaseError; what() of an SQL mistake is SQLite's own
// sentence, with the nearest table or column name where it says that there is no such one.
Table query(const std::filesystem::path& file, const std::string& sql);

// format: "table" (aligned columns; long texts cut, six digits of a real), "csv" (RFC 4180), "json"
// (array of objects); the last two keep every digit. NULL is nothing in the first two.
void print(const Table& table, const std::string& format, std::ostream& out);

}  // namespace gradwave::results
