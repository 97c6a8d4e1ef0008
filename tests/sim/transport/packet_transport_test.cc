// SPDX-License-Identifier: GPL-2.0-only
#include "sim/transport/packet_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "tests/channel-models/heights.h"
#include "tests/channel-models/walks.h"
#include "tests/sim/transport/network.h"

namespace gradwave {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Of a full segment: data, IPv4 20, TCP 20, timestamps 12, PPP 2.
constexpr double kSegment = 1448, kHeaders = 54;
constexpr double kTolerance_s = 3e-9;  // ns-3 counts whole nanoseconds

LinkOptions wire(double rate_bps, double delay_s, std::int64_t workers = 1) {
  LinkOptions options;
  options.technology = "wire";
  options.wire.rate_bps = rate_bps;
  options.wire.delay_s = delay_s;
  options.workers = workers;
  return options;
}

LinkOptions wifi_at(double distance_m) {
  LinkOptions options;
  options.workers = 1;
  options.placement.layout = "list";
  options.placement.positions_m = {{distance_m, 0}};
  options.placement.access_point_height_m = options.placement.height_m;
  return options;
}

double serialisation_s(double bytes, double rate_bps) {
  return 8 * (bytes + kHeaders * std::ceil(bytes / kSegment)) / rate_bps;
}

// ---- Wires, whose latency can be computed by hand.

TEST(Wire, CarriesOneSegmentInSerialisationPlusDelay) {
  const Delivery transfer = upload(wire(1e6, 0.02), 1000);
  EXPECT_NEAR(latency_s(transfer), 8 * (1000 + kHeaders) / 1e6 + 0.02, kTolerance_s);
}

TEST(Wire, CarriesAnInitialWindowWithoutWaiting) {
  const double bytes = 9 * kSegment + 700;  // ten segments
  const Delivery transfer = upload(wire(1e6, 0.02), static_cast<std::int64_t>(bytes));
  EXPECT_NEAR(latency_s(transfer), serialisation_s(bytes, 1e6) + 0.02, kTolerance_s);
}

TEST(Wire, CarriesAnUpdateDownAsAGradientUp) {
  Network network(wire(1e6, 0.02), {});
  network.connect();
  network.download(0, 1000);
  EXPECT_NEAR(latency_s(network.arrival()), 8 * (1000 + kHeaders) / 1e6 + 0.02, kTolerance_s);
}

// Where the delay is all, time is round trips, and CUBIC's slow start doubles the window in each:
// 10 segments, then 20. The first 16 segments are acknowledged one by one.
TEST(Wire, OpensTheWindowByRoundTrips) {
  const LinkOptions options = wire(1e11, 0.1);
  EXPECT_NEAR(latency_s(upload(options, 10 * 1448)), 0.1, 1e-5);
  EXPECT_NEAR(latency_s(upload(options, 10 * 1448 + 1)), 0.3, 1e-5);
  EXPECT_NEAR(latency_s(upload(options, 30 * 1448)), 0.3, 1e-5);
  EXPECT_NEAR(latency_s(upload(options, 30 * 1448 + 1)), 0.5, 1e-5);
}

// 25 segments open the window to 35; their RTO is 0.2 + 0.2 s.
double second_message_s(const std::string& after_idle, double pause_s) {
  LinkOptions options = wire(1e11, 0.1);
  options.tcp.after_idle = after_idle;
  Network network(options, {});
  network.connect();
  network.upload(0, 0, 25 * 1448);
  network.arrival();
  network.upload(0, pause_s, 25 * 1448);
  return latency_s(network.arrival());
}

TEST(Wire, ClosesTheWindowOverAPauseAsTheScenarioSays) {
  // 0.1 s are on the way before the pause begins.
  EXPECT_NEAR(second_message_s("linux", 0.29), 0.1, 1e-4);
  EXPECT_NEAR(second_message_s("linux", 0.31), 0.3, 1e-4) << "17 segments, then the rest";
  EXPECT_NEAR(second_message_s("linux", 5), 0.3, 1e-4) << "10 segments, then the rest";
  EXPECT_NEAR(second_message_s("rfc5681", 0.29), 0.1, 1e-4);
  EXPECT_NEAR(second_message_s("rfc5681", 0.31), 0.3, 1e-4);
  EXPECT_NEAR(second_message_s("keep", 5), 0.1, 1e-4);
}

// Each direction has a clock of its own: data that come do not keep the window of data that go.
TEST(Wire, ClosesTheWindowOfOneDirectionWhileTheOtherIsBusy) {
  Network network(wire(1e11, 0.1), {});
  network.connect();
  network.upload(0, 0, 25 * 1448);
  network.arrival();
  for (int i = 0; i < 20; ++i) {
    network.download(0, 1448);
    network.arrival();
  }
  network.upload(0, 0, 25 * 1448);
  EXPECT_NEAR(latency_s(network.arrival()), 0.3, 1e-4);
}

// 853 segments over 100 Mbit/s and 50 ms: as long in every round as in the first one, if the robot
// computes for 12 s in between.
TEST(Wire, TakesAsLongInEveryRoundAsInTheFirstWhereRobotsComputeLong) {
  Network network(wire(100e6, 0.05), {});
  network.connect();
  network.upload(0, 0, 1234567);
  const double first_s = latency_s(network.arrival());
  EXPECT_NEAR(first_s, 0.66, 0.03) << "10, 20, ... 320 segments, and the rest";
  for (int round = 0; round < 3; ++round) {
    network.upload(0, 12, 1234567);
    EXPECT_NEAR(latency_s(network.arrival()), first_s, 0.03);
  }
}

// Padhye et al. 1998 with and without its timeouts gives 4.0 and 7.1 Mbit/s at p = 0.01, a round
// trip of 20 ms, delayed acknowledgments and CUBIC's Reno-friendly region.
TEST(Wire, ReachesWhatTheFormulasGiveAtOnePercentLoss) {
  LinkOptions options = wire(200e6, 0.01);
  options.wire.loss = 0.01;
  Network network(options, {});
  network.connect();
  double seconds = 0;
  for (int message = 0; message < 40; ++message) {
    network.upload(0, 0, 1000000);
    const double taken_s = latency_s(network.arrival());
    if (message > 0) seconds += taken_s;  // the first begins in slow start
  }
  EXPECT_GT(39 * 8e6 / seconds, 4.0e6);
  EXPECT_LT(39 * 8e6 / seconds, 7.1e6);
}

TEST(Wire, FillsItsRateWithALongMessage) {
  const double bytes = 2e6;
  const double least_s = serialisation_s(bytes, 10e6) + 0.001;
  const double taken_s = latency_s(upload(wire(10e6, 0.001), static_cast<std::int64_t>(bytes)));
  EXPECT_GE(taken_s, least_s - kTolerance_s);
  EXPECT_LE(taken_s, 1.01 * least_s);
}

TEST(Wire, IsNotSharedBetweenRobots) {
  const double alone_s = latency_s(upload(wire(1e6, 0.02), 50000));
  Network network(wire(1e6, 0.02, 5), {});
  network.connect();
  for (int i = 0; i < 5; ++i) network.upload(i, 0, 50000);
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(latency_s(network.arrival()), alone_s, kTolerance_s);
}

TEST(Wire, CountsEveryByteOnIt) {
  Network network(wire(1e6, 0.001), {});
  network.connect();
  const std::int64_t start_bytes = network.wire_bytes();
  network.upload(0, 0, 1000);
  network.arrival();  // the first segment of a connection is acknowledged at once
  EXPECT_EQ(network.wire_bytes() - start_bytes, (1000 + kHeaders) + kHeaders);
  network.upload(0, 1, 1000);
  network.arrival();  // and so are the first ones after a pause of more than an RTO
  EXPECT_EQ(network.wire_bytes() - start_bytes, 2 * (1000 + kHeaders) + 2 * kHeaders);
  network.upload(0, 0, 20 * 1448);
  network.arrival();  // of 20 the first 15 again, then every other
  EXPECT_EQ(network.wire_bytes() - start_bytes,
            2 * (1000 + kHeaders) + 2 * kHeaders + 20 * (1448 + kHeaders) + 17 * kHeaders);
}

TEST(Wire, DeliversEverythingInSpiteOfLoss) {
  LinkOptions options = wire(10e6, 0.001, 2);
  options.wire.loss = 0.02;
  std::int64_t retransmissions = 0;
  for (const Delivery& transfer : exchange(options, 5, 100000, 200000)) {
    EXPECT_EQ(transfer.message.bytes,
              transfer.message.direction == Direction::kUplink ? 100000 : 200000);
    retransmissions += transfer.retransmissions;
  }
  // 2080 segments, of which 2 % are lost; some are sent again without need.
  EXPECT_GT(retransmissions, 20);
  EXPECT_LT(retransmissions, 150);
}

// A lost segment goes again, and after a timeout what is under way with it. Without SACK's rule 1.b
// (RFC 6675) each loss near a message's end would take all that follows it with it: five for one.
TEST(Wire, SendsLittleMoreAgainThanWhatWasLost) {
  LinkOptions options = wire(20e6, 0.02, 4);
  options.wire.loss = 0.01;
  double retransmissions = 0, lost = 0;
  for (const Delivery& transfer : exchange(options, 40, 100000, 1000)) {
    retransmissions += static_cast<double>(transfer.retransmissions);
    lost += counter(transfer, "lost_packets");
  }
  EXPECT_GT(lost, 100);
  EXPECT_LT(retransmissions, 1.2 * lost);
}

// What the heap held before must not matter: whoever copies an object may forget a member.
TEST(Wire, TakesAsLongWhateverTheMemoryHeldBefore) {
  const auto end_s = [](const std::string& congestion_control, int byte) {
    std::vector<std::unique_ptr<unsigned char[]>> blocks;
    for (std::size_t size = 16; size <= 4096; size += 16) {
      for (int i = 0; i < 64; ++i) {
        blocks.push_back(std::make_unique<unsigned char[]>(size));
        std::fill_n(blocks.back().get(), size, static_cast<unsigned char>(byte));
      }
    }
    blocks.clear();
    LinkOptions options = wire(1e7, 0.01, 2);
    options.wire.loss = 0.02;
    options.tcp.congestion_control = congestion_control;
    return exchange(options, 3, 200000, 200000).back().end_s;
  };
  for (const auto& [word, description] : channel::congestion_controls()) {
    EXPECT_EQ(end_s(word, 0x00), end_s(word, 0x3f)) << word;
  }
}

TEST(Wire, RetransmitsNothingWithoutLoss) {
  for (const Delivery& transfer : exchange(wire(10e6, 0.01, 2), 5, 100000, 200000)) {
    EXPECT_EQ(transfer.retransmissions, 0);
    EXPECT_EQ(counter(transfer, "phy_rate_bps"), 10e6);
  }
}

TEST(Wire, NeverSendsFasterThanTheCap) {
  LinkOptions options = wire(100e6, 0.001);
  options.tcp.sending_rate_bps = 1e6;
  const double taken_s = latency_s(upload(options, 100000));
  EXPECT_GE(taken_s, 8 * (100000 - kSegment) / 1e6);
  EXPECT_LE(taken_s, 8 * 100000 / 1e6 + 0.01);
}

TEST(Wire, HoldsTheCapAcrossMessages) {
  LinkOptions options = wire(100e6, 0.001);
  options.tcp.sending_rate_bps = 1e5;
  Network network(options, {});
  network.connect();
  const double start_s = network.now_s();
  for (int i = 0; i < 20; ++i) {
    network.upload(0, 0, 100);
    network.arrival();
  }
  EXPECT_GE(network.now_s() - start_s, 8 * 19 * 100 / 1e5);
}

// ---- TCP's clock. After any losses, on any path, a retransmission costs what the path says: the
// least timeout and a round trip, however long the robots compute in between.

struct Losses {
  // Latencies of messages that waited for one retransmission. One that costs nothing is of the
  // message before: it came late, as its acknowledgment was lost.
  std::vector<double> of_one_s;
  std::int64_t retransmissions = 0, messages = 0;
};

Losses lossy_rounds(LinkOptions options, double compute_s, int rounds) {
  Network network(options, {30, 1e6});
  network.connect();
  Losses losses;
  const auto count = [&](const Delivery& delivery) {
    ++losses.messages;
    losses.retransmissions += delivery.retransmissions;
    const bool waited = latency_s(delivery) > options.wire.delay_s + 0.05;
    if (delivery.retransmissions == 1 && waited) losses.of_one_s.push_back(latency_s(delivery));
  };
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < options.workers; ++i) network.upload(i, compute_s, 800);
    for (int i = 0; i < options.workers; ++i) count(network.arrival());
    for (int i = 0; i < options.workers; ++i) network.download(i, 1200);
    for (int i = 0; i < options.workers; ++i) count(network.arrival());
  }
  std::sort(losses.of_one_s.begin(), losses.of_one_s.end());
  return losses;
}

