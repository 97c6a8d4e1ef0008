// SPDX-License-Identifier: GPL-2.0-only
#include "sim/transport/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

namespace gradwave {
namespace {

using channel::LinkOptions;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Of a full segment: data, IPv4 20, TCP 20, timestamps 12, PPP 2.
constexpr double kSegment = 1448, kHeaders = 54;
constexpr double kTolerance_s = 3e-9;  // ns-3 counts whole nanoseconds

LinkOptions wire(double rate_bps, double delay_s, std::int64_t workers = 1) {
  LinkOptions options;
  options.link = "wire";
  options.wire.rate_bps = rate_bps;
  options.wire.delay_s = delay_s;
  options.workers = workers;
  return options;
}

LinkOptions wifi_at(double distance_m) {
  LinkOptions options;
  options.workers = 1;
  options.placement.placement = "list";
  options.placement.positions_m = {{distance_m, 0}};
  options.placement.access_point_height_m = options.placement.height_m;
  return options;
}

double latency_s(const Transfer& transfer) { return transfer.end_s - transfer.start_s; }

double serialisation_s(double bytes, double rate_bps) {
  return 8 * (bytes + kHeaders * std::ceil(bytes / kSegment)) / rate_bps;
}

// `rounds` of everybody up, then everybody down, in the order of arrival.
std::vector<Transfer> exchange(Network& network, const LinkOptions& options, int rounds,
                               std::int64_t up_bytes, std::int64_t down_bytes) {
  std::vector<Transfer> transfers;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < options.workers; ++i) network.upload(i, 0.01 * (i + 1), up_bytes);
    for (int i = 0; i < options.workers; ++i) transfers.push_back(network.next());
    for (int i = 0; i < options.workers; ++i) network.download(i, down_bytes);
    for (int i = 0; i < options.workers; ++i) transfers.push_back(network.next());
  }
  return transfers;
}

std::vector<Transfer> exchange(const LinkOptions& options, int rounds, std::int64_t up_bytes,
                               std::int64_t down_bytes) {
  Network network(options, {});
  network.connect();
  return exchange(network, options, rounds, up_bytes, down_bytes);
}

Transfer upload(const LinkOptions& options, std::int64_t bytes) {
  Network network(options, {});
  network.connect();
  network.upload(0, 0, bytes);
  return network.next();
}

template <typename Error>
std::string failure(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing thrown";
}

// ---- Wires, whose latency can be computed by hand.

TEST(Wire, CarriesOneSegmentInSerialisationPlusDelay) {
  const Transfer transfer = upload(wire(1e6, 0.02), 1000);
  EXPECT_NEAR(latency_s(transfer), 8 * (1000 + kHeaders) / 1e6 + 0.02, kTolerance_s);
}

TEST(Wire, CarriesAnInitialWindowWithoutWaiting) {
  const double bytes = 9 * kSegment + 700;  // ten segments
  const Transfer transfer = upload(wire(1e6, 0.02), static_cast<std::int64_t>(bytes));
  EXPECT_NEAR(latency_s(transfer), serialisation_s(bytes, 1e6) + 0.02, kTolerance_s);
}

TEST(Wire, CarriesAnUpdateDownAsAGradientUp) {
  Network network(wire(1e6, 0.02), {});
  network.connect();
  network.download(0, 1000);
  EXPECT_NEAR(latency_s(network.next()), 8 * (1000 + kHeaders) / 1e6 + 0.02, kTolerance_s);
}

// Where the delay is all, time is round trips, and CUBIC's slow start doubles the window in each:
// 10 segments, then 20, less two for the tenth, whose acknowledgment waits 40 ms for an eleventh.
TEST(Wire, OpensTheWindowByRoundTrips) {
  const LinkOptions options = wire(1e11, 0.1);
  EXPECT_NEAR(latency_s(upload(options, 10 * 1448)), 0.1, 1e-5);
  EXPECT_NEAR(latency_s(upload(options, 10 * 1448 + 1)), 0.3, 1e-5);
  EXPECT_NEAR(latency_s(upload(options, 28 * 1448)), 0.3, 1e-5);
  EXPECT_NEAR(latency_s(upload(options, 30 * 1448)), 0.34, 1e-5);
  EXPECT_NEAR(latency_s(upload(options, 30 * 1448 + 1)), 0.5, 1e-5);
}

TEST(Wire, KeepsTheWindowOpenBetweenRounds) {
  Network network(wire(1e11, 0.1), {});
  network.connect();
  network.upload(0, 0, 25 * 1448);
  network.next();
  network.upload(0, 5, 15 * 1448);
  EXPECT_NEAR(latency_s(network.next()), 0.1, 1e-4);
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
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(latency_s(network.next()), alone_s, kTolerance_s);
}

