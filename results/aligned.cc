// SPDX-License-Identifier: GPL-2.0-only
#include "results/aligned.h"

#include <algorithm>
#include <ostream>

namespace gradwave::results {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
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
    const std::string space(columns[i].width - width_of(cells[i]), ' ');
    line += (i > 0 ? "  " : "") + (columns[i].right ? space + cells[i] : cells[i] + space);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

}  // namespace gradwave::results
