// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/radio_access.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>

#include "channel-models/radio/tapped_delay_line.h"

namespace gradwave::channel::nr {
namespace {

// A gain for each robot and station, and no fading.
class Flat final : public Channel {
 public:
  explicit Flat(std::vector<std::vector<double>> gains_db) : gains_db_(std::move(gains_db)) {}
  double gain_db(int robot, int station) const override { return gains_db_[robot][station]; }
  const std::vector<double>& fading(int, int, std::int64_t) const override { return one_; }

  std::vector<std::vector<double>> gains_db_;  // [robot][station]

 private:
  std::vector<double> one_ = {1};
};

// Robots at one station, `loss_db` away.
struct Team {
  explicit Team(const NrOptions& options, int robots = 1, double loss_db = 70)
      : channel(std::vector<std::vector<double>>(robots, {-loss_db})),
        access(options, robots, 1, 1, channel) {}

  // Runs until nobody wants anything; all that arrived.
  std::vector<Arrival> run() {
    std::vector<Arrival> all;
    for (int slots = 0; access.next_slot(); ++slots) {
      if (slots == 2000000) throw std::logic_error("it never ends");
      access.run();
      for (const Arrival& arrival : access.take_arrivals()) all.push_back(arrival);
    }
    return all;
  }

  Flat channel;
  RadioAccess access;
};

NrOptions near(const std::string& pattern = "DDDSU", int numerology = 1) {
  NrOptions options;
  options.pattern = pattern;
  options.numerology = numerology;
  options.bandwidth_mhz = numerology == 3 ? 100 : 20;
  if (numerology == 3) options.frequency_ghz = 28;
  options.request_period_s = 0;
  options.k2_slots = 2;
  options.fading = "none";
  return options;
}

struct Latency {
  double least_ms, mean_ms, most_ms;
};

// Of one packet into an idle network, over the phases of its arrival: fifths of slots, over 20 ms.
Latency latency(const NrOptions& options, Way way, std::int64_t bytes) {
  const std::int64_t slot_ns = 1000000 >> options.numerology;
  Team team(options);
  std::vector<double> all_ms;
  for (std::int64_t phase = 0; phase < 5 * 20000000 / slot_ns; ++phase) {
    const std::int64_t at_ns = phase * 1000000000 + phase * slot_ns / 5;
    team.access.enqueue(0, way, bytes, at_ns);
    const auto arrivals = team.run();
    all_ms.push_back(1e-6 * static_cast<double>(arrivals.back().at_ns - at_ns));
  }
  const auto [least, most] = std::minmax_element(all_ms.begin(), all_ms.end());
  return {*least, std::accumulate(all_ms.begin(), all_ms.end(), 0.0) / all_ms.size(), *most};
}

void expect(const Latency& found, const Latency& known, const std::string& what) {
  EXPECT_NEAR(found.least_ms, known.least_ms, 0.051) << what;
  EXPECT_NEAR(found.mean_ms, known.mean_ms, 0.06) << what;
  EXPECT_NEAR(found.most_ms, known.most_ms, 0.051) << what;
}

struct Access {
  const char* pattern;
  int numerology;
  Latency configured, one_grant, two_grants, every_10_ms, every_20_ms, down;
};

// An independent slot model's: a grant of 512 bytes holds a packet of 400, not one of 1,000.
TEST(RadioAccess, HasTheLatenciesOfTheSlotModel) {
  for (const Access& known : {
           Access{"DDDSU",
                  0,
                  {3, 5.4, 7.8},
                  {8, 10.4, 12.8},
                  {13, 15.4, 17.8},
                  {13, 17.9, 22.8},
                  {13, 22.9, 32.8},
                  {3, 3.6, 4.8}},
           Access{"DDDSU",
                  1,
                  {1.5, 2.7, 3.9},
                  {4, 5.2, 6.4},
                  {6.5, 7.7, 8.9},
                  {6.5, 11.4, 16.4},
                  {6.5, 16.4, 26.4},
                  {1.5, 1.8, 2.4}},
           Access{"DDDSU",
                  2,
                  {.75, 1.3, 1.9},
                  {2, 2.6, 3.2},
                  {3.25, 3.8, 4.4},
                  {3.25, 8.2, 13.2},
                  {3.25, 13.2, 23.2},
                  {.75, .9, 1.2}},
           Access{"DDDSU",
                  3,
                  {.375, .67, .97},
                  {1, 1.3, 1.6},
                  {1.6, 1.9, 2.2},
                  {1.6, 6.6, 11.6},
                  {1.6, 11.6, 21.6},
                  {.375, .45, .59}},
           Access{"DSUUD",
                  0,
                  {3, 4.6, 6.8},
                  {8, 9.6, 11.8},
                  {13, 14.6, 16.8},
                  {13, 17.9, 22.8},
                  {13, 22.9, 32.8},
                  {3, 4.0, 5.8}},
           Access{"DSUUD",
                  1,
                  {1.5, 2.3, 3.4},
                  {4, 4.8, 5.9},
                  {6.5, 7.3, 8.4},
                  {6.5, 11.4, 16.4},
                  {6.5, 16.4, 26.4},
                  {1.5, 2.0, 2.9}},
           Access{"DDDDDDSUUU",
                  1,
                  {1.5, 3.1, 5.4},
                  {5.5, 7.9, 10.4},
                  {10.5, 12.9, 15.4},
                  {6.5, 11.4, 16.4},
                  {6.5, 16.4, 26.4},
                  {1.5, 2.0, 3.4}},
           Access{"DDSU",
                  1,
                  {1.5, 2.4, 3.4},
                  {5.5, 6.4, 7.4},
                  {9.5, 10.4, 11.4},
                  {5.5, 10.4, 15.4},
                  {5.5, 15.4, 25.4},
                  {1.5, 1.8, 2.4}},
       }) {
    const std::string name = std::string(known.pattern) + " " + std::to_string(known.numerology);
    NrOptions options = near(known.pattern, known.numerology);
    expect(latency(options, Way::kDown, 1000), known.down, name + " down");
    expect(latency(options, Way::kUp, 400), known.one_grant, name + " one grant");
    expect(latency(options, Way::kUp, 1000), known.two_grants, name + " two grants");
    options.access = "configured";
    expect(latency(options, Way::kUp, 400), known.configured, name + " configured");
    options.access = "request";
    options.k2_slots = 4;
    options.request_period_s = 0.01;
    expect(latency(options, Way::kUp, 400), known.every_10_ms, name + " 10 ms");
    options.request_period_s = 0.02;
    expect(latency(options, Way::kUp, 400), known.every_20_ms, name + " 20 ms");
  }
}

// ---- Throughput

// Packets of 1,500 bytes both ways of which there is never an end.
struct Rate {
  double up_bps = 0, down_bps = 0;         // of transport blocks
  std::vector<double> up_each, down_each;  // payload of each robot, bit/s
};

Rate full_buffers(Team& team, int robots, double seconds, bool down = false) {
  const std::int64_t end_ns = static_cast<std::int64_t>(1e9 * seconds);
  const Way way = down ? Way::kDown : Way::kUp;
  std::vector<std::int64_t> packets(robots, 0);
  for (int robot = 0; robot < robots; ++robot) {
    while (team.access.enqueue(robot, way, 1500, 0)) continue;
  }
  std::vector<Usage> before;
  for (int robot = 0; robot < robots; ++robot) before.push_back(team.access.usage(robot, way, 0));
  while (*team.access.next_slot() * team.access.slots().slot_ns() < end_ns) {
    const std::int64_t now_ns = *team.access.next_slot() * team.access.slots().slot_ns();
    team.access.run();
    for (const Arrival& arrival : team.access.take_arrivals()) {
      packets[arrival.robot] += arrival.packets;
      for (int i = 0; i < arrival.packets; ++i)
        team.access.enqueue(arrival.robot, way, 1500, now_ns);
    }
  }
  Rate rate;
  double bits = 0;
  for (int robot = 0; robot < robots; ++robot) {
    bits += team.access.usage(robot, way, end_ns).bits;
    (down ? rate.down_each : rate.up_each).push_back(8 * 1500.0 * packets[robot] / seconds);
  }
  (down ? rate.down_bps : rate.up_bps) = bits / seconds;
  return rate;
}

NrOptions ceiling(double mhz, const char* pattern, const char* table, int dmrs) {
  NrOptions options;
  options.bandwidth_mhz = mhz;
  options.pattern = pattern;
  options.mcs_table = table;
  options.dmrs_elements = dmrs;
  options.pucch_blocks = 0;
  options.request_period_s = 0;
  options.uplink_layers = options.downlink_layers = 1;
  return options;
}

// Exact TBS, one layer, 14 symbols; computed by an independent program.
TEST(RadioAccess, ReachesTheCeilingOfItsBandwidthAndNoMore) {
  struct Row {
    double mhz;
    const char* pattern;
    double qam64, qam64_36, qam256, qam256_36;  // Mbit/s, DM-RS of 24 and 36 elements
  };
  for (const Row& row :
       {Row{20, "DDDSU", 16.4, 14.8, 21.7, 20.1}, Row{20, "DDDDDDSUUU", 24.6, 22.1, 32.6, 30.1},
        Row{40, "DDSU", 42.0, 38.9, 56.3, 52.2}, Row{100, "DDDSU", 86.9, 80.3, 118.1, 108.2},
        Row{100, "DSUUD", 173.7, 160.6, 236.1, 216.5},
        Row{100, "DDDDDDSUUU", 130.3, 120.5, 177.1, 162.3}}) {
    const auto reached = [&](const char* table, int dmrs) {
      Team team(ceiling(row.mhz, row.pattern, table, dmrs), 1, 50);
      return 1e-6 * full_buffers(team, 1, 1).up_bps;
    };
    const auto expect_near = [&](double found, double known) {
      EXPECT_LE(found, known + 0.06) << row.mhz << row.pattern;
      EXPECT_GE(found, 0.98 * known) << row.mhz << row.pattern;
    };
    expect_near(reached("64qam", 24), row.qam64);
    expect_near(reached("64qam", 36), row.qam64_36);
    expect_near(reached("256qam", 24), row.qam256);
    expect_near(reached("256qam", 36), row.qam256_36);
  }
}

TEST(RadioAccess, EqualRobotsShareTheCellEvenly) {
  for (const char* scheduler : {"round-robin", "proportional-fair"}) {
    for (const bool down : {false, true}) {
      for (const int robots : {2, 5, 8, 40}) {
        NrOptions options = ceiling(20, "DDDSU", "256qam", 24);
        options.scheduler = scheduler;
        Team one(options, 1, 70), team(options, robots, 70);
        const Rate alone = full_buffers(one, 1, 1, down),
                   shared = full_buffers(team, robots, 4, down);
        const auto& each = down ? shared.down_each : shared.up_each;
        const double whole = down ? alone.down_each[0] : alone.up_each[0];
        const double sum = std::accumulate(each.begin(), each.end(), 0.0);
        EXPECT_NEAR(sum / whole, 1, 0.04) << scheduler << robots << down;
        for (const double rate : each) {
          EXPECT_NEAR(rate * robots / sum, 1, 0.02) << scheduler << " " << robots << " " << down;
        }
      }
    }
  }
}

// 38.306's formula for the uplink of one layer leaves 8 % for everything that is not data; ours has
// 24 of 168 elements of DM-RS.
TEST(RadioAccess, RateGrowsWithUplinkSlotsAndBandwidth) {
  const auto rate = [](double mhz, const char* pattern) {
    Team team(ceiling(mhz, pattern, "256qam", 24), 1, 50);
    return full_buffers(team, 1, 1).up_bps;
  };
  const double one_in_five = rate(20, "DDDSU");
  EXPECT_NEAR(rate(20, "DSUUD") / one_in_five, 2, 0.02);
  EXPECT_NEAR(rate(20, "DUUUU") / one_in_five, 4, 0.04);
  EXPECT_NEAR(rate(20, "FDD") / one_in_five, 5, 0.05);
  EXPECT_NEAR(rate(100, "DDDSU") / one_in_five, 273.0 / 51, 0.1);
}

// The last arrival of one message of each robot, sent at once, in seconds.
double round_s(Team& team, int robots, std::int64_t bytes, std::int64_t at_ns = 0) {
  for (int robot = 0; robot < robots; ++robot) {
    for (std::int64_t left = bytes; left > 0; left -= 1500) {
      EXPECT_TRUE(team.access.enqueue(robot, Way::kUp, std::min<std::int64_t>(1500, left), at_ns));
    }
  }
  double last_s = 0;
  for (const Arrival& arrival : team.run()) {
    last_s = std::max(last_s, 1e-9 * static_cast<double>(arrival.at_ns - at_ns));
  }
  return last_s;
}

TEST(RadioAccess, ARoundTakesLongerWithMoreRobotsAndNeverLessThanItsBitsNeed) {
  double last_s = 0;
  for (const int robots : {1, 2, 4, 8, 16, 32, 64}) {
    Team team(ceiling(20, "DDDSU", "64qam", 24), robots, 60);
    const double took_s = round_s(team, robots, 100000);
    EXPECT_GT(took_s, last_s) << robots;
    EXPECT_GT(took_s, 8 * 100000.0 * robots / 16.4e6) << robots;
    EXPECT_LT(took_s, 0.05 + 1.1 * 8 * 100000.0 * robots / 16.4e6) << robots;
    last_s = took_s;
  }
}

TEST(RadioAccess, DeliversEveryByteOf64RobotsWith4Megabytes) {
  NrOptions options;
  options.block_error_target = 0.3;  // so that much is lost
  Team team(options, 64, 95);
  std::vector<std::int64_t> packets(64, 0);
  for (int robot = 0; robot < 64; ++robot) {
    for (int i = 0; i < 2759; ++i) ASSERT_TRUE(team.access.enqueue(robot, Way::kUp, 1500, 0));
  }
  for (const Arrival& arrival : team.run()) packets[arrival.robot] += arrival.packets;
  std::int64_t retransmissions = 0;
  for (int robot = 0; robot < 64; ++robot) {
    EXPECT_EQ(packets[robot], 2759);
    retransmissions += team.access.usage(robot, Way::kUp, 0).retransmissions;
  }
  EXPECT_GT(retransmissions, 1000);
}

TEST(RadioAccess, AFullBufferRefusesAndCounts) {
  NrOptions options;
  options.buffer_bytes = 15100;
  Team team(options);
  int taken = 0;
  for (int i = 0; i < 20; ++i) taken += team.access.enqueue(0, Way::kUp, 1500, 0);
  EXPECT_EQ(taken, 10);
  EXPECT_EQ(team.access.usage(0, Way::kUp, 0).drops, 10);
  std::int64_t packets = 0;
  for (const Arrival& arrival : team.run()) packets += arrival.packets;
  EXPECT_EQ(packets, 10);
}

// ---- The edge

TEST(RadioAccess, ARobotAtTheEdgeStarvesNobodyAndIsNotStarved) {
  for (const char* scheduler : {"round-robin", "proportional-fair"}) {
    NrOptions options = ceiling(20, "DDDSU", "256qam", 24);
    options.scheduler = scheduler;
    const auto rates = [&](double far_db) {
      Team team(options, 4, 70);
      team.channel.gains_db_[3][0] = -far_db;
      return full_buffers(team, 4, 3).up_each;
    };
    const auto near = rates(70), with_edge = rates(130);
    for (int robot = 0; robot < 3; ++robot) EXPECT_GT(with_edge[robot], 0.8 * near[robot]);
    EXPECT_GT(with_edge[3], 1e3) << scheduler;
    EXPECT_LT(with_edge[3], 0.1 * near[3]) << scheduler;
  }
}

// Loss at which a robot still gets half of a full block's first transmissions through.
double edge_db(const NrOptions& options) {
  const auto passes = [&](double loss_db) {
    Team team(options, 1, loss_db);
    const double bps = full_buffers(team, 1, 0.5).up_each[0];
    return bps > 50e3;
  };
  double low = 80, high = 180;
  while (high - low > 0.1) {
    const double middle = (low + high) / 2;
    (passes(middle) ? low : high) = middle;
  }
  return low;
}

TEST(RadioAccess, ThreeDecibelsOfPowerMoveTheEdgeByThreeDecibels) {
  NrOptions options = ceiling(20, "DDDSU", "64qam", 24);
  const double at_23 = edge_db(options);
  options.robot_power_dbm += 3;
  EXPECT_NEAR(edge_db(options) - at_23, 3, 0.4);
  options.receiver_loss_db += 3;
  EXPECT_NEAR(edge_db(options) - at_23, 0, 0.4);
}

// In frequency, as power is what they lack: 5 to infinitely many times what one after the other
// gets.
TEST(RadioAccess, PowerLimitedRobotsShareFrequency) {
  NrOptions options;
  options.mcs_table = "64qam";
  options.request_period_s = 0;
  const auto cell_bps = [&](int robots) {
    Team team(options, robots, 115.2);  // 200 m of street canyon without line of sight
    return full_buffers(team, robots, 1).up_bps;
  };
  const double one = cell_bps(1), eight = cell_bps(8), many = cell_bps(64);
  EXPECT_GT(eight, 3.5 * one);
  EXPECT_GT(many, eight);
}

TEST(RadioAccess, MoreLayersThanTheChannelBearsCostNoReach) {
  for (const double loss_db : {100.0, 120.0, 125.0, 128.0, 131.0}) {
    NrOptions options;
    options.fading = "none";
    Team one(options, 1, loss_db);
    options.downlink_layers = options.uplink_layers = 4;
    Team four(options, 1, loss_db);
    for (const Way way : {Way::kUp, Way::kDown}) {
      EXPECT_GE(four.access.reach(0, way).rate_bps, 0.999 * one.access.reach(0, way).rate_bps);
      EXPECT_EQ(four.access.reach(0, way).enough, one.access.reach(0, way).enough) << loss_db;
    }
  }
}

// Small blocks at every SINR: what is chosen holds what it is chosen for.
TEST(LinkAdaptation, AlwaysHoldsALittle) {
  for (const auto* table : {&mcs_table_64qam(), &mcs_table_256qam()}) {
    const LinkAdaptation adaptation(*table, 0.1, 2);
    for (double sinr_db = -8; sinr_db < 30; sinr_db += 0.1) {
      Quality quality;
      quality.of_one_block = INFINITY;
      quality.most = std::pow(10, sinr_db / 10);
      adaptation.weigh(quality, 51);
      for (const std::int64_t needed : {256, 296, 320, 560, 600}) {
        const Grant grant = adaptation.choose(quality, 120, 51, needed);
        ASSERT_GE(grant.bits, needed) << sinr_db;
        ASSERT_FALSE(grant.power_limited);
      }
    }
  }
}

// ---- HARQ

// A channel that is bad in some slots, which nobody knows beforehand.
class Fading final : public Channel {
 public:
  double gain_db(int, int) const override { return -80; }
  const std::vector<double>& fading(int, int, std::int64_t at_ns) const override {
    return at_ns >= bad_from_ns && at_ns < bad_until_ns ? bad_ : good_;
  }
  std::int64_t bad_from_ns = 0, bad_until_ns = 0;

