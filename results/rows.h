// SPDX-License-Identifier: GPL-2.0-only
// An answer, row by row.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "results/query.h"

namespace gradwave::results {

// Is told the columns' names, then each row, then the end.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual void begin(const std::vector<std::string>& columns) = 0;
  virtual bool row(std::vector<Value> row) = 0;  // false: it wants no more
  virtual void end() {}
};

// Throws as query() does; a mistake that the first row shows, before begin().
void query(const std::filesystem::path& file, const std::string& sql, Rows& rows);

// Prints them (query.h).
std::unique_ptr<Rows> make_printer(const std::string& format, std::ostream& out);

}  // namespace gradwave::results
