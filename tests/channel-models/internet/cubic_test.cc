// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/internet/cubic.h"

#include <gtest/gtest.h>
#include <ns3/simulator.h>

#include <cmath>
#include <functional>

namespace gradwave::channel {
namespace {

constexpr std::uint32_t kSegment = 1448;

// A sender whose whole window is acknowledged once a round trip, in a clock that only it moves.
class Sender {
 public:
  explicit Sender(std::uint32_t window) {
    state_->m_segmentSize = kSegment;
    state_->m_cWnd = window * kSegment;
    state_->m_ssThresh = 0x7fffffff;
  }
  ~Sender() { ns3::Simulator::Destroy(); }

  // Fast recovery: what ns-3's socket does to the window.
  void lose() {
    state_->m_ssThresh = cubic_->GetSsThresh(state_, state_->m_cWnd);
    state_->m_cWnd = state_->m_ssThresh.Get();
  }
  void time_out() {
    lose();
    cubic_->CongestionStateSet(state_, ns3::TcpSocketState::CA_LOSS);
  }
  // For so many round trips of `round_trip_s`; `used` is the share of the window in flight.
  void go_on(int round_trips, double round_trip_s, double used = 1) {
    for (int i = 0; i < round_trips; ++i) {
      const std::uint32_t in_flight = static_cast<std::uint32_t>(used * window()) * kSegment;
      cubic_->sent(*state_, in_flight, acknowledged_);
      wait(round_trip_s);
      for (std::uint32_t segment = 0; segment < in_flight / kSegment; ++segment) {
        acknowledged_ += kSegment;
        state_->m_lastAckedSeq = acknowledged_;
        state_->m_highTxMark = acknowledged_ + in_flight;
        cubic_->PktsAcked(state_, 1, ns3::Seconds(round_trip_s));
        cubic_->IncreaseWindow(state_, 1);
      }
    }
  }
  void pause(double seconds) {
    wait(seconds);
    cubic_->CwndEvent(state_, ns3::TcpSocketState::CA_EVENT_TX_START);
  }
  std::uint32_t window() const { return state_->m_cWnd / kSegment; }

 private:
  void wait(double seconds) {
    ns3::Simulator::Stop(ns3::Seconds(seconds));
    ns3::Simulator::Run();
  }

  ns3::Ptr<ns3::TcpSocketState> state_ = ns3::CreateObject<ns3::TcpSocketState>();
  ns3::Ptr<Cubic> cubic_ = ns3::CreateObject<Cubic>();
  ns3::SequenceNumber32 acknowledged_{1};
};

TEST(Cubic, LeavesSevenTenthsAfterALossAndTwoSegmentsAtLeast) {
  Sender sender(100);
  sender.lose();
  EXPECT_EQ(sender.window(), 70u);
  Sender small(2);
  small.lose();
  EXPECT_EQ(small.window(), 2u);
}

// RFC 9438, eq. 1 and 2: from 700 to 1000 segments in K = cbrt(300 / 0.4) = 9.09 s, and beyond.
// Reno would have gained 16 segments by then.
TEST(Cubic, IsBackAtTheOldWindowAfterK) {
  Sender sender(1000);
  sender.lose();
  const double k_s = std::cbrt(300 / 0.4);
  double now_s = 0;
  for (const double fraction : {0.5, 1.0, 1.5}) {
    const int round_trips = static_cast<int>(std::lround((fraction * k_s - now_s) / 0.3));
    sender.go_on(round_trips, 0.3);
    now_s += 0.3 * round_trips;
    const double offset_s = now_s - k_s;
    EXPECT_NEAR(sender.window(), 1000 + 0.4 * std::pow(offset_s, 3), 12) << fraction;
  }
}

// RFC 9438, 4.3: where Reno is faster, 3 (1 - 0.7) / (1 + 0.7) segments a round trip.
TEST(Cubic, GainsHalfASegmentARoundTripWhereRenoIsFaster) {
  Sender sender(20);
  sender.lose();
  sender.go_on(100, 0.005);
  EXPECT_NEAR(sender.window(), 14 + 100 * 0.9 / 1.7, 2);
}

TEST(Cubic, LowersTheMaximumWhereOneLossFollowsAnotherBeforeIt) {
  Sender sender(100);
  sender.lose();  // to 70, W_max 100
  sender.lose();  // below the maximum: W_max = 70 (1 + 0.7) / 2 = 59.5, K = cbrt(10.5 / 0.4)
  EXPECT_EQ(sender.window(), 49u);
  sender.go_on(10, std::cbrt(10.5 / 0.4) / 10);
  EXPECT_NEAR(sender.window(), 59.5, 2);
}

TEST(Cubic, CountsNoPauseAsTimeOfItsCurve) {
  std::uint32_t windows[2];
  for (const bool pauses : {false, true}) {
    Sender sender(1000);
    sender.lose();
    sender.go_on(10, 0.3);
    if (pauses) sender.pause(60);
    sender.go_on(10, 0.3);
    windows[pauses] = sender.window();
  }
  EXPECT_NEAR(windows[0], windows[1], 5)
      << "the pause counts from the last data sent, a round trip";
  EXPECT_LT(windows[1], 1000u) << "60 s later the curve is at 60,000 segments";
}

TEST(Cubic, KeepsAWindowThatDoesNotLimitTheSender) {
  Sender sender(1000);
  sender.lose();
  sender.go_on(50, 0.3, 0.3);
  EXPECT_EQ(sender.window(), 700u);
  Sender starting(10);
  starting.go_on(50, 0.3, 0.3);
  EXPECT_EQ(starting.window(), 10u) << "in slow start as well";
}

// HyStart, so that a queue ends slow start instead of a loss: by half of a round trip of
// acknowledgments, or by a round trip that grows.
TEST(Cubic, DoublesUntilTheRoundTripsGrow) {
  Sender sender(10);
  sender.go_on(4, 0.1);
  EXPECT_EQ(sender.window(), 160u);
  sender.go_on(1, 0.14);
  const std::uint32_t left_at = sender.window();
  EXPECT_LT(left_at, 320u);
  sender.go_on(1, 0.14);
  EXPECT_LT(sender.window(), 1.1 * left_at) << "CUBIC's own 5 % without a maximum";
}

TEST(Cubic, ForgetsTheMaximumAfterATimeout) {
  Sender sender(1000);
  sender.time_out();
  EXPECT_EQ(sender.window(), 700u);
  sender.go_on(1, 0.1);
  EXPECT_NEAR(sender.window(), 735, 2) << "5 % a round trip, as where no loss tells of a maximum";
}

}  // namespace
}  // namespace gradwave::channel