 private:
  std::vector<double> good_ = {1}, bad_ = {1e-9};
};

// Slots from a failed first transmission to the second, for every slot that the first can have.
std::pair<std::int64_t, std::int64_t> harq_slots(const char* pattern, std::int64_t k, Way way) {
  NrOptions options = near(pattern);
  options.access = "configured";
  options.k1_slots = options.k2_slots = k;
  std::int64_t least = 1000, most = 0;
  for (int phase = 0; phase < 20; ++phase) {
    Fading channel;
    RadioAccess access(options, 1, 1, 1, channel);
    const std::int64_t slot_ns = access.slots().slot_ns();
    access.enqueue(0, way, 400, (1000 + phase) * slot_ns);
    const std::int64_t first = *access.next_slot();
    channel.bad_from_ns = first * slot_ns;
    channel.bad_until_ns = (first + 1) * slot_ns;
    access.run();
    least = std::min(least, *access.next_slot() - first);
    most = std::max(most, *access.next_slot() - first);
    EXPECT_TRUE(access.take_arrivals().empty());
    access.run();
    EXPECT_EQ(access.take_arrivals().size(), 1u);
    EXPECT_EQ(access.usage(0, way, 0).retransmissions, 1);
  }
  return {least, most};
}

TEST(RadioAccess, SendsAgainAfterTheRoundTripsOfTheSlotModel) {
  using Range = std::pair<std::int64_t, std::int64_t>;
  EXPECT_EQ(harq_slots("DDDSU", 2, Way::kUp), Range(5, 5));
  EXPECT_EQ(harq_slots("DDDSU", 4, Way::kUp), Range(10, 10));
  EXPECT_EQ(harq_slots("DSUUD", 2, Way::kUp), Range(5, 5));
  EXPECT_EQ(harq_slots("DSUUD", 4, Way::kUp), Range(9, 10));
  EXPECT_EQ(harq_slots("DDDDDDSUUU", 2, Way::kUp), Range(8, 10));
  EXPECT_EQ(harq_slots("DDDDDDSUUU", 4, Way::kUp), Range(8, 10));
  EXPECT_EQ(harq_slots("DDSU", 2, Way::kUp), Range(8, 8));
  EXPECT_EQ(harq_slots("DDSU", 4, Way::kUp), Range(8, 8));
  EXPECT_EQ(harq_slots("DDDSU", 2, Way::kDown), Range(5, 9));
  EXPECT_EQ(harq_slots("DDDSU", 4, Way::kDown), Range(7, 11));
  EXPECT_EQ(harq_slots("DSUUD", 2, Way::kDown), Range(5, 6));
  EXPECT_EQ(harq_slots("DSUUD", 4, Way::kDown), Range(7, 10));
  EXPECT_EQ(harq_slots("DDDDDDSUUU", 2, Way::kDown), Range(5, 10));
  EXPECT_EQ(harq_slots("DDDDDDSUUU", 4, Way::kDown), Range(7, 14));
}

// A hole of half a second: processes run out, RLC sends anew, and all arrives, in order.
TEST(RadioAccess, OutlastsAHoleOfAnyLength) {
  for (const double hole_s : {0.05, 0.5, 5.0}) {
    NrOptions options;
    options.request_period_s = 0;
    Fading channel;
    RadioAccess access(options, 1, 1, 1, channel);
    channel.bad_from_ns = 20000000;
    channel.bad_until_ns = channel.bad_from_ns + static_cast<std::int64_t>(1e9 * hole_s);
    for (int i = 0; i < 2000; ++i) {
      ASSERT_TRUE(access.enqueue(0, Way::kUp, 1500, 0));
      ASSERT_TRUE(access.enqueue(0, Way::kDown, 1500, 0));
    }
    std::int64_t packets[2] = {0, 0}, slots = 0;
    double last_s = 0;
    while (access.next_slot()) {
      access.run();
      ++slots;
      for (const Arrival& arrival : access.take_arrivals()) {
        packets[static_cast<int>(arrival.way)] += arrival.packets;
        EXPECT_GE(1e-9 * arrival.at_ns, last_s);
        last_s = 1e-9 * arrival.at_ns;
      }
    }
    EXPECT_EQ(packets[0], 2000);
    EXPECT_EQ(packets[1], 2000);
    EXPECT_LT(last_s, hole_s + 1) << hole_s;
    EXPECT_EQ(access.usage(0, Way::kUp, 0).recoveries > 0, hole_s > 0.04) << hole_s;
  }
}

// A channel whose gain jumps at random from slot to slot.
class Wild final : public Channel {
 public:
  double gain_db(int, int) const override { return -95; }
  const std::vector<double>& fading(int robot, int, std::int64_t at_ns) const override {
    gain_[0] = std::pow(10, -0.1 * static_cast<double>((at_ns / 3000000 * 7 + robot * 5) % 30));
    return gain_;
  }

