// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/materials.h"

#include "channel-models/options.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

struct Material {
  double fixed_db, db_per_ghz;
};

const Table<Material>& material_table() {
  static const Table<Material> table = {
      {"light", "plasterboard and the like, 3.4 dB (COST 231 final report 4.7)", {3.4, 0}},
      {"heavy", "a load-bearing wall indoors, 6.9 dB (COST 231 final report 4.7)", {6.9, 0}},
      {"glass", "multi-pane, 2 + 0.2 f/GHz dB (TR 38.901 Table 7.4.3-1)", {2, 0.2}},
      {"coated-glass", "that keeps heat, 23 + 0.3 f/GHz dB (TR 38.901 Table 7.4.3-1)", {23, 0.3}},
      {"concrete", "an outer wall, 5 + 4 f/GHz dB (TR 38.901 Table 7.4.3-1)", {5, 4}},
      {"wood", "4.85 + 0.12 f/GHz dB (TR 38.901 Table 7.4.3-1)", {4.85, 0.12}},
  };
  return table;
}

}  // namespace

Words materials() { return words_of(material_table()); }

std::map<std::string, double> usual_losses_db(double frequency_hz) {
  std::map<std::string, double> losses;
  for (const auto& [word, description, material] : material_table()) {
    losses[word] = material.fixed_db + material.db_per_ghz * frequency_hz / 1e9;
  }
  return losses;
}

}  // namespace gradwave::channel
