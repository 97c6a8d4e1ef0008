// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <cstdio>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

#include "results/query.h"

namespace gradwave::results {
namespace {

struct Text {
  int digits;
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const {
    char text[40];
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    return text;
  }
  std::string operator()(const std::string& value) const { return value; }
};

constexpr int kDigitsToRead = 6, kDigitsToKeep = 17;

std::string text_of(const Value& value, int digits) { return std::visit(Text{digits}, value); }

bool is_number(const Value& value) { return value.index() == 1 || value.index() == 2; }

// Characters, not bytes: UTF-8's continuation bytes take no room.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

void print_aligned(const Table& table, std::ostream& out) {
  std::vector<std::size_t> widths;
  for (const std::string& column : table.columns) widths.push_back(width_of(column));
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(text_of(row[i], kDigitsToRead)));
    }
  }
  const auto cell = [&](const std::string& text, std::size_t column, bool right) {
    const std::string space(widths[column] - width_of(text), ' ');
    const bool is_last = column + 1 == widths.size();
    out << (right ? space + text : is_last ? text : text + space) << (is_last ? "\n" : "  ");
  };
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const bool right = !table.rows.empty() && is_number(table.rows[0][i]);
    cell(table.columns[i], i, right);
  }
  for (std::size_t i = 0; i < widths.size(); ++i) cell(std::string(widths[i], '-'), i, false);
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      cell(text_of(row[i], kDigitsToRead), i, is_number(row[i]));
    }
  }
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
      out << (i > 0 ? "," : "") << quoted(text_of(row[i], kDigitsToKeep));
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
    print_aligned(table, out);
  }
}

}  // namespace gradwave::results