 private:
  mutable std::vector<double> gain_ = {1};
};

// Whatever comes when: all of it arrives, and then nothing is wanted any more.
TEST(RadioAccess, ForgetsNothing) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    std::uint64_t state = seed * 7919 + 1;
    const auto draw = [&](std::uint64_t below) {
      state = state * 6364136223846793005 + 1442695040888963407;
      return static_cast<std::int64_t>((state >> 33) % below);
    };
    NrOptions options;
    const char* patterns[] = {"DDDSU", "DSUUD", "DDDDDDSUUU", "FDD"};
    options.pattern = patterns[draw(4)];
    options.bandwidth_mhz = draw(2) == 0 ? 20 : 5;
    options.request_period_s = draw(2) == 0 ? 0 : 0.02;
    options.k2_slots = 1 + draw(4);
    options.access = draw(4) == 0 ? "configured" : "request";
    options.scheduler = draw(2) == 0 ? "round-robin" : "proportional-fair";
    options.max_grants = 1 + draw(3);
    options.max_attempts = 1 + draw(4);
    options.block_error_target = 0.01 + 0.1 * static_cast<double>(draw(6));
    const int robots = 1 + static_cast<int>(draw(4));
    Wild channel;
    RadioAccess access(options, robots, 1, seed, channel);
    std::vector<std::int64_t> sent(2 * robots, 0), arrived(2 * robots, 0);
    std::int64_t now_ns = 0;
    const auto run_until = [&](std::int64_t until_ns) {
      for (int slots = 0; access.next_slot(); ++slots) {
        ASSERT_LT(slots, 200000) << "it never ends, seed " << seed;
        if (*access.next_slot() * access.slots().slot_ns() > until_ns) return;
        access.run();
        for (const Arrival& arrival : access.take_arrivals()) {
          arrived[2 * arrival.robot + static_cast<int>(arrival.way)] += arrival.packets;
        }
      }
    };
    for (int i = 0; i < 200; ++i) {
      now_ns += draw(4) == 0 ? draw(40000000) : draw(300000);
      run_until(now_ns);
      const int robot = static_cast<int>(draw(robots));
      const Way way = draw(2) == 0 ? Way::kUp : Way::kDown;
      const std::int64_t burst = draw(3) == 0 ? 1 + draw(12) : 1;
      for (std::int64_t packet = 0; packet < burst; ++packet) {
        sent[2 * robot + static_cast<int>(way)] +=
            access.enqueue(robot, way, 40 + draw(1461), now_ns);
      }
    }
    run_until(std::numeric_limits<std::int64_t>::max());
    ASSERT_EQ(arrived, sent) << seed;
  }
}

