// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/svg_numbers.h"

#include <cctype>
#include <charconv>
#include <cmath>

namespace gradwave::channel {

void SvgNumbers::skip() {
  while (!ended() && (std::isspace(static_cast<unsigned char>(peek())) || peek() == ',')) ++at_;
}

std::optional<double> SvgNumbers::number() {
  skip();
  const auto is_digit = [&](std::size_t i) {
    return i < text_.size() && std::isdigit(static_cast<unsigned char>(text_[i]));
  };
  const auto digits = [&](std::size_t i) {
    while (is_digit(i)) ++i;
    return i;
  };
  std::size_t begin = at_, end = at_;
  if (end < text_.size() && (text_[end] == '+' || text_[end] == '-')) ++end;
  if (begin < text_.size() && text_[begin] == '+') ++begin;  // from_chars knows none
  const std::size_t whole = end;
  end = digits(end);
  std::size_t count = end - whole;
  if (end < text_.size() && text_[end] == '.') {
    const std::size_t fraction = digits(end + 1);
    count += fraction - end - 1;
    end = fraction;
  }
  if (count == 0) return std::nullopt;
  if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
    std::size_t power = end + 1;
    if (power < text_.size() && (text_[power] == '+' || text_[power] == '-')) ++power;
    if (is_digit(power)) end = digits(power);  // else the unit em or ex
  }
  double value = 0;
  const auto read = std::from_chars(text_.data() + begin, text_.data() + end, value);
  if (read.ec != std::errc() || !std::isfinite(value)) return std::nullopt;
  at_ = end;
  return value;
}

std::optional<double> SvgNumbers::flag() {
  skip();
  if (ended() || (peek() != '0' && peek() != '1')) return std::nullopt;
  return take() - '0';
}

std::optional<std::vector<double>> read_numbers(const std::string& text) {
  SvgNumbers numbers(text);
  std::vector<double> all;
  for (numbers.skip(); !numbers.ended(); numbers.skip()) {
    const auto number = numbers.number();
    if (!number) return std::nullopt;
    all.push_back(*number);
  }
  return all;
}

}  // namespace gradwave::channel