TEST(Wire, CountsEveryByteOnIt) {
  Network network(wire(1e6, 0.001), {});
  network.connect();
  const std::int64_t start_bytes = network.wire_bytes();
  network.upload(0, 0, 1000);
  network.next();  // the first segment of a connection is acknowledged at once
  EXPECT_EQ(network.wire_bytes() - start_bytes, (1000 + kHeaders) + kHeaders);
  network.upload(0, 1, 1000);
  network.next();  // any other that comes alone, 40 ms later
  EXPECT_EQ(network.wire_bytes() - start_bytes, 2 * (1000 + kHeaders) + kHeaders);
}

TEST(Wire, DeliversEverythingInSpiteOfLoss) {
  LinkOptions options = wire(10e6, 0.001, 2);
  options.wire.loss = 0.02;
  std::int64_t retransmissions = 0;
  for (const Transfer& transfer : exchange(options, 5, 100000, 200000)) {
    EXPECT_EQ(transfer.bytes, transfer.direction == Direction::kUplink ? 100000 : 200000);
    retransmissions += transfer.retransmissions;
  }
  // 2080 segments, of which 2 % are lost; some are sent again without need.
  EXPECT_GT(retransmissions, 20);
  EXPECT_LT(retransmissions, 150);
}

TEST(Wire, RetransmitsNothingWithoutLoss) {
  for (const Transfer& transfer : exchange(wire(10e6, 0.01, 2), 5, 100000, 200000)) {
    EXPECT_EQ(transfer.retransmissions, 0);
    EXPECT_EQ(transfer.phy_rate_bps, 10e6);
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
    network.next();
  }
  EXPECT_GE(network.now_s() - start_s, 8 * 19 * 100 / 1e5);
}

// ---- Any link.

TEST(Network, DeliversExactlyTheBytesSent) {
  LinkOptions options = wire(1e9, 0.0001);
  options.tcp.buffer_bytes = 1 << 16;
  Network network(options, {});
  network.connect();
  for (const std::int64_t bytes : {1, 2, 1447, 1448, 1449, 65536, 65537, 1000003}) {
    network.upload(0, 0, bytes);
    EXPECT_EQ(network.next().bytes, bytes);
    network.download(0, bytes);
    EXPECT_EQ(network.next().bytes, bytes);
  }
}

TEST(Network, SendsAfterTheComputeTime) {
  Network network(wire(1e6, 0.001), {});
  network.connect();
  const double now_s = network.now_s();
  network.upload(0, 2.5, 100);
  EXPECT_EQ(network.now_s(), now_s);
  EXPECT_NEAR(network.next().start_s, now_s + 2.5, kTolerance_s);
}

TEST(Network, LetsTimePassOnlyToTheNextCompletion) {
  Network network(wire(1e6, 0.001, 3), {});
  network.connect();
  for (int i = 0; i < 3; ++i) network.upload(i, 1.0 - 0.3 * i, 100);
  for (const int worker : {2, 1, 0}) {
    const Transfer transfer = network.next();
    EXPECT_EQ(transfer.worker, worker);
    EXPECT_EQ(transfer.end_s, network.now_s());
  }
}

TEST(Network, CompletesBothDirectionsOfARobotAtOnce) {
  Network network(wire(1e6, 0.001), {});
  network.connect();
  network.upload(0, 0, 5000);
  network.download(0, 500);
  EXPECT_EQ(network.next().direction, Direction::kDownlink);
  EXPECT_EQ(network.next().direction, Direction::kUplink);
}

using Numbers =
    std::tuple<int, bool, std::int64_t, double, double, double, std::int64_t, std::int64_t, double>;

std::vector<Numbers> numbers(const std::vector<Transfer>& transfers) {
  std::vector<Numbers> all;
  for (const Transfer& t : transfers) {
    all.emplace_back(t.worker, t.direction == Direction::kUplink, t.bytes, t.start_s, t.end_s,
                     t.distance_m, t.retransmissions, t.mac_retries, t.phy_rate_bps);
  }
  return all;
}