// ---- Time

TEST(RadioAccess, NothingHappensWhereNothingIsToBeSent) {
  Team team(NrOptions{}, 64);
  EXPECT_FALSE(team.access.next_slot());
  round_s(team, 64, 1000);
  EXPECT_FALSE(team.access.next_slot());
  round_s(team, 64, 1000, 100000000000);
  EXPECT_FALSE(team.access.next_slot());
}

TEST(RadioAccess, EverySecondIsSpentInOnePlace) {
  for (const char* access : {"request", "configured"}) {
    for (const Way way : {Way::kUp, Way::kDown}) {
      NrOptions options;
      options.access = access;
      options.block_error_target = 0.4;
      Team team(options, 3, 100);
      std::int64_t at_ns = 12345678;
      for (int message = 0; message < 20; ++message) {
        const Usage before = team.access.usage(1, way, at_ns);
        for (int i = 0; i < 1 + 7 * message; ++i) {
          for (int robot = 0; robot < 3; ++robot) team.access.enqueue(robot, way, 1500, at_ns);
        }
        std::int64_t last_ns = 0;
        for (const Arrival& arrival : team.run()) {
          if (arrival.robot == 1) last_ns = arrival.at_ns;
        }
        const Usage after = team.access.usage(1, way, last_ns);
        const auto sum = [](const Usage& of) {
          return of.access_s + of.grant_s + of.air_s + of.blocks_s + of.power_s + of.harq_s +
                 of.handover_s;
        };
        const double spent_s = sum(after) - sum(before);
        EXPECT_NEAR(spent_s, 1e-9 * static_cast<double>(last_ns - at_ns), 1e-9) << message;
        EXPECT_EQ(after.access_s > 0, way == Way::kUp);
        at_ns = last_ns + 7654321;
      }
      EXPECT_GT(team.access.usage(1, way, at_ns).harq_s, 0);
    }
  }
}

