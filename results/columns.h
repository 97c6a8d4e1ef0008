// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string_view>

namespace gradwave::results {

// Of the machine that ran, and not reproducible (schema.sql).
inline bool is_of_the_host(std::string_view column) {
  return column.substr(0, 4) == "host" ||
         (column.size() > 3 && column.substr(column.size() - 3) == "_at");
}

}  // namespace gradwave::results
