// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/robots_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "channel-models/files/table_file.h"

namespace gradwave {
namespace {

const std::string kKey = "team.robots";

using channel::TableFile;

class RobotsFile {
 public:
  explicit RobotsFile(Settings& settings)
      : settings_(settings),
        table_(kKey, settings.robots, {"robot"},
               {"x_m", "y_m", "device", "factor", "sending_rate_bps", "power_dbm", "gain_dbi",
                "streams"}),
        rows_(settings.learning.training.workers) {
    for (const TableFile::Row& row : table_.rows()) {
      const TableFile::Row*& mine =
          rows_[table_.integer(row, "robot", 0, static_cast<std::int64_t>(rows_.size()) - 1)];
      if (mine) table_.refuse(row, "robot " + table_.text(row, "robot") + " stands there twice");
      mine = &row;
    }
    const auto missing = std::find(rows_.begin(), rows_.end(), nullptr);
    if (missing == rows_.end()) return;
    channel::refuse_file(kKey, settings.robots.name, 0,
                         "has no row of robot " + std::to_string(missing - rows_.begin()));
  }

  void take() {
    const channel::LinkOptions& link = settings_.link;
    take_places();
    take_list("device", "compute.devices",
              [&](const TableFile::Row& row) { return table_.text(row, "device"); });
    take_numbers("factor", "compute.factors", 1);
    take_numbers("sending_rate_bps", "tcp.sending_rates_bps", link.tcp.sending_rate_bps);
    take_numbers("power_dbm", "radio.robot_powers_dbm", channel::usual_power_dbm(link));
    take_numbers("gain_dbi", "radio.robot_gains_dbi", channel::usual_gain_dbi(link));
    take_list("streams", "wifi.robot_streams", [&](const TableFile::Row& row) {
      return table_.text(row, "streams").empty() ? channel::streams_of(link.wifi)
                                                 : table_.integer(row, "streams", 1, 4);
    });
  }

 private:
  // Assigns what `cell` makes of each robot's row to the setting, whose own checks then hold.
  template <typename Cell>
  void take_list(const std::string& column, const std::string& key, const Cell& cell) {
    if (!table_.has(column)) return;
    const Setting& setting = *find_setting(key);
    const std::string said = kKey + ": " + settings_.robots.name + " has a column " + column;
    if (!is_active(setting, settings_)) {
      throw SettingError(
          {kKey}, said + ", but " + key + " acts only where " + all_conditions_text(setting));
    }
    if (!value_of(setting, settings_).empty()) {
      throw SettingError({kKey, key}, said + " and " + key + " is set: expected one of them");
    }
    nlohmann::json list = nlohmann::json::array();
    for (const TableFile::Row* row : rows_) {
      list.push_back(cell(*row));
      try {  // alone, to know whose it is
        Settings probe;
        assign(setting, probe, nlohmann::json::array({list.back()}));
      } catch (const SettingError& error) {
        table_.refuse(*row, "column " + column + ": " + error.what());
      }
    }
    assign(setting, settings_, list);
  }

  void take_numbers(const std::string& column, const std::string& key, double usual) {
    take_list(column, key, [&](const TableFile::Row& row) {
      return table_.number_or_nothing(row, column).value_or(usual);
    });
  }

  void take_places() {
    if (table_.has("x_m") != table_.has("y_m")) {
      channel::refuse_file(kKey, settings_.robots.name, 0, "x_m and y_m go together");
    }
    if (!table_.has("x_m")) return;
    const Setting& walk = *find_setting("mobility.model");
    if (!is_active(walk, settings_)) {
      throw SettingError({kKey}, kKey + ": " + settings_.robots.name +
                                     " says where robots are, which they are only where " +
                                     condition_text(walk));
    }
    channel::PlacementOptions& placement = settings_.link.placement;
    const Setting& layout = *find_setting("placement.layout");
    if (!is_active(layout, settings_) || placement.layout != channel::PlacementOptions().layout) {
      throw SettingError(
          {kKey, "placement.layout", "mobility.model"},
          kKey + ": " + settings_.robots.name + " says where robots start, and so does " +
              (is_active(layout, settings_) ? "placement.layout" : "mobility.model") +
              ": expected one of them");
    }
    placement.layout = "list";
    take_list("x_m", "placement.positions_m", [&](const TableFile::Row& row) {
      return nlohmann::json{table_.number(row, "x_m"), table_.number(row, "y_m")};
    });
  }

  Settings& settings_;
  const TableFile table_;
  std::vector<const TableFile::Row*> rows_;  // [M]
};

}  // namespace

void take_robots_file(Settings& settings) {
  if (!settings.robots.name.empty()) RobotsFile(settings).take();
}

}  // namespace gradwave