TEST(RadioAccess, TheSameSeedGivesTheSameAndAnotherAnother) {
  NrOptions options;
  options.block_error_target = 0.3;
  const auto arrivals = [&](std::uint64_t seed) {
    Flat channel({{-100.0}, {-104.0}});
    RadioAccess access(options, 2, 1, seed, channel);
    std::vector<std::int64_t> times;
    for (int robot : {0, 1}) {
      for (int i = 0; i < 300; ++i) access.enqueue(robot, Way::kUp, 1500, 1000 * i);
    }
    while (access.next_slot()) {
      access.run();
      for (const Arrival& arrival : access.take_arrivals()) times.push_back(arrival.at_ns);
    }
    return times;
  };
  EXPECT_EQ(arrivals(1), arrivals(1));
  EXPECT_NE(arrivals(1), arrivals(2));
}

// ---- Narrow and wide grants, over flat and selective channels

// Echoes that change slowly, for each robot its own.
class Echoes final : public Channel {
 public:
  Echoes(int robots, double gain_db, bool selective) : gain_db_(gain_db) {
    for (int i = 0; i < robots; ++i) {
      const std::int64_t groups = selective ? 18 : 1;
      lines_.emplace_back("tdl-a", selective ? 30e-9 : 0, 3.5e9, 98.28e6, groups, 0.3, 900 + i);
    }
    gains_.resize(robots);
  }
  double gain_db(int, int) const override { return gain_db_; }
  const std::vector<double>& fading(int robot, int, std::int64_t at_ns) const override {
    return gains_[robot] = lines_[robot].gains({0, 0, 0}, 1e-9 * static_cast<double>(at_ns));
  }

