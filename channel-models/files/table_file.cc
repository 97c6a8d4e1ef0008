// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/files/table_file.h"

#include <algorithm>
#include <boost/algorithm/string/trim.hpp>
#include <boost/token_functions.hpp>
#include <boost/tokenizer.hpp>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <sstream>

namespace gradwave::channel {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", value);
  return text;
}

std::string range_text(double least, double most) {
  if (std::isinf(least) && std::isinf(most)) return "";
  if (std::isinf(most)) return " of " + shown(least) + " or more";
  return " from " + shown(least) + " to " + shown(most);
}

template <typename Number>
std::optional<Number> whole(const std::string& text) {
  Number number{};
  const char* begin = text.data() + (!text.empty() && text.front() == '+');
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(begin, end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

bool is_unset(const std::string& line) {
  const std::string text = boost::trim_copy(line);
  return text.empty() || text.front() == '#';
}

}  // namespace

void refuse_file(const std::string& key, const std::string& file, std::int64_t line,
                 const std::string& sentence) {
  throw OptionError(
      {key}, key + ": " + file + (line > 0 ? ":" + std::to_string(line) : "") + ": " + sentence);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  if (!lines.empty() && lines.front().compare(0, 3, "\xEF\xBB\xBF") == 0) lines.front().erase(0, 3);
  return lines;
}

std::optional<double> to_number(const std::string& word) { return whole<double>(word); }
std::optional<std::int64_t> to_integer(const std::string& word) {
  return whole<std::int64_t>(word);
}

TableFile::TableFile(const std::string& key, const TextFile& from, std::vector<std::string> needed,
                     const std::vector<std::string>& allowed, Others others)
    : key_(key), file_(from.name), columns_(std::move(needed)) {
  const std::size_t must = columns_.size();
  columns_.insert(columns_.end(), allowed.begin(), allowed.end());
  std::vector<std::size_t> place;  // of the file's columns among ours
  std::int64_t number = 0;
  for (const std::string& line : lines_of(from.text)) {
    ++number;
    if (is_unset(line)) continue;
    std::vector<std::string> cells;
    try {
      const boost::tokenizer<boost::escaped_list_separator<char>> parts(line);
      for (const std::string& cell : parts) cells.push_back(boost::trim_copy(cell));
    } catch (const boost::escaped_list_error& error) {
      refuse_file(key_, file_, number, error.what());
    }
    if (given_.empty()) {
      given_ = cells;
      for (const std::string& name : cells) {
        const auto found = std::find(columns_.begin(), columns_.end(), name);
        if (found == columns_.end() && others == Others::kRefused) {
          refuse_file(key_, file_, number,
                      "unknown column \"" + name + "\"; expected columns: " + joined(columns_));
        }
        if (std::count(cells.begin(), cells.end(), name) > 1) {
          refuse_file(key_, file_, number, "column \"" + name + "\" stands there twice");
        }
        place.push_back(found - columns_.begin());
      }
      for (std::size_t i = 0; i < must; ++i) {
        if (has(columns_[i])) continue;
        refuse_file(key_, file_, number,
                    "there is no column \"" + columns_[i] +
                        "\"; the first line names the columns: " + joined(columns_));
      }
      continue;
    }
    if (cells.size() != given_.size()) {
      refuse_file(key_, file_, number,
                  "found " + std::to_string(cells.size()) + " cells, expected " +
                      std::to_string(given_.size()) + ": " + joined(given_));
    }
    Row row{number, std::vector<std::string>(columns_.size())};
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (place[i] < columns_.size()) row.cells[place[i]] = cells[i];  // else passed over
    }
    rows_.push_back(std::move(row));
  }
  if (rows_.empty()) {
    refuse_file(key_, file_, 0,
                "has no rows; expected a line that names the columns, " + joined(columns_) +
                    ", and one or more below it");
  }
}

bool TableFile::has(const std::string& column) const {
  return std::find(given_.begin(), given_.end(), column) != given_.end();
}

std::vector<std::string> TableFile::others() const {
  std::vector<std::string> all;
  for (const std::string& name : given_) {
    if (std::find(columns_.begin(), columns_.end(), name) == columns_.end()) all.push_back(name);
  }
  return all;
}

std::size_t TableFile::index_of(const std::string& column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  assert(found != columns_.end());
  return found - columns_.begin();
}

const std::string& TableFile::text(const Row& row, const std::string& column) const {
  return row.cells[index_of(column)];
}

double TableFile::number(const Row& row, const std::string& column, double least,
                         double most) const {
  const std::string& cell = text(row, column);
  const auto value = to_number(cell);
  if (!value || !(*value >= least && *value <= most) || std::isinf(*value)) {
    refuse(row, column + " = \"" + cell + "\": expected a number" + range_text(least, most));
  }
  return *value;
}

std::optional<double> TableFile::number_or_nothing(const Row& row, const std::string& column,
                                                   double least, double most) const {
  if (text(row, column).empty()) return std::nullopt;
  return number(row, column, least, most);
}

std::int64_t TableFile::integer(const Row& row, const std::string& column, std::int64_t least,
                                std::int64_t most) const {
  const std::string& cell = text(row, column);
  const auto value = to_integer(cell);
  if (!value || *value < least || *value > most) {
    refuse(row, column + " = \"" + cell + "\": expected an integer" +
                    range_text(static_cast<double>(least), static_cast<double>(most)));
  }
  return *value;
}

void TableFile::refuse(const Row& row, const std::string& sentence) const {
  refuse_file(key_, file_, row.line, sentence);
}

}  // namespace gradwave::channel
