// SPDX-License-Identifier: GPL-2.0-only
#include <cstdio>
#include <string_view>
#include <utility>

#include "results/connection.h"

namespace gradwave::results {
namespace {

struct Hash {
  std::uint64_t state = 0xcbf29ce484222325U;  // FNV-1a

  void operator()(const void* data, std::size_t length) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < length; ++i) state = (state ^ bytes[i]) * 0x100000001b3U;
  }

  // The type goes in too, and a text's final zero: no two rows look alike unless they are.
  void operator()(const SQLite::Column& value) {
    const int type = value.getType();
    (*this)(&type, sizeof type);
    if (value.isInteger()) {
      const std::int64_t integer = value.getInt64();
      (*this)(&integer, sizeof integer);
    } else if (value.isFloat()) {
      const double real = value.getDouble();
      (*this)(&real, sizeof real);
    } else if (value.isText()) {
      const std::string text = value.getString();
      (*this)(text.c_str(), text.size() + 1);
    }
  }
};

bool is_of_the_host(std::string_view column) {
  return column.substr(0, 4) == "host" ||
         (column.size() > 3 && column.substr(column.size() - 3) == "_at");
}

std::string reproducible_columns(SQLite::Database& database, const std::string& table) {
  std::string columns;
  SQLite::Statement names(database, "SELECT name FROM pragma_table_info(?)");
  names.bind(1, table);
  while (names.executeStep()) {
    const std::string name = names.getColumn(0).getString();
    if (!is_of_the_host(name)) columns += (columns.empty() ? "" : ", ") + name;
  }
  return columns;
}

}  // namespace

std::string fingerprint(const std::filesystem::path& file) {
  SQLite::Database database = open_for_reading(file);
  Hash hash;
  guarded(file, [&] {
    const SQLite::Transaction snapshot(database);
    for (const auto& [table, key] : {std::pair("experiments", "id"), std::pair("runs", "id"),
                                     std::pair("rounds", "run_id, round"),
                                     std::pair("transfers", "run_id, round, worker, direction"),
                                     std::pair("evaluations", "run_id, round")}) {
      SQLite::Statement rows(database, "SELECT " + reproducible_columns(database, table) +
                                           " FROM " + table + " ORDER BY " + key);
      while (rows.executeStep()) {
        for (int i = 0; i < rows.getColumnCount(); ++i) hash(rows.getColumn(i));
      }
    }
  });
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(hash.state));
  return hex;
}

}  // namespace gradwave::results
