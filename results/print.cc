// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "results/aligned.h"
#include "results/query.h"
#include "results/rows.h"

namespace gradwave::results {
namespace {

// As SQL writes it.
std::string literal(const Blob& blob) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string text = "X'";
  for (const char c : blob.bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text + "'";
}

std::string text_of(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* blob = std::get_if<Blob>(&value)) return literal(*blob);
  if (const auto* real = std::get_if<double>(&value)) {
    char shortest[40];  // that reads as the same number
    return {shortest, std::to_chars(shortest, std::end(shortest), *real).ptr};
  }
  return "";
}

// One line, not too wide, and reals with six digits.
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
  return width_of(text) <= kLongest ? text : cut(text, kLongest - 1) + "…";
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

// Holds back the rows that decide how wide the columns are.
class AlignedPrinter final : public Rows {
 public:
  explicit AlignedPrinter(std::ostream& out) : out_(out) {}

  void begin(const std::vector<std::string>& columns) override {
    head_ = columns;
    columns_.resize(columns.size());
    widen(columns_, head_);
  }
  bool row(std::vector<Value> row) override {
    std::vector<std::string> line;
    line.reserve(row.size());
    for (const Value& value : row) line.push_back(short_text_of(value));
    if (has_printed_) {
      print_aligned(columns_, line, out_);
      return out_.good();
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      columns_[i].right = columns_[i].right || is_number(row[i]);
    }
    widen(columns_, line);
    lines_.push_back(std::move(line));
    if (lines_.size() == kHeldBack) print_lines();
    return out_.good();
  }
  void end() override {
    if (!has_printed_) print_lines();
  }

 private:
  void print_lines() {
    has_printed_ = true;
    std::vector<std::string> rule;
    for (const Column& column : columns_) rule.emplace_back(column.width, '-');
    print_aligned(columns_, head_, out_);
    print_aligned(columns_, rule, out_);
    for (const auto& line : lines_) print_aligned(columns_, line, out_);
    lines_.clear();
  }

  static constexpr std::size_t kHeldBack = 1000;
  std::ostream& out_;
  std::vector<std::string> head_;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> lines_;
  bool has_printed_ = false;
};

// RFC 4180.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

class CsvPrinter final : public Rows {
 public:
  explicit CsvPrinter(std::ostream& out) : out_(out) {}

  void begin(const std::vector<std::string>& columns) override {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      out_ << (i > 0 ? "," : "") << quoted(columns[i]);
    }
    out_ << "\r\n";
  }
  bool row(std::vector<Value> row) override {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out_ << (i > 0 ? "," : "") << quoted(text_of(row[i]));
    }
    out_ << "\r\n";
    return out_.good();
  }

 private:
  std::ostream& out_;
};

// What is no UTF-8 in it becomes U+FFFD.
std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

struct ToJson {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const {
    if (std::isinf(value)) return value > 0 ? "1e999" : "-1e999";
    return nlohmann::json(value).dump();
  }
  std::string operator()(const std::string& value) const { return json_text(value); }
  std::string operator()(const Blob& value) const { return json_text(literal(value)); }
};

class JsonPrinter final : public Rows {
 public:
  explicit JsonPrinter(std::ostream& out) : out_(out) {}

  // An object has a name once: a second column of one name is called "name:2".
  void begin(const std::vector<std::string>& columns) override {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto before =
          std::count(columns.begin(), columns.begin() + static_cast<long>(i), columns[i]);
      const std::string number = before > 0 ? ":" + std::to_string(before + 1) : "";
      names_.push_back("    " + json_text(columns[i] + number) + ": ");
    }
    out_ << '[';
  }
  bool row(std::vector<Value> row) override {
    out_ << (is_empty_ ? "\n  {" : ",\n  {");
    is_empty_ = false;
    const char* comma = "\n";
    for (std::size_t i = 0; i < names_.size(); ++i) {
      out_ << comma << names_[i] << std::visit(ToJson{}, row[i]);
      comma = ",\n";
    }
    out_ << "\n  }";
    return out_.good();
  }
  void end() override { out_ << (is_empty_ ? "]\n" : "\n]\n"); }

 private:
  std::ostream& out_;
  std::vector<std::string> names_;  // of each column, with what follows one
  bool is_empty_ = true;
};

}  // namespace

std::unique_ptr<Rows> make_printer(const std::string& format, std::ostream& out) {
  if (format == "csv") return std::make_unique<CsvPrinter>(out);
  if (format == "json") return std::make_unique<JsonPrinter>(out);
  return std::make_unique<AlignedPrinter>(out);
}

void print(const Table& table, const std::string& format, std::ostream& out) {
  const std::unique_ptr<Rows> printer = make_printer(format, out);
  printer->begin(table.columns);
  for (const auto& row : table.rows) printer->row(row);
  printer->end();
}

}  // namespace gradwave::results