TEST(Tcp, ARetransmissionCostsTheLeastTimeoutHoweverLongRobotsCompute) {
  for (const double compute_s : {0.001, 1.0, 30.0, 3600.0}) {
    LinkOptions options = wire(10e6, 0.001, 4);
    options.wire.loss = 0.1;
    const Losses losses = lossy_rounds(options, compute_s, 150);
    ASSERT_GT(losses.of_one_s.size(), 50u);
    const auto quantile = [&](double share) {
      return losses.of_one_s[static_cast<std::size_t>(share * losses.of_one_s.size())];
    };
    EXPECT_GE(losses.of_one_s.front(), 0.2) << compute_s;
    EXPECT_LE(quantile(0.5), 0.25) << compute_s;  // 40 ms of it are a delayed acknowledgment
    EXPECT_LE(quantile(0.9), 0.5) << compute_s;   // a timeout that a loss before had doubled
    EXPECT_LE(losses.of_one_s.back(), 2) << compute_s;
  }
}

// Over Wi-Fi, where short queues drop packets.
TEST(Tcp, ARetransmissionOverWifiCostsNoMoreHoweverLongRobotsCompute) {
  for (const double compute_s : {0.01, 30.0}) {
    LinkOptions options;
    options.workers = 4;
    options.ns3_defaults = {{"ns3::FqCoDelQueueDisc::MaxSize", "4p"},
                            {"ns3::WifiMacQueue::MaxSize", "1p"}};
    Network network(options, {});
    network.connect();
    std::int64_t retransmissions = 0, drops = 0;
    for (int round = 0; round < 30; ++round) {
      for (int i = 0; i < 4; ++i) network.upload(i, compute_s, 6000);
      for (int i = 0; i < 4; ++i) network.arrival();
      for (int i = 0; i < 4; ++i) network.download(i, 9000);
      for (int i = 0; i < 4; ++i) {
        const Delivery delivery = network.arrival();
        retransmissions += delivery.retransmissions;
        drops += static_cast<std::int64_t>(counter(delivery, "queue_drops"));
        EXPECT_TRUE(delivery.retransmissions != 1 || latency_s(delivery) < 0.5) << compute_s;
      }
    }
    EXPECT_GT(drops, 50) << compute_s;
    EXPECT_LE(retransmissions, drops + 10) << compute_s;
  }
}

