// SPDX-License-Identifier: GPL-2.0-only
#include <cstdio>

#include "results/connection.h"
#include "results/query.h"

namespace gradwave::results {
namespace {

struct Hash {
  std::uint64_t state = 0xcbf29ce484222325U;  // FNV-1a
  void operator()(const void* data, std::size_t length) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < length; ++i) state = (state ^ bytes[i]) * 0x100000001b3U;
  }
  void operator()(const Value& value) {
    const auto kind = static_cast<unsigned char>(value.index());
    (*this)(&kind, 1);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) (*this)(integer, sizeof *integer);
    if (const auto* real = std::get_if<double>(&value)) (*this)(real, sizeof *real);
    if (const auto* text = std::get_if<std::string>(&value)) {
      (*this)(text->c_str(), text->size() + 1);
    }
  }
};

// The columns that another machine or another day would not change.
std::string reproducible_columns(const std::filesystem::path& file, const std::string& table) {
  std::string columns;
  for (const auto& row : query(file, "SELECT name FROM pragma_table_info('" + table + "')").rows) {
    const auto& name = std::get<std::string>(row[0]);
    const bool is_time = name.size() > 3 && name.compare(name.size() - 3, 3, "_at") == 0;
    if (name.compare(0, 4, "host") == 0 || is_time) continue;
    columns += (columns.empty() ? "" : ", ") + name;
  }
  return columns;
}

}  // namespace

std::string fingerprint(const std::filesystem::path& file) {
  Hash hash;
  for (const auto& [table, order] : {std::pair("experiments", "id"), std::pair("runs", "id"),
                                     std::pair("rounds", "run_id, round"),
                                     std::pair("transfers", "run_id, round, worker, direction"),
                                     std::pair("evaluations", "run_id, round")}) {
    const std::string sql =
        "SELECT " + reproducible_columns(file, table) + " FROM " + table + " ORDER BY " + order;
    for (const auto& row : query(file, sql).rows) {
      for (const Value& value : row) hash(value);
    }
  }
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(hash.state));
  return hex;
}

}  // namespace gradwave::results
