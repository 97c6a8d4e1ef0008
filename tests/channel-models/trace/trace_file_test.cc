// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/trace/trace_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradwave::channel {
namespace {

using testing::HasSubstr;

std::unique_ptr<TraceLink> trace_of(const std::string& text, const std::string& ending = "loop",
                                    const std::string& between = "steps") {
  TraceOptions options;
  options.ending = ending;
  options.between = between;
  return read_trace("trace.uplink", {"t", text}, options);
}

std::string refusal(const std::string& text) {
  try {
    trace_of(text);
  } catch (const OptionError& error) {
    return error.what();
  }
  return "";
}

// 8 kbit/s for a second, nothing for one, 16 kbit/s for two.
constexpr const char* kSteps =
    "t_s,rate_kbps,loss,delay_ms\n0,8,0.1,5\n1,0,0,20\n2,16,0.2,5\n4,16,0,5\n";

TEST(TraceFile, StepsCarryTheirIntegral) {
  const auto trace = trace_of(kSteps);
  EXPECT_DOUBLE_EQ(trace->mean_rate_bps(), 40e3 / 4);
  EXPECT_DOUBLE_EQ(trace->length_s(), 4);
  EXPECT_DOUBLE_EQ(trace->outage(), 0.25);
  EXPECT_DOUBLE_EQ(trace->send(0, 500), 0.5);
  EXPECT_DOUBLE_EQ(trace->send(0.5, 500), 1);    // all of the first second
  EXPECT_DOUBLE_EQ(trace->send(1, 1000), 2.5);   // after the hole
  EXPECT_DOUBLE_EQ(trace->send(3, 2500), 4.5);   // 2000 here, 500 in the next round
  EXPECT_DOUBLE_EQ(trace->send(5.5, 2), 6.001);  // in the hole of the second round
  EXPECT_DOUBLE_EQ(trace->send(400, 5000 * 10), 440);
  EXPECT_DOUBLE_EQ(trace->loss(0.5), 0.1);
  EXPECT_DOUBLE_EQ(trace->loss(7), 0.2);
  EXPECT_DOUBLE_EQ(trace->delay_s(1.5), 0.02);
}

TEST(TraceFile, LinesCarryTheirIntegral) {
  const auto trace = trace_of("t_s,rate_bps,delay_s\n0,0,0\n2,8000,1\n4,0,1\n", "hold", "lines");
  EXPECT_DOUBLE_EQ(trace->mean_rate_bps(), 4000);
  EXPECT_DOUBLE_EQ(trace->outage(), 0);
  EXPECT_DOUBLE_EQ(trace->send(0, 1000), 2);  // 2000 t^2 bits
  EXPECT_DOUBLE_EQ(trace->send(0, 250), 1);
  EXPECT_DOUBLE_EQ(trace->send(2, 750), 3);  // 8000 t - 2000 t^2 bits
  EXPECT_DOUBLE_EQ(trace->send(2, 1000), 4);
  EXPECT_EQ(trace->send(3, 1000), INFINITY);  // its end is 0, and stays
  EXPECT_DOUBLE_EQ(trace->delay_s(1), 0.5);
  EXPECT_DOUBLE_EQ(trace->delay_s(100), 1);
}

TEST(TraceFile, HoldsWhatWasLast) {
  const auto trace = trace_of(kSteps, "hold");
  EXPECT_DOUBLE_EQ(trace->send(4, 2000), 5);
  EXPECT_DOUBLE_EQ(trace->send(100, 2000), 101);
  EXPECT_FALSE(trace->has_ended(100));
  const auto strict = trace_of(kSteps, "error");
  EXPECT_FALSE(strict->has_ended(4));
  EXPECT_TRUE(strict->has_ended(4.1));
}

TEST(TraceFile, BeginsWithItsFirstRowAndPassesOverOtherColumns) {
  const auto trace =
      trace_of("cell,t_ms,rate_mbps\n7,1700000000000,1\n7,1700000002000,3\n9,1700000003000,0\n");
  EXPECT_DOUBLE_EQ(trace->length_s(), 3);
  EXPECT_DOUBLE_EQ(trace->mean_rate_bps(), 5e6 / 3);
}

// Whoever always has something to send gets what the trace carries, from any moment on.
TEST(TraceFile, ASenderThatNeverRestsGetsTheIntegral) {
  for (const char* text : {kSteps, "0\n1\n1\n3\n7\n7\n7\n20\n"}) {
    const auto trace = trace_of(text);
    double at_s = 0, bytes = 0;
    const double until_s = 50 * trace->length_s();
    while (true) {
      const double size = 100 + std::fmod(bytes, 1400);
      at_s = trace->send(at_s, size);
      if (at_s > until_s) break;
      bytes += size;
    }
    EXPECT_NEAR(8 * bytes, trace->mean_rate_bps() * until_s, 8 * 3 * 1500) << text;
    EXPECT_LE(8 * bytes, trace->capacity_bits(until_s) + 8 * 1500);
  }
}

TEST(TraceFile, MahimahisOpportunitiesCarryAPacketEach) {
  const auto trace = trace_of("1\n1\n5\n\n9\n10\n");
  EXPECT_DOUBLE_EQ(trace->mean_rate_bps(), 5 * 12000 / 0.01);
  EXPECT_DOUBLE_EQ(trace->send(0, 1500), 0.001);
  EXPECT_DOUBLE_EQ(trace->send(0.001, 1500), 0.001);
  EXPECT_DOUBLE_EQ(trace->send(0.001, 700), 0.005);
  EXPECT_DOUBLE_EQ(trace->send(0.005, 800), 0.005);  // shares it
  EXPECT_DOUBLE_EQ(trace->send(0.005, 100), 0.009);
  EXPECT_DOUBLE_EQ(trace->send(0.0095, 100), 0.010);  // what was left at 9 ms is lost
  EXPECT_DOUBLE_EQ(trace->send(0.010, 3000), 0.011);  // 1400 of it, 1500 and 100 in the next round
  EXPECT_DOUBLE_EQ(trace->send(0.011, 2900), 0.015);
  EXPECT_DOUBLE_EQ(trace->send(1.0021, 1500), 1.005);
  EXPECT_DOUBLE_EQ(trace->send(1000.0021, 1500), 1000.005);
}

TEST(TraceFile, MahimahiHoldsItsMeanRate) {
  const auto trace = trace_of("1\n1\n5\n9\n10\n", "hold");
  EXPECT_DOUBLE_EQ(trace->send(0.0101, 1500), 0.012);
  EXPECT_DOUBLE_EQ(trace->send(0.5, 15000), 0.518);
}

TEST(TraceFile, AMahimahiTraceIsOutInItsLongGapsAlone) {
  EXPECT_EQ(trace_of("1\n")->outage(), 0) << "12 Mbit/s without a gap";
  EXPECT_DOUBLE_EQ(trace_of("1\n")->mean_rate_bps(), 12e6);
  EXPECT_EQ(trace_of("500\n")->outage(), 0);
  EXPECT_DOUBLE_EQ(trace_of("1000\n")->outage(), 0.999);
  EXPECT_DOUBLE_EQ(trace_of("0\n2000\n2500\n4000\n")->outage(), (1999 + 1499) / 4000.0);
}

TEST(TraceFile, NoWindowCarriesMoreThanItsCeiling) {
  const auto trace = trace_of("0\n0\n0\n0\n50\n100\n");
  EXPECT_GE(trace->capacity_bits(0.0005), 5 * 12000);  // the last of a round and the first of the next
  EXPECT_GE(trace->capacity_bits(0.1), 8 * 12000);
  EXPECT_LE(trace->capacity_bits(0.1), 2 * 11 * 12000);
}

TEST(TraceFile, ABrokenTraceIsRefusedWithItsLine) {
  EXPECT_THAT(refusal(""), HasSubstr("trace.uplink: t: has no rows"));
  EXPECT_THAT(refusal("hello\n1\n"), HasSubstr("expected whole numbers alone (Mahimahi)"));
  EXPECT_THAT(refusal("1\n2\nx\n"), HasSubstr("trace.uplink: t:3: \"x\": expected a whole number"));
  EXPECT_THAT(refusal("1\n2.5\n"), HasSubstr("t:2: \"2.5\""));
  EXPECT_THAT(refusal("5\n2\n"), HasSubstr("t:2: 2: time runs back"));
  EXPECT_THAT(refusal("0\n0\n"), HasSubstr("ends where it begins"));
  EXPECT_THAT(refusal("t_s,rate_bps\n0,1\n0,1\n"), HasSubstr("t:3: t_s = 0: time runs back"));
  EXPECT_THAT(refusal("t_s,rate_bps\n0,-1\n1,1\n"), HasSubstr("t:2: rate_bps = \"-1\""));
  EXPECT_THAT(refusal("t_s,rate_bps,loss\n0,1,2\n1,1,0\n"),
              HasSubstr("t:2: loss = \"2\": expected a "
                        "number from 0 to 1"));
  EXPECT_THAT(refusal("t_s,rate_bps\n0,0\n1,5\n"), HasSubstr("carries nothing"));
  EXPECT_THAT(refusal("t_s,rate_bps,loss\n0,5,1\n1,5,1\n"), HasSubstr("every packet is lost"));
  EXPECT_THAT(refusal("t_s,t_ms,rate_bps\n0,0,5\n1,1,5\n"),
              HasSubstr("columns t_s and t_ms say the same"));
  EXPECT_THAT(refusal("t_s,rate_bps\n0,5\n"), HasSubstr("has one row"));
  EXPECT_THAT(refusal("t_s,rate\n0,5\n1,5\n"), HasSubstr("rate_bps, rate_kbps or rate_mbps"));
}

}  // namespace
}  // namespace gradwave::channel