TEST(Tcp, ARetransmissionOnALongPathCostsItsRoundTripMore) {
  LinkOptions options = wire(10e6, 0.5, 2);
  options.wire.loss = 0.05;
  const Losses losses = lossy_rounds(options, 10, 100);
  ASSERT_GT(losses.of_one_s.size(), 10u);
  const double median_s = losses.of_one_s[losses.of_one_s.size() / 2];
  EXPECT_GT(median_s, 0.5 + 1 + 0.2);
  EXPECT_LT(median_s, 0.5 + 1 + 0.5);
}

TEST(Tcp, LearnsASlowPathInOneRound) {
  for (const double rate_bps : {1e3, 1e4}) {
    Network network(wire(rate_bps, 0.001, 2), {});
    network.connect();
    for (int round = 0; round < 8; ++round) {
      std::int64_t retransmissions = 0;
      double longest_s = 0;
      for (int i = 0; i < 2; ++i) network.upload(i, 1, 1000);
      for (int i = 0; i < 2; ++i) {
        const Delivery delivery = network.arrival();
        retransmissions += delivery.retransmissions;
        longest_s = std::max(longest_s, latency_s(delivery));
      }
      if (round < 5) continue;  // what was sent twice in the first may stand in the queue
      EXPECT_EQ(retransmissions, 0) << rate_bps << " round " << round;
      EXPECT_NEAR(longest_s, serialisation_s(1000, rate_bps) + 0.001, 1e-6);
    }
  }
}

