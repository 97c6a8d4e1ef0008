// SPDX-License-Identifier: GPL-2.0-only
// TCP over a 5G network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ns3/simulator.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/channel-models/heights.h"
#include "tests/channel-models/walks.h"
#include "tests/sim/transport/network.h"

namespace gradwave {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

LinkOptions cell(int workers, double radius_m = 20) {
  LinkOptions options;
  options.technology = "nr";
  options.workers = workers;
  options.placement.layout = "circle";
  options.placement.radius_m = radius_m;
  options.radio.path_loss = "inf-dh";
  options.radio.shadowing = false;
  channel::stand_where_it_holds(options.placement, "inf-dh");
  options.nr.fading = "none";
  return options;
}

double parts_s(const Delivery& delivery) {
  double sum_s = 0;
  for (const auto& [name, value] : delivery.counters) {
    if (name.size() > 2 && name.compare(name.size() - 2, 2, "_s") == 0) sum_s += value;
  }
  return sum_s;
}

TEST(Nr, MovesBytesWithEveryWordOfItsTables) {
  const std::vector<std::pair<channel::Words, std::function<void(LinkOptions&, std::string)>>>
      tables = {
          {channel::mcs_tables(), [](auto& o, auto word) { o.nr.mcs_table = word; }},
          {channel::nr_accesses(), [](auto& o, auto word) { o.nr.access = word; }},
          {channel::nr_schedulers(), [](auto& o, auto word) { o.nr.scheduler = word; }},
          {channel::combinings(), [](auto& o, auto word) { o.nr.combining = word; }},
          {channel::nr_fadings(), [](auto& o, auto word) { o.nr.fading = word; }},
          {channel::nr_server_places(), [](auto& o, auto word) { o.nr.server = word; }},
          {channel::path_losses(),
           [](auto& o, auto word) {
             o.radio.path_loss = word;
             channel::stand_where_it_holds(o.placement, word);
           }},
          {channel::congestion_controls(),
           [](auto& o, auto word) { o.tcp.congestion_control = word; }},
          {channel::mobilities(), [](auto& o, auto word) { channel::walk_by(o, word); }},
      };
  for (const auto& [words, choose] : tables) {
    for (const auto& word : words) {
      LinkOptions options = cell(3);
      choose(options, word.first);
      for (const Delivery& transfer : exchange(options, 2, 5600, 20000)) {
        EXPECT_GT(transfer.message.bytes, 0) << word.first;
        EXPECT_GT(counter(transfer, "phy_rate_bps"), 1e5) << word.first;
        EXPECT_EQ(transfer.retransmissions, 0) << word.first;
        EXPECT_NEAR(parts_s(transfer), latency_s(transfer), 1e-6) << word.first;
      }
    }
  }
}

TEST(Nr, MovesBytesWithEveryNumerologyAndPattern) {
  struct Carrier {
    double ghz, mhz;
    std::int64_t numerology;
  };
  for (const Carrier& carrier :
       {Carrier{3.5, 20, 0}, Carrier{3.5, 100, 1}, Carrier{3.5, 40, 2}, Carrier{28, 100, 2},
        Carrier{28, 400, 3}, Carrier{0.7, 5, 0}, Carrier{3.5, 5, 1}}) {
    for (const char* pattern : {"DDDSU", "DSUUD", "DDDDDDSUUU", "DU", "FDD"}) {
      LinkOptions options = cell(3, 10);
      options.nr.frequency_ghz = carrier.ghz;
      options.nr.bandwidth_mhz = carrier.mhz;
      options.nr.numerology = carrier.numerology;
      options.nr.pattern = pattern;
      for (const Delivery& transfer : exchange(options, 2, 20000, 20000)) {
        EXPECT_LT(latency_s(transfer), 1) << pattern << carrier.mhz;
        EXPECT_EQ(transfer.retransmissions, 0) << pattern << carrier.mhz;
      }
    }
  }
}

// A message waits for the scheduling request, and its answer for what it needs; the numbers are
// those of radio_access_test.cc and 3 ms of processing.
TEST(Nr, ASmallMessageWaitsForItsRequest) {
  LinkOptions options = cell(1);
  double least_s = 1, most_s = 0;
  Network network(options, {});
  network.connect();
  for (int i = 0; i < 200; ++i) {
    network.upload(0, 0.1 + 0.00037 * i, 400);
    const Delivery delivery = network.arrival();
    least_s = std::min(least_s, latency_s(delivery));
    most_s = std::max(most_s, latency_s(delivery));
    EXPECT_NEAR(counter(delivery, "core_s"), 0.003, 1e-12);
    EXPECT_NEAR(counter(delivery, "window_s"), 0, 1e-6);
  }
  EXPECT_NEAR(least_s, 0.0065 + 0.003, 0.0002);
  EXPECT_NEAR(most_s, 0.0265 + 0.003, 0.0002);
}

// srsRAN_Project issue 501: pings every 100 ms are a sawtooth, falling by what their period and the
// request's beat by. Here both are exact, so that each answer takes as long as the one before.
TEST(Nr, PingsBeatWithTheRequestPeriod) {
  LinkOptions options = cell(1);
  Network network(options, {});
  network.connect();
  double at_s = network.now_s(), last_s = 0;
  int falls = 0, jumps = 0;
  for (int i = 0; i < 100; ++i) {
    at_s += 0.101;
    network.upload(0, at_s - network.now_s(), 64);
    network.arrival();
    network.download(0, 64);
    const double round_trip_s = network.arrival().end_s - at_s;
    EXPECT_GT(round_trip_s, 0.014);
    EXPECT_LT(round_trip_s, 0.037);
    if (i > 0) (round_trip_s < last_s ? falls : jumps) += 1;
    EXPECT_TRUE(round_trip_s > last_s || std::abs(last_s - round_trip_s - 0.001) < 0.0006);
    last_s = round_trip_s;
  }
  EXPECT_GT(falls, 85);
  EXPECT_GT(jumps, 3);
}

TEST(Nr, ARoundTakesLongerWithMoreRobotsAndMoreBytes) {
  double last_s = 0;
  for (const int workers : {1, 4, 16, 64}) {
    LinkOptions options = cell(workers);
    options.nr.bandwidth_mhz = 20;
    double round_s = 0;
    for (const Delivery& delivery : exchange(options, 1, 100000, 1000)) {
      if (delivery.message.direction == Direction::kUplink) {
        round_s = std::max(round_s, latency_s(delivery));
      }
    }
    EXPECT_GT(round_s, last_s);
    EXPECT_GT(round_s, workers * 8e5 / 21.7e6);
    last_s = round_s;
  }
}

TEST(Nr, FasterWithTwiceTheUplinkSlotsAndTwiceTheBandwidth) {
  const auto seconds = [](const char* pattern, double mhz) {
    LinkOptions options = cell(2);
    options.nr.pattern = pattern;
    options.nr.bandwidth_mhz = mhz;
    Network network(options, {});
    network.connect();
    for (int i = 0; i < 2; ++i) network.upload(i, 0.01, 4000000);
    network.arrival();
    return network.arrival().end_s;
  };
  const double one = seconds("DDDSU", 20);
  EXPECT_NEAR(one / seconds("DSUUD", 20), 2, 0.25);
  EXPECT_NEAR(one / seconds("DDDSU", 40), 2.1, 0.3);
}

TEST(Nr, TheSameSeedGivesTheSameAndAnotherAnother) {
  LinkOptions options = cell(3);
  options.radio.shadowing = true;
  options.nr.fading = "tdl-c";
  options.mobility.model = "random-waypoint";
  const auto ends = [&](std::uint64_t seed) {
    options.seed = seed;
    std::vector<double> times_s;
    for (const Delivery& delivery : exchange(options, 5, 60000, 60000)) {
      times_s.push_back(delivery.end_s);
    }
    return times_s;
  };
  EXPECT_EQ(ends(1), ends(1));
  EXPECT_NE(ends(1), ends(2));
}

TEST(Nr, AnIdleNetworkHasNoEvents) {
  LinkOptions options = cell(64);
  Network network(options, {});
  network.connect();
  const auto events = [] { return ns3::Simulator::GetEventCount(); };
  const std::uint64_t before = events();
  network.upload(0, 10000, 100);
  network.arrival();
  EXPECT_GT(network.now_s(), 10000);
  EXPECT_LT(events() - before, 100u);  // those of one message, and whoever watches for stalls
}

// Long messages over a narrow carrier: some robot leaves its cell in the middle of one.
TEST(Nr, RobotsWalkFromStationToStation) {
  LinkOptions options = cell(6, 60);
  options.nr.stations = 4;
  options.nr.station_spacing_m = 60;
  options.nr.server = "core";
  options.nr.bandwidth_mhz = 5;
  options.mobility.model = "random-waypoint";
  options.mobility.speed_min_mps = options.mobility.speed_max_mps = 20;
  options.mobility.pause_s = 0;
  double handovers = 0, interrupted_s = 0;
  Network network(options, {});
  network.connect();
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 6; ++i) network.upload(i, 0, 200000);
    for (int i = 0; i < 6; ++i) {
      const Delivery delivery = network.arrival();
      handovers += counter(delivery, "handovers");
      interrupted_s += counter(delivery, "handover_s");
    }
  }
  EXPECT_GT(handovers, 5);
  EXPECT_GT(interrupted_s, 5 * options.nr.handover_interruption_s / 2);
}

}  // namespace
}  // namespace gradwave