TEST(Network, RepeatsItselfUnderTheSameSeedOnly) {
  for (const std::string control : {"ideal", "minstrel-ht"}) {
    LinkOptions options;
    options.workers = 4;
    options.wifi.rate_control = control;
    options.wifi.fading = "nakagami";
    options.wifi.nakagami_m = 2;
    options.mobility.mobility = "random-waypoint";
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
    for (const Transfer& transfer : exchange(options, 1, bytes, bytes)) {
      of[transfer.worker] = transfer.distance_m;
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
  EXPECT_EQ(failure<Stalled>([&] { network.next(); }),
            "no byte has arrived for 5 simulated seconds after 25.2 s of simulated time: robot 0: "
            "0 of 80,000 bytes up");
}

TEST(Network, DoesNotTakeComputingForAStall) {
  Network network(wire(1e6, 0.001), {30, 5});
  network.connect();
  network.upload(0, 100, 80000);
  EXPECT_EQ(network.next().bytes, 80000);
}

TEST(Network, FailsWhenTcpGivesUp) {
  LinkOptions options = wire(1e6, 0.001);
  options.wire.loss = 1;
  options.ns3_defaults = {{"ns3::TcpSocket::DataRetries", "2"}};
  Network network(options, {});
  network.connect();
  network.upload(0, 0, 1000);
  EXPECT_THAT(
      failure<Stalled>([&] { network.next(); }),
      AllOf(HasSubstr("TCP gave up the connection of robot 0"), HasSubstr("0 of 1,000 bytes up")));
}

TEST(Network, StopsWhenAsked) {
  bool stop = false;
  Network network(wire(1e6, 0.001), {}, [&] { return stop; });
  network.connect();
  network.upload(0, 10, 1000);
  stop = true;
  EXPECT_THROW(network.next(), Interrupted);
  EXPECT_LT(network.now_s(), 1);
}

TEST(Network, RefusesWhatTheLinkRefuses) {
  LinkOptions options;
  options.link = "carrier-pigeon";
  EXPECT_THAT(failure<std::invalid_argument>([&] { Network(options, {}); }),
              HasSubstr("carrier-pigeon"));
}

// ---- Wi-Fi.

TEST(Wifi, MovesBytesWithEveryWordOfItsTables) {
  const std::vector<std::pair<channel::Words, std::function<void(LinkOptions&, std::string)>>>
      tables = {
          {channel::wifi_standards(), [](auto& o, auto word) { o.wifi.standard = word; }},
          {channel::wifi_bands(), [](auto& o, auto word) { o.wifi.band = word; }},
          {channel::rate_controls(), [](auto& o, auto word) { o.wifi.rate_control = word; }},
          {channel::path_losses(), [](auto& o, auto word) { o.wifi.loss = word; }},
          {channel::fadings(), [](auto& o, auto word) { o.wifi.fading = word; }},
          {channel::server_places(), [](auto& o, auto word) { o.wifi.server = word; }},
          {channel::congestion_controls(),
           [](auto& o, auto word) { o.tcp.congestion_control = word; }},
          {channel::mobilities(), [](auto& o, auto word) { o.mobility.mobility = word; }},
      };
  for (const auto& [words, choose] : tables) {
    for (const auto& word : words) {
      LinkOptions options;
      options.workers = 3;
      choose(options, word.first);
      for (const Transfer& transfer : exchange(options, 2, 5600, 20000)) {
        EXPECT_GT(transfer.bytes, 0) << word.first;
        EXPECT_GT(transfer.phy_rate_bps, 1e6) << word.first;
      }
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
  const Transfer transfer = upload(options, 100000);
  // 234 data subcarriers, 4 bits of 6 at 2/3, in 12.8 + 3.2 us.
  EXPECT_DOUBLE_EQ(transfer.phy_rate_bps, 234 * 6 * 2 / 3 / 16e-6);
  EXPECT_GT(latency_s(transfer), 8 * 100000 / transfer.phy_rate_bps);
}

TEST(Wifi, IsNoFasterFurtherAway) {
  double before_s = 0;
  for (const double distance_m : {5, 20, 40, 60}) {
    const Transfer transfer = upload(wifi_at(distance_m), 200000);
    EXPECT_DOUBLE_EQ(transfer.distance_m, distance_m);
    EXPECT_GE(latency_s(transfer), before_s) << distance_m;
    before_s = latency_s(transfer);
  }
}

TEST(Wifi, NamesTheRobotThatIsOutOfRange) {
  LinkOptions options;
  options.workers = 3;
  options.placement.placement = "list";
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
  const double start_s = network.now_s(), start_airtime_s = network.airtime_s();
  const std::int64_t start_bytes = network.wire_bytes();
  double least_s = 0, payload_bytes = 0;
  for (const Transfer& transfer : exchange(network, options, 3, 20000, 20000)) {
    least_s += 8 * transfer.bytes / transfer.phy_rate_bps;
    payload_bytes += transfer.bytes;
  }
  const double airtime_s = network.airtime_s() - start_airtime_s;
  EXPECT_GT(airtime_s, 0.9 * least_s);  // rates are means over bytes
  EXPECT_LT(airtime_s, network.now_s() - start_s);
  EXPECT_GT(network.wire_bytes() - start_bytes, payload_bytes);
}

TEST(Wifi, RepeatsFramesOnlyWhereSomethingDisturbsThem) {
  LinkOptions options = wifi_at(20);
  EXPECT_EQ(upload(options, 200000).mac_retries, 0);
  options.wifi.fading = "rayleigh";
  EXPECT_GT(upload(options, 200000).mac_retries, 0);
}

// Robots that ns-3.37 lets disassociate stay silent for ever after.
TEST(Wifi, TakesUpARobotAgainThatWasOutOfRange) {
  LinkOptions options = wifi_at(60);
  options.wifi.path_loss_exponent = 3.5;
  options.mobility.mobility = "random-waypoint";
  options.mobility.speed_min_mps = 15;
  options.mobility.speed_max_mps = 25;
  Network network(options, {});
  network.connect();
  double longest_s = 0;
  for (int round = 0; round < 60; ++round) {
    network.upload(0, 0.5, 5600);
    longest_s = std::max(longest_s, latency_s(network.next()));
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
  for (int i = 0; i < options.workers; ++i) EXPECT_EQ(network.next().bytes, 5600);
}

}  // namespace
}  // namespace gradwave
