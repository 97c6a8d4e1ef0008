// SPDX-License-Identifier: GPL-2.0-only
// Cells of text in columns, for people to read.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gradwave::results {

struct Column {
  bool right = false;  // numbers stand to the right
  std::size_t width = 0;
};

// Columns of a terminal that the text (UTF-8) takes: an East Asian wide character two, a combining
// mark none, a byte that is no UTF-8 one. The user's locale does not matter.
std::size_t width_of(const std::string& text);

// The beginning of the text that is at most so wide.
std::string cut(const std::string& text, std::size_t width);

// Makes the columns as wide as this line needs.
void widen(std::vector<Column>& columns, const std::vector<std::string>& cells);

// One line, two spaces between columns, none at its end. A cell that is too wide moves the rest.
void print_aligned(const std::vector<Column>& columns, const std::vector<std::string>& cells,
                   std::ostream& out);

}  // namespace gradwave::results