TEST(Tcp, ConnectsOverAnyDelay) {
  for (const double delay_s : {0.3, 5.0, 14.0, 31.0, 100.0}) {
    Network network(wire(1e6, delay_s, 2), {1000, 1000});
    network.connect();
    network.upload(0, 0, 1000);
    const Delivery delivery = network.arrival();
    EXPECT_EQ(delivery.retransmissions, 0) << delay_s;
    EXPECT_NEAR(latency_s(delivery), delay_s + serialisation_s(1000, 1e6), 1e-6);
  }
}

// Sixteen robots that send megabytes at once wait for each other longer than TCP's least timeout.
TEST(Tcp, SendsLittleAgainWhereAQueueGrowsAndNothingIsLost) {
  LinkOptions options;
  options.workers = 16;
  std::int64_t uplink = 0, downlink = 0, drops = 0;
  for (const Delivery& delivery : exchange(options, 2, 400000, 200000)) {
    const bool up = delivery.message.direction == Direction::kUplink;
    (up ? uplink : downlink) += delivery.retransmissions;
    drops += static_cast<std::int64_t>(counter(delivery, "queue_drops"));
  }
  EXPECT_LE(uplink, 40);  // of 8,850 segments; ns-3 alone sends hundreds
  EXPECT_LE(downlink, drops + 40);
}

// ---- Any link.

TEST(Network, DeliversExactlyTheBytesSent) {
  LinkOptions options = wire(1e9, 0.0001);
  options.tcp.buffer_bytes = 1 << 16;
  Network network(options, {});
  network.connect();
  for (const std::int64_t bytes : {1, 2, 1447, 1448, 1449, 65536, 65537, 1000003}) {
    network.upload(0, 0, bytes);
    EXPECT_EQ(network.arrival().message.bytes, bytes);
    network.download(0, bytes);
    EXPECT_EQ(network.arrival().message.bytes, bytes);
  }
}

TEST(Network, SendsAfterTheComputeTime) {
  Network network(wire(1e6, 0.001), {});
  network.connect();
  const double now_s = network.now_s();
  network.upload(0, 2.5, 100);
  EXPECT_EQ(network.now_s(), now_s);
  EXPECT_NEAR(network.arrival().start_s, now_s + 2.5, kTolerance_s);
}

TEST(Network, KeepsTheOrderOfMessagesOfOneRobot) {
  Network network(wire(1e6, 0.001), {});
  network.connect();
  for (const std::int64_t bytes : {700, 9000, 1, 3000}) network.upload(0, 0.1, bytes);
  network.upload(0, 0.05, 20);
  std::vector<std::int64_t> ids, bytes;
  for (int i = 0; i < 5; ++i) {
    const Delivery delivery = network.arrival();
    ids.push_back(delivery.message.id);
    bytes.push_back(delivery.message.bytes);
  }
  EXPECT_EQ(ids, (std::vector<std::int64_t>{4, 0, 1, 2, 3}));
  EXPECT_EQ(bytes, (std::vector<std::int64_t>{20, 700, 9000, 1, 3000}));
}