 private:
  double gain_db_;
  std::vector<TappedDelayLine> lines_;
  mutable std::vector<std::vector<double>> gains_;
};

Usage many_messages(Way way, bool selective, std::int64_t bytes) {
  constexpr int kRobots = 8, kMessages = 150;
  NrOptions options;
  options.request_period_s = 0;
  const Echoes channel(kRobots, -95, selective);
  RadioAccess access(options, kRobots, 1, 1, channel);
  std::int64_t now_ns = 0;
  for (int message = 0; message < kMessages; ++message) {
    now_ns += 100000000;
    for (int robot = 0; robot < kRobots; ++robot) {
      for (std::int64_t left = bytes; left > 0; left -= 1500) {
        access.enqueue(robot, way, std::min<std::int64_t>(left, 1500), now_ns);
      }
    }
    while (access.next_slot()) access.run();
    access.take_arrivals();
  }
  Usage sum;
  for (int robot = 0; robot < kRobots; ++robot) {
    const Usage of = access.usage(robot, way, now_ns);
    sum.transmissions += of.transmissions;
    sum.retransmissions += of.retransmissions;
    sum.recoveries += of.recoveries;
  }
  return sum;
}

// A station that judged a narrow grant by the whole carrier, and put it where there is a fade,
// would lose a fifth of them.
TEST(RadioAccess, LosesAsFewNarrowGrantsAsWideOnesOverFlatAndSelectiveChannels) {
  for (const Way way : {Way::kUp, Way::kDown}) {
    for (const bool selective : {false, true}) {
      for (const std::int64_t bytes : {700, 100000}) {
        const Usage of = many_messages(way, selective, bytes);
        const double lost =
            static_cast<double>(of.retransmissions) / static_cast<double>(of.transmissions);
        const std::string which = std::string(way == Way::kUp ? "up, " : "down, ") +
                                  (selective ? "selective, " : "flat, ") + std::to_string(bytes);
        EXPECT_LT(lost, 0.15) << which;
        EXPECT_LT(static_cast<double>(of.recoveries), 0.003 * of.transmissions) << which;
      }
    }
  }
}

