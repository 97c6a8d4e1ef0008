// SPDX-License-Identifier: GPL-2.0-only
// Numbers as SVG 1.1 4.2 and 8.3.9 write them: "1-2", ".5.5" and "1e-3" need no space between.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gradwave::channel {

class SvgNumbers {
 public:
  explicit SvgNumbers(const std::string& text) : text_(text) {}

  void skip();  // white space and commas
  bool ended() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }  // where it has not ended
  char take() { return text_[at_++]; }
  std::optional<double> number();  // after skip(); nothing if there is none
  std::optional<double> flag();    // 0 or 1, in one letter
  std::string rest() const { return text_.substr(at_, 20); }

 private:
  const std::string& text_;
  std::size_t at_ = 0;
};

// All of them; nothing if there is anything else.
std::optional<std::vector<double>> read_numbers(const std::string& text);

}  // namespace gradwave::channel