TEST(Network, WaitsNoLongerThanAsked) {
  Network network(wire(1e6, 0.001), {});
  network.connect();
  const double start_s = network.now_s();
  network.upload(0, 2, 100);
  EXPECT_FALSE(network.next(start_s + 0.5));
  EXPECT_NEAR(network.now_s(), start_s + 0.5, kTolerance_s);
  EXPECT_FALSE(network.next(start_s));  // that is over
  EXPECT_NEAR(network.now_s(), start_s + 0.5, kTolerance_s);
  const std::optional<Delivery> delivery = network.next(start_s + 10);
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->message.bytes, 100);
  EXPECT_LT(network.now_s(), start_s + 2.1);
  EXPECT_FALSE(network.next(start_s + 20));  // with nothing under way
  EXPECT_NEAR(network.now_s(), start_s + 20, kTolerance_s);
}

TEST(Network, LetsTimePassOnlyToTheNextCompletion) {
  Network network(wire(1e6, 0.001, 3), {});
  network.connect();
  for (int i = 0; i < 3; ++i) network.upload(i, 1.0 - 0.3 * i, 100);
  for (const int worker : {2, 1, 0}) {
    const Delivery transfer = network.arrival();
    EXPECT_EQ(transfer.message.worker, worker);
    EXPECT_EQ(transfer.end_s, network.now_s());
  }
}

TEST(Network, CompletesBothDirectionsOfARobotAtOnce) {
  Network network(wire(1e6, 0.001), {});
  network.connect();
  network.upload(0, 0, 5000);
  network.download(0, 500);
  EXPECT_EQ(network.arrival().message.direction, Direction::kDownlink);
  EXPECT_EQ(network.arrival().message.direction, Direction::kUplink);
}

using Numbers = std::tuple<int, bool, std::int64_t, double, double, std::optional<double>,
                           std::int64_t, std::vector<std::pair<std::string, double>>>;

std::vector<Numbers> numbers(const std::vector<Delivery>& transfers) {
  std::vector<Numbers> all;
  for (const Delivery& t : transfers) {
    all.emplace_back(t.message.worker, t.message.direction == Direction::kUplink, t.message.bytes,
                     t.start_s, t.end_s, t.distance_m, t.retransmissions, t.counters);
  }
  return all;
}

TEST(Network, RepeatsItselfUnderTheSameSeedOnly) {
  for (const std::string control : {"ideal", "minstrel-ht"}) {
    LinkOptions options;
    options.workers = 4;
    options.wifi.rate_control = control;
    options.radio.fading = "nakagami";
    options.radio.nakagami_m = 2;
    options.mobility.model = "random-waypoint";
    const auto once = numbers(exchange(options, 3, 20000, 30000));
    const auto again = numbers(exchange(options, 3, 20000, 30000));
    EXPECT_EQ(once, again);
    options.seed = 2;
    EXPECT_NE(once, numbers(exchange(options, 3, 20000, 30000)));
  }
  LinkOptions lossy = wire(1e6, 0.01, 2);
  lossy.wire.loss = 0.05;
  const auto once = numbers(exchange(lossy, 3, 20000, 30000));
  EXPECT_EQ(once, numbers(exchange(lossy, 3, 20000, 30000)));
  lossy.seed = 2;
  EXPECT_NE(once, numbers(exchange(lossy, 3, 20000, 30000)));
}

TEST(Network, PutsTheRobotsOfTwoMethodsInTheSamePlaces) {
  LinkOptions options;
  options.workers = 4;
  std::vector<std::vector<double>> distances_m;
  for (const std::int64_t bytes : {500, 50000}) {
    std::vector<double> of(4);
    for (const Delivery& transfer : exchange(options, 1, bytes, bytes)) {
      of[transfer.message.worker] = *transfer.distance_m;
    }
    distances_m.push_back(of);
  }
  EXPECT_EQ(distances_m[0], distances_m[1]);
}

TEST(Network, SaysWhatIsPendingWhenNothingArrives) {
  LinkOptions options = wire(1e6, 0.001, 2);
  options.wire.loss = 1;
  Network network(options, {30, 5});
  network.connect();
  network.upload(0, 20, 80000);  // computes for longer than nothing may arrive
  network.upload(1, 1000, 10);
  EXPECT_EQ(failure<Stalled>([&] { network.arrival(); }),
            "no byte has arrived for 5 simulated seconds (limits.stall_s) after 25.2 s of "
            "simulated time: robot 0: "
            "0 of 80,000 bytes up");
}

TEST(Network, DoesNotTakeComputingForAStall) {
  Network network(wire(1e6, 0.001), {30, 5});
  network.connect();
  network.upload(0, 100, 80000);
  EXPECT_EQ(network.arrival().message.bytes, 80000);
}

TEST(Network, FailsWhenTcpGivesUp) {
  LinkOptions options = wire(1e6, 0.001);
  options.wire.loss = 1;
  options.ns3_defaults = {{"ns3::TcpSocket::DataRetries", "2"}};
  Network network(options, {});
  network.connect();
  network.upload(0, 0, 1000);
  EXPECT_THAT(
      failure<Stalled>([&] { network.arrival(); }),
      AllOf(HasSubstr("TCP gave up the connection of robot 0"), HasSubstr("0 of 1,000 bytes up")));
}

