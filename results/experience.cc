// SPDX-License-Identifier: GPL-2.0-only
#include "results/experience.h"

#include "results/query.h"

namespace gradwave::results {

std::vector<Experience> experience(const std::filesystem::path& file,
                                   std::optional<std::int64_t> run_id) {
  if (!std::filesystem::exists(file) || std::filesystem::file_size(file) == 0) return {};
  std::vector<Experience> all;
  const Table table =
      query(file,
            "SELECT settings, quantity, sum(by_rule), sum(1.0 * measured) FROM forecasts WHERE "
            "status = 'complete' AND measured > 0 AND by_rule > 0" +
                (run_id ? " AND run_id = " + std::to_string(*run_id) : std::string()) +
                " GROUP BY settings, quantity");
  for (const auto& row : table.rows) {
    all.push_back({std::get<std::string>(row[0]), std::get<std::string>(row[1]),
                   std::get<double>(row[2]), std::get<double>(row[3])});
  }
  return all;
}

}  // namespace gradwave::results
