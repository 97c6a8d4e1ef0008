// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>

#include "results/aligned.h"
#include "results/query.h"

namespace gradwave::results {
namespace {

std::string text_of(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* real = std::get_if<double>(&value)) {
    char shortest[40];  // that reads as the same number
    return {shortest, std::to_chars(shortest, std::end(shortest), *real).ptr};
  }
  return "";
}

// One line of at most so many characters, and reals with six digits.
std::string short_text_of(const Value& value) {
  constexpr std::size_t kLongest = 60;
  if (const auto* real = std::get_if<double>(&value)) {
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.6g", *real);
    return digits;
  }
  std::string text = text_of(value);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; }, ' ');
  if (width_of(text) <= kLongest) return text;
  std::size_t end = 0;
  for (std::size_t characters = 0; characters < kLongest; ++end) {
    if (begins_character(text[end])) ++characters;
  }
  return text.substr(0, end - 1) + "…";
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

void print_table(const Table& table, std::ostream& out) {
  std::vector<Column> columns(table.columns.size());
  std::vector<std::vector<std::string>> lines;
  lines.reserve(table.rows.size());
  widen(columns, table.columns);
  for (const auto& row : table.rows) {
    auto& line = lines.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      line.push_back(short_text_of(row[i]));
      columns[i].right = columns[i].right || is_number(row[i]);
    }
    widen(columns, line);
  }
  std::vector<std::string> rule;
  for (const Column& column : columns) rule.emplace_back(column.width, '-');
  print_aligned(columns, table.columns, out);
  print_aligned(columns, rule, out);
  for (const auto& line : lines) print_aligned(columns, line, out);
}

// RFC 4180.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

void print_csv(const Table& table, std::ostream& out) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    out << (i > 0 ? "," : "") << quoted(table.columns[i]);
  }
  out << "\r\n";
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out << (i > 0 ? "," : "") << quoted(text_of(row[i]));
    }
    out << "\r\n";
  }
}

struct ToJson {
  nlohmann::ordered_json operator()(std::monostate) const { return nullptr; }
  template <class T>
  nlohmann::ordered_json operator()(const T& value) const {
    return value;
  }
};

void print_json(const Table& table, std::ostream& out) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto& row : table.rows) {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      object[table.columns[i]] = std::visit(ToJson{}, row[i]);
    }
    rows.push_back(std::move(object));
  }
  out << rows.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace

void print(const Table& table, const std::string& format, std::ostream& out) {
  if (format == "csv") {
    print_csv(table, out);
  } else if (format == "json") {
    print_json(table, out);
  } else {
    print_table(table, out);
  }
}

}  // namespace gradwave::results
