// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/internet/tcp_socket.h"

#include <gtest/gtest.h>

namespace gradwave::channel {
namespace {

std::uint32_t after(double idle_s, AfterIdle after_idle, std::uint32_t window = 431,
                    std::uint32_t initial_window = 10) {
  return window_after(ns3::Seconds(idle_s), after_idle, ns3::Seconds(0.3), window, initial_window);
}

// What Linux' tcp_cwnd_restart() makes of a window of 431 segments and an RTO of 0.3 s.
TEST(WindowAfterIdle, IsHalvedForEveryTimeoutThatHasPassed) {
  EXPECT_EQ(after(0.29, AfterIdle::kLinux), 431u);
  EXPECT_EQ(after(0.3, AfterIdle::kLinux), 431u);
  EXPECT_EQ(after(0.31, AfterIdle::kLinux), 215u);
  EXPECT_EQ(after(0.6, AfterIdle::kLinux), 215u);
  EXPECT_EQ(after(0.61, AfterIdle::kLinux), 107u);
  EXPECT_EQ(after(1.51, AfterIdle::kLinux), 13u);
  EXPECT_EQ(after(1.81, AfterIdle::kLinux), 10u);
  EXPECT_EQ(after(1e6, AfterIdle::kLinux), 10u);
}

TEST(WindowAfterIdle, IsTheInitialOneAtOnceByRfc5681AndStaysIfItIsToBeKept) {
  EXPECT_EQ(after(0.3, AfterIdle::kRfc5681), 431u);
  EXPECT_EQ(after(0.31, AfterIdle::kRfc5681), 10u);
  EXPECT_EQ(after(1e6, AfterIdle::kKeep), 431u);
}

TEST(WindowAfterIdle, NeverGrows) {
  for (const AfterIdle each : {AfterIdle::kLinux, AfterIdle::kRfc5681}) {
    EXPECT_EQ(after(100, each, 3), 3u) << "below the initial window";
    EXPECT_EQ(after(100, each, 10), 10u);
  }
}

}  // namespace
}  // namespace gradwave::channel