TEST(Network, StopsWhenAsked) {
  bool stop = false;
  Network network(wire(1e6, 0.001), {}, [&] { return stop; });
  network.connect();
  network.upload(0, 10, 1000);
  stop = true;
  EXPECT_THROW(network.arrival(), Interrupted);
  EXPECT_LT(network.now_s(), 1);
}

// The first timeout is shorter than a slow path's round trip: what is sent again once the message
// has arrived is told with the next.
TEST(Network, ARepeatThatComesLateIsCountedAsWell) {
  std::int64_t repeats = 0;
  for (const Delivery& transfer : exchange(wire(1e4, 0), 4, 300, 300)) {
    repeats += transfer.retransmissions;
  }
  EXPECT_GT(repeats, 0);
}

TEST(Network, RefusesWhatTheLinkRefuses) {
  LinkOptions options;
  options.technology = "carrier-pigeon";
  EXPECT_THAT(failure<std::invalid_argument>([&] { Network(options, {}); }),
              HasSubstr("carrier-pigeon"));
}

// What arrives is held against what the medium carries: as it is, not as the options have it.
TEST(Network, CarriesWhatNs3sDefaultsMakeOfIt) {
  LinkOptions options = wire(1e6, 0.02);
  options.ns3_defaults = {{"ns3::PointToPointNetDevice::DataRate", "100Mbps"},
                          {"ns3::PointToPointChannel::Delay", "1ms"}};
  for (const Delivery& transfer : exchange(options, 2, 200000, 200000)) {
    EXPECT_LT(latency_s(transfer), 0.1);
    EXPECT_NEAR(counter(transfer, "phy_rate_bps"), 100e6, 1);
  }
  LinkOptions radio = wifi_at(5);
  radio.ns3_defaults = {{"ns3::WifiPhy::ChannelSettings", "{0, 160, BAND_5GHZ, 0}"},
                        {"ns3::WifiPhy::Antennas", "2"},
                        {"ns3::WifiPhy::MaxSupportedTxSpatialStreams", "2"},
                        {"ns3::WifiPhy::MaxSupportedRxSpatialStreams", "2"}};
  for (const Delivery& transfer : exchange(radio, 2, 3000000, 3000000)) {
    EXPECT_LT(latency_s(transfer), 8 * 3e6 / 143.4e6);  // more than the options' channel carries
  }
}

// ---- Wi-Fi.

TEST(Wifi, MovesBytesWithEveryWordOfItsTables) {
  const std::vector<std::pair<channel::Words, std::function<void(LinkOptions&, std::string)>>>
      tables = {
          {channel::wifi_standards(), [](auto& o, auto word) { o.wifi.standard = word; }},
          {channel::wifi_bands(), [](auto& o, auto word) { o.wifi.band = word; }},
          {channel::rate_controls(), [](auto& o, auto word) { o.wifi.rate_control = word; }},
          {channel::path_losses(),
           [](auto& o, auto word) {
             o.radio.path_loss = word;
             channel::stand_where_it_holds(o.placement, word);
           }},
          {channel::fadings(), [](auto& o, auto word) { o.radio.fading = word; }},
          {channel::server_places(), [](auto& o, auto word) { o.wifi.server = word; }},
          {channel::congestion_controls(),
           [](auto& o, auto word) { o.tcp.congestion_control = word; }},
          {channel::mobilities(), [](auto& o, auto word) { channel::walk_by(o, word); }},
      };
  for (const auto& [words, choose] : tables) {
    for (const auto& word : words) {
      LinkOptions options;
      options.workers = 3;
      choose(options, word.first);
      for (const Delivery& transfer : exchange(options, 2, 5600, 20000)) {
        EXPECT_GT(transfer.message.bytes, 0) << word.first;
        EXPECT_GT(counter(transfer, "phy_rate_bps"), 1e6) << word.first;
      }
    }
  }
}

// Whose acknowledgments come several in one frame and some of whose packets are lost.
TEST(Wifi, EveryCongestionControlMovesMegabytes) {
  for (const auto& word : channel::congestion_controls()) {
    LinkOptions options;
    options.workers = 3;
    options.radio.fading = "nakagami";
    options.tcp.congestion_control = word.first;
    for (const Delivery& transfer : exchange(options, 1, 1000000, 1000000)) {
      EXPECT_LT(latency_s(transfer), 20) << word.first;
    }
  }
}

TEST(Wifi, MovesBytesAtEveryWidth) {
  double before_s = 1e9;
  for (const int width_mhz : {20, 40, 80, 160}) {
    LinkOptions options = wifi_at(5);
    options.wifi.channel_width_mhz = width_mhz;
    const double taken_s = latency_s(upload(options, 1000000));
    EXPECT_LT(taken_s, before_s) << width_mhz;
    before_s = taken_s;
  }
}

