// SPDX-License-Identifier: GPL-2.0-only
// Messages over links that carry what measured ones did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/transport/network.h"

namespace gradwave {
namespace {

using testing::HasSubstr;

LinkOptions traced(const std::string& up, const std::string& down = "t_s,rate_mbps\n0,100\n9,1\n") {
  LinkOptions options;
  options.technology = "trace";
  options.workers = 1;
  options.trace.uplink = {{"up", up}};
  options.trace.downlink = {{"down", down}};
  options.trace.delay_s = 0.001;
  return options;
}

double parts_s(const Delivery& transfer) {
  return counter(transfer, "sending_s") + counter(transfer, "delay_s") +
         counter(transfer, "window_s");
}

// A long message takes its bytes and headers, of 1,500 in 1,448, at the trace's rate.
TEST(Trace, CarriesItsRate) {
  const Delivery transfer = upload(traced("t_s,rate_mbps\n0,8\n9,8\n"), 1448000);
  EXPECT_NEAR(latency_s(transfer), 1.5 + 0.001, 0.02);
  EXPECT_NEAR(counter(transfer, "phy_rate_bps"), 8e6, 1);
  EXPECT_NEAR(parts_s(transfer), latency_s(transfer), 1e-9);
  EXPECT_NEAR(counter(transfer, "sending_s"), 1.5, 0.001);
}

TEST(Trace, AHoleIsWaitedFor) {
  const Delivery transfer = upload(traced("t_s,rate_mbps\n0,8\n0.5,0\n2.5,8\n9,8\n"), 1448000);
  EXPECT_NEAR(latency_s(transfer), 3.5 + 0.001, 0.25);  // and a probe or two of TCP's
}

TEST(Trace, BeginsWithTheFirstRoundWhateverConnectingTook) {
  // Nothing for five seconds, in which no connection would stand.
  Network network(traced("t_s,rate_mbps\n0,0\n5,8\n9,8\n"), {2, 150});
  network.connect();
  network.upload(0, 0, 1000);
  EXPECT_NEAR(latency_s(network.arrival()), 5, 0.1);
}

TEST(Trace, RobotsGetFilesInTurnAndWhoSharesOneIsAhead) {
  LinkOptions options = traced("t_s,rate_mbps\n0,0\n4,8\n9,8\n");
  options.trace.uplink.push_back({"fast", "t_s,rate_mbps\n0,8\n9,8\n"});
  options.trace.shift_s = 1.5;
  options.workers = 4;
  Network network(options, {});
  network.connect();
  for (int i = 0; i < 4; ++i) network.upload(i, 0, 1000);
  std::vector<double> all(4);
  for (int i = 0; i < 4; ++i) {
    const Delivery transfer = network.arrival();
    all[transfer.message.worker] = latency_s(transfer);
  }
  EXPECT_NEAR(all[0], 4, 0.01);
  EXPECT_NEAR(all[1], 0.002, 0.01);
  EXPECT_NEAR(all[2], 2.5, 0.01);
  EXPECT_NEAR(all[3], 0.002, 0.01);
}

TEST(Trace, PacketsAreLostAsOftenAsItSays) {
  const Delivery transfer = upload(traced("t_s,rate_mbps,loss\n0,8,0.02\n100,8,0.02\n"), 4344000);
  EXPECT_NEAR(counter(transfer, "lost_packets"), 60, 25);
  EXPECT_GT(transfer.retransmissions, 30);
}

TEST(Trace, ABufferThatIsFullDropsTheNewest) {
  LinkOptions options = traced("t_s,rate_mbps\n0,8\n100,8\n");
  options.trace.buffer_bytes = 15000;
  const Delivery transfer = upload(options, 1448000);
  EXPECT_GT(counter(transfer, "queue_drops"), 0);
  EXPECT_GT(transfer.retransmissions, 0);
}

TEST(Trace, WhoseEndIsAnErrorFailsTheRun) {
  LinkOptions options = traced("t_s,rate_mbps\n0,8\n1,8\n");
  options.trace.ending = "error";
  Network network(options, {});
  network.connect();
  network.upload(0, 0, 500000);
  network.arrival();
  network.upload(0, 2, 1000);
  EXPECT_THAT(failure<std::runtime_error>([&] {
                network.arrival();
                network.next(5);
              }),
              HasSubstr("trace.uplink: a trace is over after 1 s"));
}

TEST(Trace, MahimahiTracesCarryTheirPackets) {
  std::string up;
  for (int ms = 1; ms <= 1000; ++ms) up += std::to_string(ms) + "\n";  // 12 Mbit/s
  const Delivery transfer = upload(traced(up), 1448000);
  EXPECT_NEAR(latency_s(transfer), 1, 0.02);
}

TEST(Trace, TwoRunsAreTheSame) {
  const LinkOptions options = traced("t_s,rate_mbps,loss\n0,8,0.01\n3,1,0.1\n9,8,0\n");
  const auto one = exchange(options, 3, 200000, 100000),
             other = exchange(options, 3, 200000, 100000);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].end_s, other[i].end_s);
}

}  // namespace
}  // namespace gradwave