// ---- Several stations

TEST(RadioAccess, StationsThatAreBusyAtOnceDisturbEachOther) {
  NrOptions options = ceiling(20, "DDDSU", "256qam", 24);
  const auto first_robot = [&](double to_the_other_db, bool both, bool down) {
    Flat channel({{-80, -to_the_other_db}, {-to_the_other_db, -80}});
    RadioAccess access(options, 2, 2, 1, channel);
    EXPECT_EQ(access.station_of(0), 0);
    EXPECT_EQ(access.station_of(1), 1);
    const Way way = down ? Way::kDown : Way::kUp;
    for (int robot = 0; robot < (both ? 2 : 1); ++robot) {
      for (int i = 0; i < 1000; ++i) access.enqueue(robot, way, 1500, 0);
    }
    double last_s = 0;
    while (access.next_slot()) {
      access.run();
      for (const Arrival& arrival : access.take_arrivals()) {
        if (arrival.robot == 0) last_s = 1e-9 * arrival.at_ns;
      }
    }
    return last_s;
  };
  for (const bool down : {false, true}) {
    const double alone_s = first_robot(85, false, down);
    EXPECT_GT(first_robot(85, true, down), 1.5 * alone_s) << down;
    EXPECT_GT(first_robot(85, true, down), first_robot(95, true, down)) << down;
    EXPECT_NEAR(first_robot(200, true, down) / alone_s, 1, 0.02) << down;
  }
}

TEST(RadioAccess, ARobotChangesToTheStrongerStationAndMissesTheInterruption) {
  NrOptions options = ceiling(20, "DDDSU", "256qam", 24);
  options.handover_interruption_s = 0.25;
  Flat channel({{-80, -100}});
  RadioAccess access(options, 1, 2, 1, channel);
  for (int i = 0; i < 2000; ++i) access.enqueue(0, Way::kUp, 1500, 0);
  std::int64_t packets = 0, last_ns = 0, gap_ns = 0;
  while (access.next_slot()) {
    if (packets > 500) channel.gains_db_[0] = {-100, -80};
    access.run();
    for (const Arrival& arrival : access.take_arrivals()) {
      if (packets > 0) gap_ns = std::max(gap_ns, arrival.at_ns - last_ns);
      packets += arrival.packets;
      last_ns = arrival.at_ns;
    }
  }
  EXPECT_EQ(packets, 2000);
  EXPECT_EQ(access.station_of(0), 1);
  EXPECT_EQ(access.handovers(0), 1);
  EXPECT_GE(1e-9 * gap_ns, 0.25);
  EXPECT_LE(1e-9 * gap_ns, 0.35);
}

}  // namespace
}  // namespace gradwave::channel::nr
