// SPDX-License-Identifier: GPL-2.0-only
// TCP over ns-3's LTE.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/transport/network.h"

namespace gradwave {
namespace {

LinkOptions cell(int workers) {
  LinkOptions options;
  options.technology = "lte";
  options.workers = workers;
  options.placement.layout = "circle";
  options.placement.radius_m = 30;
  return options;
}

TEST(Lte, MovesBytesWithEveryWordOfItsTables) {
  const std::vector<std::pair<channel::Words, std::function<void(LinkOptions&, std::string)>>>
      tables = {{channel::lte_rlcs(), [](auto& o, auto word) { o.lte.rlc = word; }},
                {channel::lte_schedulers(), [](auto& o, auto word) { o.lte.scheduler = word; }}};
  for (const auto& [words, choose] : tables) {
    for (const auto& word : words) {
      LinkOptions options = cell(3);
      choose(options, word.first);
      for (const Delivery& transfer : exchange(options, 2, 5600, 20000)) {
        EXPECT_LT(latency_s(transfer), 0.3) << word.first;
        EXPECT_GE(counter(transfer, "air_bytes"), transfer.message.bytes) << word.first;
        EXPECT_EQ(transfer.retransmissions, 0) << word.first;
      }
    }
  }
}

// One of ns-3's traps: a period of soundings that is too short for so many ends the process.
TEST(Lte, TakesTeamsForWhichItsDefaultsAreTooSmall) {
  for (const int workers : {38, 41}) {
    LinkOptions options = cell(workers);
    options.lte.bandwidth_blocks = 25;
    for (const Delivery& transfer : exchange(options, 1, 500, 500)) {
      EXPECT_LT(latency_s(transfer), 1);
    }
  }
}

// Two models of cellular uplinks, of different generations and authors, at a cell of 20 MHz each
// way and 64QAM: what a full buffer gets is within a third, as long as TCP lets it.
TEST(Lte, AndNrOfTheSameBandwidthAreNearEachOther) {
  const auto seconds = [](LinkOptions options, int workers) {
    Network network(options, {});
    network.connect();
    for (int i = 0; i < workers; ++i) network.upload(i, 0.01, 2000000);
    double last_s = 0;
    const double start_s = network.now_s();
    for (int i = 0; i < workers; ++i) last_s = network.arrival().end_s - start_s;
    return last_s;
  };
  for (const int workers : {1, 4}) {
    LinkOptions lte = cell(workers), nr = cell(workers);
    nr.technology = "nr";
    nr.nr.bandwidth_mhz = 20;
    nr.nr.numerology = 0;
    nr.nr.pattern = "FDD";
    nr.nr.mcs_table = "64qam";
    nr.nr.fading = "none";
    nr.nr.server = "core";
    EXPECT_NEAR(seconds(nr, workers) / seconds(lte, workers), 1, 0.33) << workers;
  }
}

TEST(Lte, RefusesBandwidthsAndTeamsThatItDoesNotHave) {
  LinkOptions options = cell(2);
  options.lte.bandwidth_blocks = 30;
  EXPECT_THROW(channel::check_link(options), channel::OptionError);
  options = cell(301);
  EXPECT_THROW(channel::check_link(options), channel::OptionError);
}

}  // namespace
}  // namespace gradwave
