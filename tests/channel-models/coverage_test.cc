// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/coverage.h"

#include <gtest/gtest.h>

#include <cmath>

#include "channel-models/wifi/wifi_radio.h"
#include "channel-models/wifi/wifi_rates.h"

namespace gradwave::channel {
namespace {

LinkOptions at(std::vector<Point> places) {
  LinkOptions options;
  options.workers = static_cast<std::int64_t>(places.size());
  options.placement.layout = "list";
  options.placement.positions_m = std::move(places);
  options.placement.height_m = options.placement.access_point_height_m = 1;
  return options;
}

// 46.73 dB at 1 m and 5.18 GHz, 30 dB a decade; noise -174 + 73.01 + 7 dBm.
TEST(Coverage, IsTheLinkBudgetOfWifi) {
  const auto covered = coverage(at({{10, 0}, {0, -40}, {200, 0}}));
  ASSERT_EQ(covered.size(), 3u);
  EXPECT_NEAR(covered[0].path_loss_db, 46.735 + 30, 0.01);
  EXPECT_NEAR(covered[0].snr_db, 20 - 76.735 + 93.99, 0.01);
  EXPECT_NEAR(covered[1].distance_m, 40, 1e-9);
  EXPECT_GT(covered[0].up_bps, covered[1].up_bps);
  EXPECT_TRUE(covered[1].reached);
  EXPECT_FALSE(covered[2].reached) << "under the least signal of a preamble";
}

TEST(Coverage, CountsWallsPowerAndAntennas) {
  LinkOptions options = at({{10, 0}, {10, 5}});
  const auto open = coverage(options);
  options.floor.plan = {"p.toml",
                        "[[wall]]\nloss_db = 7\npoints = [[5, -1], [5, 1]]\n"
                        "[[wall]]\nloss_db = 2\npoints = [[6, -1], [6, 1]]\n"};
  options.radio.robot_powers_dbm = {20, 17};
  options.radio.robot_gains_dbi = {0, 5};
  const auto walled = coverage(options);
  EXPECT_EQ(walled[0].walls, 2);
  EXPECT_EQ(walled[1].walls, 0);
  EXPECT_NEAR(walled[0].snr_db, open[0].snr_db - 9, 1e-9);
  EXPECT_NEAR(walled[1].snr_db, open[1].snr_db + 2, 1e-9);
}

TEST(Coverage, CountsWallsAtTheHeightOfEachRobot) {
  LinkOptions options = at({{20, 0}, {20, 5}});
  options.floor.plan = {"p.toml",
                        "[[wall]]\nloss_db = 7\nheight_m = 2\npoints = [[10, -9], [10, 9]]\n"};
  options.mobility.model = "waypoints";
  options.mobility.file = {"log", "robot,t_s,x_m,y_m,z_m\n0,0,20,0,3.5\n1,0,20,5,\n"};
  for (const char* technology : {"wifi", "nr"}) {
    options.technology = technology;
    const auto covered = coverage(options);
    EXPECT_EQ(covered[0].walls, 0) << "the path is 2.25 m high there";
    EXPECT_EQ(covered[1].walls, 1);
  }
}

TEST(Coverage, IsThatOf5GToo) {
  LinkOptions options = at({{20, 0}, {100, 0}});
  options.technology = "nr";
  options.nr.p0_dbm = 24;
  const auto covered = coverage(options);
  EXPECT_NEAR(covered[0].snr_db - covered[1].snr_db, 30 * std::log10(5.0), 0.01);
  EXPECT_GE(covered[0].up_bps, covered[1].up_bps);
  EXPECT_TRUE(covered[1].reached);
}

// Under power control a block arrives at -80 dBm, 36.4 dB above -174 + 52.55 + 5 dBm; far away the
// robot's 23 dBm go to 100 blocks. 38.97 dB at 1 m and 2.12 GHz, 30 dB a decade.
TEST(Coverage, IsThatOfLteToo) {
  LinkOptions options = at({{20, 0}, {300, 0}, {600, 0}});
  options.technology = "lte";
  const auto covered = coverage(options);
  EXPECT_NEAR(covered[0].snr_db, 36.45, 0.01);
  EXPECT_NEAR(covered[0].up_bps, 75.376e6, 1)
      << "TS 36.213, Table 7.1.7.2.1-1: 100 blocks, I_TBS 26";
  EXPECT_NEAR(covered[1].snr_db, 23 - 20 - 38.97 - 30 * std::log10(300.0) + 116.45, 0.05);
  EXPECT_GT(covered[1].down_bps, covered[1].up_bps);
  EXPECT_TRUE(covered[1].reached);
  EXPECT_FALSE(covered[2].reached);
}

// Without a server each robot's station is whoever hears it best.
TEST(Coverage, OfRobotsAloneIsToTheBestOfTheOthers) {
  LinkOptions options = at({{0, 0}, {30, 0}, {80, 0}});
  options.technology = "mesh";
  options.mesh.aggregation = "gossip";
  options.floor.plan = {"p.toml", "[[wall]]\nloss_db = 7\npoints = [[60, -9], [60, 9]]\n"};
  auto covered = coverage(options);
  EXPECT_NEAR(covered[0].distance_m, 30, 1e-9);
  EXPECT_NEAR(covered[2].distance_m, 50, 1e-9);
  EXPECT_EQ(covered[2].walls, 1);
  EXPECT_EQ(covered[0].walls, 0);
  options.radio.robot_gains_dbi = {25, 0, 0};
  covered = coverage(options);
  EXPECT_NEAR(covered[2].distance_m, 80, 1e-9) << "with such an antenna";
  const FloorMap map = map_of(options, 500);
  EXPECT_TRUE(map.stations.empty());
  EXPECT_TRUE(map.grid.snr_db.empty());
  EXPECT_FALSE(map.hops.empty());
}

TEST(Coverage, NobodyHasAPlaceOnAWire) {
  LinkOptions options;
  options.technology = "wire";
  EXPECT_TRUE(coverage(options).empty());
  EXPECT_THROW(map_of(options, 100), OptionError);
}

TEST(FloorMap, ShowsAllThatThereIs) {
  LinkOptions options = at({{0, 10}, {0, 50}});
  options.technology = "mesh";
  options.floor.plan = {"p.toml",
                        "[[wall]]\nmaterial = \"light\"\npoints = [[-20, -5], [20, -5], [20, 60]]\n"
                        "[[door]]\npoints = [[0, -5], [2, -5]]\n"};
  const FloorMap map = map_of(options, 500);
  EXPECT_EQ(map.walls.size(), 3u);
  EXPECT_EQ(map.doors.size(), 1u);
  EXPECT_EQ(map.stations.size(), 1u);
  EXPECT_EQ(map.robots.size(), 2u);
  ASSERT_EQ(map.hops.size(), 3u);  // all with all
  EXPECT_EQ(map.hops[0].is_route + map.hops[1].is_route + map.hops[2].is_route, 2);
  const FloorMap::Grid& grid = map.grid;
  ASSERT_EQ(grid.snr_db.size(), static_cast<std::size_t>(grid.rows) * grid.columns);
  EXPECT_LE(grid.rows * grid.columns, 600);
  double most = -1e9;
  for (const double snr_db : grid.snr_db) {
    if (!std::isnan(snr_db)) most = std::max(most, snr_db);
  }
  EXPECT_GT(most, 50) << "beside the station";
}

TEST(WifiRates, AreFasterWhereTheSignalIsStronger) {
  LinkOptions options;
  apply_defaults(options);
  const WifiRates rates(options.wifi);
  EXPECT_FALSE(rates.best(-82.1, {1, 1}, {1, 1}));
  for (const int streams : {1, 2}) {
    double before_s = 1, before_bps = 0;
    for (double dbm = -82; dbm < -40; dbm += 1) {
      const auto rate = rates.best(dbm, {streams, streams}, {streams, streams});
      ASSERT_TRUE(rate) << dbm;
      EXPECT_LE(rate->airtime_s, before_s + 1e-12);
      EXPECT_GT(rate->arrives, 0.5);
      EXPECT_GE(rate->rate_bps * rate->arrives, before_bps);
      before_s = rate->airtime_s;
      before_bps = rate->rate_bps * rate->arrives;
    }
  }
  EXPECT_EQ(rates.best(-40, {1, 1}, {1, 1})->mode, "HeMcs11");
  // 1,536 bytes at 143.4 Mbit/s, with preamble and all that is around it.
  EXPECT_NEAR(rates.best(-40, {1, 1}, {1, 1})->airtime_s, 1536 * 8 / 143.4e6 + 44e-6 + 154.5e-6,
              30e-6);
}

// IEEE 802.11-2020, tables 19-27 to 19-38 and 21-30 to 21-61; 802.11ax-2021, tables 27-61 to
// 27-112.
TEST(WifiRates, AreThoseOfTheStandard) {
  struct Known {
    const char* standard;
    std::int64_t width_mhz;
    double guard_interval_us;  // 0: the usual one
    int streams;
    double rate_bps;
  };
  for (const Known& known : {
           Known{"802.11ax", 20, 0, 1, 143.4e6},
           Known{"802.11ax", 20, 0, 2, 286.8e6},
           Known{"802.11ax", 20, 0, 3, 430.1e6},
           Known{"802.11ax", 20, 0, 4, 573.5e6},
           Known{"802.11ax", 20, 1.6, 1, 135.4e6},
           Known{"802.11ax", 20, 3.2, 1, 121.9e6},
           Known{"802.11ax", 80, 0.8, 2, 1201.0e6},
           Known{"802.11ac", 80, 0, 1, 433.3e6},
           Known{"802.11ac", 80, 0.8, 2, 780e6},
           Known{"802.11n", 40, 0, 1, 150e6},
           Known{"802.11n", 40, 0, 2, 300e6},
           Known{"802.11n", 20, 0.8, 1, 65e6},
       }) {
    LinkOptions options;
    options.wifi.standard = known.standard;
    options.wifi.channel_width_mhz = known.width_mhz;
    options.wifi.guard_interval_us = known.guard_interval_us;
    options.wifi.streams = known.streams;
    apply_defaults(options);
    const auto rate =
        WifiRates(options.wifi)
            .best(-30, {known.streams, known.streams}, {known.streams, known.streams});
    ASSERT_TRUE(rate);
    EXPECT_NEAR(rate->rate_bps, known.rate_bps, 0.05e6) << known.standard << " " << known.streams;
    EXPECT_EQ(rate->streams, known.streams);
  }
}

TEST(WifiRates, FollowTheConstantMode) {
  LinkOptions options;
  options.wifi.rate_control = "constant";
  options.wifi.constant_mode = "HeMcs5";
  apply_defaults(options);
  const WifiRates rates(options.wifi);
  EXPECT_NEAR(rates.best(-40, {2, 2}, {2, 2})->rate_bps, 137.6e6, 0.1e6);
  EXPECT_NEAR(rates.best(-40, {2, 2}, {1, 1})->rate_bps, 68.8e6, 0.05e6);
  EXPECT_FALSE(rates.best(-82, {1, 1}, {1, 1})) << "which a lower mode would reach";
}

TEST(WifiRates, FollowNs3Defaults) {
  LinkOptions options;
  options.ns3_defaults["ns3::HeConfiguration::GuardInterval"] = "3200ns";
  options.ns3_defaults["ns3::WifiPhy::MaxSupportedTxSpatialStreams"] = "1";
  apply_defaults(options);
  const Antennas of = default_antennas();
  EXPECT_EQ(of.streams, 1);
  EXPECT_EQ(of.antennas, 2);
  EXPECT_NEAR(WifiRates(options.wifi).best(-30, of, of)->rate_bps, 121.9e6, 0.05e6);
}

}  // namespace
}  // namespace gradwave::channel
