// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/radio_access.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

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

// Of one packet into an idle network, over the phases of its arrival: every fifth of a slot of 80
// ms.
Latency latency(const NrOptions& options, Way way, std::int64_t bytes) {
  const std::int64_t slot_ns = 1000000 >> options.numerology;
  std::vector<double> all_ms;
  for (std::int64_t phase = 0; phase < 5 * 80000000 / slot_ns; ++phase) {
    Team team(options);
    const std::int64_t at_ns = 200000000 + phase * slot_ns / 5;
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
    bits += team.access.usage(robot, way, end_ns).sent_bits;
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

}  // namespace
}  // namespace gradwave::channel::nr
