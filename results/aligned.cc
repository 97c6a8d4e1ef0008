// SPDX-License-Identifier: GPL-2.0-only
#include "results/aligned.h"

#include <locale.h>

#include <algorithm>
#include <cwchar>
#include <ostream>

namespace gradwave::results {

namespace {

// What the C library knows of Unicode, whatever the user's locale. Without such a locale every
// byte beyond ASCII counts as one column.
class Utf8 {
 public:
  Utf8() {
    static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (utf8 != nullptr) before_ = uselocale(utf8);
  }
  ~Utf8() {
    if (before_ != nullptr) uselocale(before_);
  }
  Utf8(const Utf8&) = delete;
  Utf8& operator=(const Utf8&) = delete;

 private:
  locale_t before_ = nullptr;
};

struct Character {
  std::size_t bytes, width;
};

Character character_at(const std::string& text, std::size_t at) {
  wchar_t character = 0;
  std::mbstate_t state = {};
  const std::size_t bytes = std::mbrtowc(&character, text.data() + at, text.size() - at, &state);
  if (bytes == 0 || bytes > text.size() - at) return {1, 1};  // a zero, or no UTF-8
  return {bytes, static_cast<std::size_t>(std::max(0, wcwidth(character)))};
}

}  // namespace

std::size_t width_of(const std::string& text) {
  const auto is_ascii = [](char c) { return c >= ' ' && c < 127; };
  if (std::all_of(text.begin(), text.end(), is_ascii)) return text.size();
  const Utf8 utf8;
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    width += character.width;
    at += character.bytes;
  }
  return width;
}

std::string cut(const std::string& text, std::size_t width) {
  const Utf8 utf8;
  std::size_t at = 0, so_far = 0;
  while (at < text.size()) {
    const Character character = character_at(text, at);
    so_far += character.width;
    if (so_far > width) break;
    at += character.bytes;
  }
  return text.substr(0, at);
}

void widen(std::vector<Column>& columns, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    columns[i].width = std::max(columns[i].width, width_of(cells[i]));
  }
}

void print_aligned(const std::vector<Column>& columns, const std::vector<std::string>& cells,
                   std::ostream& out) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t width = width_of(cells[i]);
    const std::string space(columns[i].width - std::min(columns[i].width, width), ' ');
    line += (i > 0 ? "  " : "") + (columns[i].right ? space + cells[i] : cells[i] + space);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

}  // namespace gradwave::results
