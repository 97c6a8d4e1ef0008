// SPDX-License-Identifier: GPL-2.0-only
// A table in a file that a setting names: cells between commas (quoted as RFC 4180 has it), the
// first line names the columns, in any order; empty lines and lines that begin with # say nothing.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

// "key: file:line: sentence", of the setting `key`; line 0: the file as a whole.
[[noreturn]] void refuse_file(const std::string& key, const std::string& file, std::int64_t line,
                              const std::string& sentence);

std::vector<std::string> lines_of(const std::string& text);  // without their ends

// Of a whole word.
std::optional<double> to_number(const std::string& word);
std::optional<std::int64_t> to_integer(const std::string& word);

class TableFile {
 public:
  struct Row {
    std::int64_t line = 0;
    std::vector<std::string>
        cells;  // in the order of the columns asked for; "" where there is none
  };

  enum class Others { kRefused, kPassedOver };  // columns

  // Throws OptionError for a file that has no rows, a column that is needed and
  // not there, one that is neither `needed` nor `allowed`, and a row with more or fewer cells than
  // the first line.
  TableFile(const std::string& key, const TextFile& file, std::vector<std::string> needed,
            const std::vector<std::string>& allowed = {}, Others others = Others::kRefused);

  const std::vector<Row>& rows() const { return rows_; }
  bool has(const std::string& column) const;  // among those of the file
  std::vector<std::string> others() const;    // of the file, neither needed nor allowed

  const std::string& text(const Row& row, const std::string& column) const;
  // Throws OptionError for what is no number, or out of range.
  double number(const Row& row, const std::string& column,
                double least = -std::numeric_limits<double>::infinity(),
                double most = std::numeric_limits<double>::infinity()) const;
  std::optional<double> number_or_nothing(  // an empty cell, or no such column
      const Row& row, const std::string& column,
      double least = -std::numeric_limits<double>::infinity(),
      double most = std::numeric_limits<double>::infinity()) const;
  std::int64_t integer(const Row& row, const std::string& column, std::int64_t least,
                       std::int64_t most) const;

  [[noreturn]] void refuse(const Row& row, const std::string& sentence) const;

 private:
  std::size_t index_of(const std::string& column) const;

  std::string key_, file_;
  std::vector<std::string> columns_, given_;
  std::vector<Row> rows_;
};

}  // namespace gradwave::channel
