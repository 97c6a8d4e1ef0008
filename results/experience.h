// SPDX-License-Identifier: GPL-2.0-only
// What the runs in a file have cost, for who wants to know what the next ones will.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gradwave::results {

// One quantity (view forecasts), summed over all complete runs of equal settings.
struct Experience {
  std::string settings, quantity;
  double by_rule = 0, measured = 0;
};

// Nothing of runs whose forecast or costs are not known, nor if there is no file. Throws
// DatabaseError. With `run_id`, of that one.
std::vector<Experience> experience(const std::filesystem::path& file,
                                   std::optional<std::int64_t> run_id = std::nullopt);

}  // namespace gradwave::results