TEST(Wifi, SendsAtTheConstantMode) {
  LinkOptions options = wifi_at(5);
  options.wifi.rate_control = "constant";
  options.wifi.constant_mode = "HeMcs5";
  const Delivery transfer = upload(options, 100000);
  // 234 data subcarriers, 4 bits of 6 at 2/3, in 12.8 + 0.8 us, over two streams.
  EXPECT_NEAR(counter(transfer, "phy_rate_bps"), 2 * 234 * 6 * 2 / 3 / 13.6e-6, 2);
  EXPECT_GT(latency_s(transfer), 8 * 100000 / counter(transfer, "phy_rate_bps"));
}

TEST(Wifi, SendsOverTheStreamsAndWithTheGuardIntervalThatTheScenarioSays) {
  LinkOptions options = wifi_at(5);
  options.wifi.rate_control = "constant";
  options.wifi.constant_mode = "HeMcs5";
  const auto rate_bps = [&] { return counter(upload(options, 100000), "phy_rate_bps"); };
  options.wifi.streams = 1;
  options.wifi.guard_interval_us = 3.2;
  EXPECT_NEAR(rate_bps(), 234 * 6 * 2 / 3 / 16e-6, 1);
  options.wifi.streams = 4;
  EXPECT_NEAR(rate_bps(), 4 * 234 * 6 * 2 / 3 / 16e-6, 1);
  options.wifi.robot_streams = {1};
  EXPECT_NEAR(rate_bps(), 234 * 6 * 2 / 3 / 16e-6, 1) << "as many as both ends have";
}

TEST(Wifi, AcknowledgesAsManyFramesAtOnceAsTheScenarioSays) {
  LinkOptions options = wifi_at(2);
  options.wifi.channel_width_mhz = 80;
  double before_s = 0;
  for (const std::int64_t frames : {256, 64}) {
    options.wifi.block_ack_frames = frames;
    Network network(options, {});
    network.connect();
    network.upload(0, 0, 4000000);
    network.arrival();
    network.upload(0, 0, 4000000);
    const double taken_s = latency_s(network.arrival());
    EXPECT_GT(taken_s, before_s) << frames;
    before_s = taken_s;
  }
}

std::string longest_part(const Delivery& delivery) {
  std::pair<std::string, double> longest{"", 0};
  for (const auto& [name, value] : delivery.counters) {
    if (name.size() > 2 && name.substr(name.size() - 2) == "_s" && value > longest.second) {
      longest = {name, value};
    }
  }
  return longest.first;
}

TEST(Wifi, SplitsEachLatencyIntoPartsThatAddUp) {
  for (const char* fading : {"none", "rayleigh"}) {
    for (const char* server : {"access-point", "backhaul"}) {
      LinkOptions options;
      options.workers = 6;
      options.radio.fading = fading;
      options.wifi.server = server;
      options.wifi.backhaul_rate_bps = 20e6;
      double repeated_s = 0;
      for (const Delivery& delivery : exchange(options, 3, 30000, 120000)) {
        double parts_s = 0;
        for (const auto& [name, value] : delivery.counters) {
          if (name.size() > 2 && name.substr(name.size() - 2) == "_s") parts_s += value;
          EXPECT_GE(value, 0) << name;
        }
        EXPECT_NEAR(parts_s, latency_s(delivery), 1e-9) << fading << ' ' << server;
        repeated_s += counter(delivery, "retransmission_s");
      }
      EXPECT_GT(repeated_s, 0);
    }
  }
}

TEST(Wifi, SaysWhatTookLongest) {
  LinkOptions options = wifi_at(2);
  EXPECT_EQ(longest_part(upload(options, 2000000)), "air_s");
  options.wifi.server = "backhaul";
  options.wifi.backhaul_rate_bps = 1e6;
  EXPECT_EQ(longest_part(upload(options, 100000)), "backhaul_s");
  options.wifi.server = "access-point";
  options.tcp.sending_rate_bps = 1e5;
  EXPECT_EQ(longest_part(upload(options, 100000)), "window_s");
  LinkOptions many;
  many.workers = 12;
  std::map<std::string, int> down;
  for (const Delivery& delivery : exchange(many, 1, 1000, 100000)) {
    if (delivery.message.direction == Direction::kDownlink) ++down[longest_part(delivery)];
  }
  EXPECT_GT(down["queue_s"], 8) << "the access point sends to one robot after the other";
}

