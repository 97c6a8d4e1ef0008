// SPDX-License-Identifier: GPL-2.0-only
// Settings of cellular networks at the ends of their ranges: refused with a sentence, or they carry
// messages; or a robot is out of reach, and that is said.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "channel-models/reach.h"
#include "sim/scenario/settings/settings.h"
#include "tests/channel-models/heights.h"
#include "tests/sim/transport/network.h"

namespace gradwave {
namespace {

// What became of a network with these settings: "" if it carried messages both ways.
std::string outcome(const Settings& settings) {
  LinkOptions options = link_options(settings);
  try {
    channel::check_link(options);
    channel::check_reach(options, 5);
  } catch (const channel::OptionError& error) {
    return std::string("refused: ") + error.what();
  }
  try {
    Network network(options, {5, 100});
    network.connect();
    for (const Delivery& delivery : exchange(network, options, 2, 3000, 3000)) {
      EXPECT_GT(latency_s(delivery), 0);
      for (const auto& [name, value] : delivery.counters) {
        EXPECT_TRUE(std::isfinite(value)) << name;
        EXPECT_TRUE(name == "sinr_db" || value > -1e-9) << name << " " << value;
      }
    }
  } catch (const Stalled& error) {
    return std::string("stalled: ") + error.what();
  }
  return "";
}

class Ends : public testing::TestWithParam<std::string> {};

TEST_P(Ends, OfEverySettingCarryMessagesOrAreRefused) {
  const std::string group = GetParam() + ".";
  for (const Setting& setting : settings_table()) {
    if (setting.key.rfind(group, 0) != 0 || !std::isfinite(setting.values.most)) continue;
    for (const double end : {setting.values.least, setting.values.most}) {
      Settings settings;
      settings.link.technology = GetParam();
      settings.learning.training.workers = 3;
      settings.link.placement.layout = "circle";
      settings.link.placement.radius_m = 15;
      // Where it acts, and more than one message is lost.
      if (setting.key == "nr.station_spacing_m") settings.link.nr.stations = 4;
      if (setting.key.rfind("nr.station", 0) == 0 || setting.key.rfind("nr.core", 0) == 0) {
        settings.link.nr.server = "core";
      }
      settings.link.nr.block_error_target = 0.3;
      Settings any;
      const auto field = setting.field(any);
      const bool whole = std::holds_alternative<std::int64_t*>(field);
      if (!whole && !std::holds_alternative<double*>(field)) continue;
      assign(setting, settings,
             whole ? nlohmann::json(static_cast<std::int64_t>(end)) : nlohmann::json(end));
      const std::string what = outcome(settings);
      if (what.empty() || what.rfind("refused: ", 0) == 0) continue;
      // A wire to the server that is longer than these limits, and LTE's radios that nobody hears.
      const std::set<std::string> wait = {"nr.core_delay_s", "lte.core_delay_s",
                                          "lte.station_power_dbm", "lte.robot_power_dbm"};
      EXPECT_EQ(wait.count(setting.key), 1u) << setting.key << " = " << end << ": " << what;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Ends, testing::Values("nr", "lte"),
                         [](const auto& group) { return group.param; });

}  // namespace
}  // namespace gradwave
