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

// False for a byte that continues a character of UTF-8.
bool begins_character(char c);

// Characters, each taken to be as wide as any other.
std::size_t width_of(const std::string& text);

// Makes the columns as wide as this line needs.
void widen(std::vector<Column>& columns, const std::vector<std::string>& cells);

// One line, two spaces between columns, none at its end.
void print_aligned(const std::vector<Column>& columns, const std::vector<std::string>& cells,
                   std::ostream& out);

}  // namespace gradwave::results