// 8 x 100 kB over 20 Mbit/s: bits / rate, and what is on the way first and last. FqCoDel drops.
TEST(Wifi, TheBackhaulsQueueHoldsARoundAndCountsWhatItDrops) {
  LinkOptions options;
  options.workers = 8;
  options.placement.layout = "circle";
  options.placement.radius_m = 2;
  options.wifi.channel_width_mhz = 80;
  options.wifi.server = "backhaul";
  options.wifi.backhaul_rate_bps = 20e6;
  struct Round {
    double seconds = 0, drops = 0, retransmissions = 0;
  };
  const auto round = [&] {
    Network network(options, {});
    network.connect();
    for (int i = 0; i < 8; ++i) network.upload(i, 0, 100000);
    Round of;
    for (int i = 0; i < 8; ++i) {
      const Delivery delivery = network.arrival();
      of.seconds = std::max(of.seconds, latency_s(delivery));
      of.drops += counter(delivery, "queue_drops");
      of.retransmissions += static_cast<double>(delivery.retransmissions);
    }
    return of;
  };
  const double least_s = 8 * 8 * 100000 / 20e6;
  const Round fifo = round();
  EXPECT_LT(fifo.seconds, 1.08 * least_s);
  EXPECT_EQ(fifo.drops, 0);
  EXPECT_EQ(fifo.retransmissions, 0);
  options.wifi.backhaul_queue.buffer_bytes = 50000;
  const Round small = round();
  EXPECT_GT(small.drops, 0);
  EXPECT_GT(small.retransmissions, 0);
  options.wifi.backhaul_queue.discipline = "fq-codel";
  EXPECT_GT(round().drops, 0);
}

TEST(Wifi, IsNoFasterFurtherAway) {
  double before_s = 0;
  for (const double distance_m : {5, 20, 40, 60}) {
    const Delivery transfer = upload(wifi_at(distance_m), 200000);
    EXPECT_DOUBLE_EQ(*transfer.distance_m, distance_m);
    EXPECT_GE(latency_s(transfer), before_s) << distance_m;
    before_s = latency_s(transfer);
  }
}

TEST(Wifi, NamesTheRobotThatIsOutOfRange) {
  LinkOptions options;
  options.workers = 3;
  options.placement.layout = "list";
  options.placement.positions_m = {{5, 0}, {0, 900}, {10, 0}};
  EXPECT_EQ(failure<Stalled>([&] {
              Network network(options, {10, 60});
              network.connect();
            }),
            "no association after 10.1 s of simulated time: robot 1 (900.0 m from the access "
            "point)");
}

TEST(Wifi, AddsTheBackhaulsDelay) {
  LinkOptions options = wifi_at(5);
  const double on_access_point_s = latency_s(upload(options, 1000));
  options.wifi.server = "backhaul";
  options.wifi.backhaul_delay_s = 0.03;
  options.wifi.backhaul_rate_bps = 1e6;
  EXPECT_NEAR(latency_s(upload(options, 1000)),
              on_access_point_s + 0.03 + 8 * (1000 + kHeaders) / 1e6, 1e-3);
}

TEST(Wifi, IsOnTheAirNoLongerThanTimePassesAndLongEnoughForTheBytes) {
  LinkOptions options;
  Network network(options, {});
  network.connect();
  const double start_s = network.now_s(), start_airtime_s = *network.airtime_s();
  const std::int64_t start_bytes = network.wire_bytes();
  double least_s = 0, payload_bytes = 0;
  for (const Delivery& transfer : exchange(network, options, 3, 20000, 20000)) {
    least_s += 8 * transfer.message.bytes / counter(transfer, "phy_rate_bps");
    payload_bytes += transfer.message.bytes;
  }
  const double airtime_s = *network.airtime_s() - start_airtime_s;
  EXPECT_GT(airtime_s, 0.9 * least_s);  // rates are means over bytes
  EXPECT_LT(airtime_s, network.now_s() - start_s);
  EXPECT_GT(network.wire_bytes() - start_bytes, payload_bytes);
}

TEST(Wifi, RepeatsFramesOnlyWhereSomethingDisturbsThem) {
  LinkOptions options = wifi_at(20);
  EXPECT_EQ(counter(upload(options, 200000), "mac_retries"), 0);
  options.radio.fading = "rayleigh";
  EXPECT_GT(counter(upload(options, 200000), "mac_retries"), 0);
}

// Robots that ns-3.37 lets disassociate stay silent for ever after.
TEST(Wifi, TakesUpARobotAgainThatWasOutOfRange) {
  LinkOptions options = wifi_at(60);
  options.radio.path_loss_exponent = 3.5;
  options.mobility.model = "random-waypoint";
  options.mobility.speed_min_mps = 15;
  options.mobility.speed_max_mps = 25;
  Network network(options, {});
  network.connect();
  double longest_s = 0;
  for (int round = 0; round < 60; ++round) {
    network.upload(0, 0.5, 5600);
    longest_s = std::max(longest_s, latency_s(network.arrival()));
  }
  EXPECT_GT(longest_s, 2);  // it did leave
}

// With ns-3.37's own defaults some robots stay silent for ever after such a start.
TEST(Wifi, ServesManyRobotsThatStartAtOnce) {
  LinkOptions options;
  options.workers = 30;
  options.wifi.standard = "802.11n";
  options.wifi.band = "2.4GHz";
  Network network(options, {});
  network.connect();
  for (int i = 0; i < options.workers; ++i) network.upload(i, 0, 5600);
  for (int i = 0; i < options.workers; ++i) EXPECT_EQ(network.arrival().message.bytes, 5600);
}

}  // namespace
}  // namespace gradwave
