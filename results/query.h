// SPDX-License-Identifier: GPL-2.0-only
// Any SQL over a results file, and how it is printed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <variant>
#include <vector>

namespace gradwave::results {

struct Blob {
  std::string bytes;
  bool operator==(const Blob& other) const { return bytes == other.bytes; }
};

// NULL, integer, real, text, blob.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
};

// Opens the file read-only. Throws DatabaseError; what() of an SQL mistake is SQLite's own
// sentence, with the nearest table or column name where it says that there is no such one. A file
// of an earlier version has today's tables and views.
Table query(const std::filesystem::path& file, const std::string& sql);

// format: "table" (aligned columns; long texts cut, six digits of a real), "csv" (RFC 4180), "json"
// (array of objects); the last two keep every digit. NULL is nothing in the first two. A blob is
// SQL's X'0F', an infinite number in JSON is 1e999, which readers take for it.
void print(const Table& table, const std::string& format, std::ostream& out);

// The same, row by row as they are found: an answer of any length takes no memory. Columns of a
// "table" are as wide as its first thousand rows need. Ends early if `out` fails.
void print_query(const std::filesystem::path& file, const std::string& sql,
                 const std::string& format, std::ostream& out);

}  // namespace gradwave::results
