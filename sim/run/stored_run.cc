// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/stored_run.h"

#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "results/query.h"

namespace gradwave {

Settings stored_settings(const std::filesystem::path& database, std::int64_t run_id) {
  const std::string id = std::to_string(run_id);
  const results::Table table =
      results::query(database, "SELECT settings, seed FROM runs WHERE id = " + id);
  if (table.rows.empty()) throw std::invalid_argument("there is no run " + id);
  Settings settings = from_json(nlohmann::json::parse(std::get<std::string>(table.rows[0][0])));
  settings.learning.seed = static_cast<std::uint64_t>(std::get<std::int64_t>(table.rows[0][1]));
  std::map<std::string, std::string> inputs;
  for (const auto& row :
       results::query(database,
                      "SELECT name, text FROM inputs JOIN runs USING (experiment_id) "
                      "WHERE runs.id = " +
                          id)
           .rows) {
    inputs[std::get<std::string>(row[0])] = std::get<std::string>(row[1]);
  }
  for (const Setting& setting : settings_table()) {
    for (channel::TextFile* file : files_of(setting, settings)) file->text = inputs.at(file->name);
  }
  return settings;
}

std::string stored_inputs_hash(const std::filesystem::path& database, std::int64_t run_id) {
  const results::Table table =
      results::query(database, "SELECT coalesce(host_inputs_hash, '') FROM runs WHERE id = " +
                                   std::to_string(run_id));
  return std::get<std::string>(table.rows.at(0).at(0));
}

double stored_macs(const std::filesystem::path& database, std::int64_t run_id) {
  const results::Table table = results::query(
      database, "SELECT forward_macs FROM runs WHERE id = " + std::to_string(run_id));
  return std::get<double>(table.rows.at(0).at(0));
}

}  // namespace gradwave
