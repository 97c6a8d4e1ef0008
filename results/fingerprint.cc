// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "results/columns.h"
#include "results/connection.h"

namespace gradwave::results {
namespace {

struct Hash {
  std::uint64_t state = 0xcbf29ce484222325U;  // FNV-1a

  void operator()(const void* data, std::size_t length) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < length; ++i) state = (state ^ bytes[i]) * 0x100000001b3U;
  }

  void operator()(const std::string& text) { (*this)(text.c_str(), text.size() + 1); }

  // The type goes in too, and a text's length: no two rows look alike unless they are.
  void operator()(const SQLite::Column& value) {
    const int type = value.getType();
    (*this)(&type, sizeof type);
    if (value.isInteger()) {
      const std::int64_t integer = value.getInt64();
      (*this)(&integer, sizeof integer);
    } else if (value.isFloat()) {
      const double real = value.getDouble();
      (*this)(&real, sizeof real);
    } else {
      const std::string bytes = value.getString();  // of a text or a blob
      const std::int64_t length = value.getBytes();
      (*this)(&length, sizeof length);
      (*this)(bytes.data(), bytes.size());
    }
  }
};

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

std::vector<std::string> strings(SQLite::Database& database, const std::string& sql,
                                 const std::string& value = "") {
  std::vector<std::string> all;
  SQLite::Statement statement(database, sql);
  if (!value.empty()) statement.bind(1, value);
  while (statement.executeStep()) all.push_back(statement.getColumn(0).getString());
  return all;
}

// SQLite's own tables (of statistics, say) hold nothing that anybody recorded.
std::vector<std::string> tables(SQLite::Database& database) {
  return strings(database,
                 "SELECT name FROM main.sqlite_master WHERE type = 'table' AND "
                 "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
}

// By name, as ALTER TABLE puts a new one at the end. Of an old file, those that it shows.
std::vector<std::string> reproducible_columns(SQLite::Database& database,
                                              const std::string& table) {
  std::vector<std::string> columns =
      strings(database, "SELECT name FROM pragma_table_info(?) ORDER BY name", table);
  columns.erase(std::remove_if(columns.begin(), columns.end(), is_of_the_host), columns.end());
  return columns;
}

// Today's primary key, also of an old file; without one, all columns.
std::vector<std::string> order(SQLite::Database& today, const std::string& table,
                               const std::vector<std::string>& columns) {
  const std::vector<std::string> key =
      strings(today, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table);
  return key.empty() ? columns : key;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + quoted(name);
  return text;
}

void hash_table(SQLite::Database& database, SQLite::Database& today, const std::string& table,
                Hash& hash) {
  const std::vector<std::string> columns = reproducible_columns(database, table);
  if (columns.empty()) return;
  SQLite::Statement rows(database, "SELECT " + joined(columns) + " FROM " + quoted(table) +
                                       " ORDER BY " + joined(order(today, table, columns)));
  while (rows.executeStep()) {
    hash(table);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const SQLite::Column value = rows.getColumn(static_cast<int>(i));
      if (value.isNull()) continue;
      hash(columns[i]);
      hash(value);
    }
  }
}

}  // namespace

std::string fingerprint(const std::filesystem::path& file) {
  SQLite::Database database = open_for_reading(file);
  Hash hash;
  guarded(file, [&] {
    SQLite::Database today(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    today.exec(kSchema);
    for (const std::string& table : tables(database)) hash_table(database, today, table, hash);
  });
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(hash.state));
  return hex;
}

}  // namespace gradwave::results
