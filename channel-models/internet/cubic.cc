// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/internet/cubic.h"

#include <ns3/simulator.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace gradwave::channel {
namespace {

constexpr double kC = 0.4;                                   // segments / s^3
constexpr double kBeta = 0.7;                                // what a loss leaves of the window
constexpr double kRenoGain = 3 * (1 - kBeta) / (1 + kBeta);  // segments a round trip
constexpr double kFewestPerSegment = 2;                      // 1.5 times a round trip at the most
constexpr double kFirstEpochPerSegment = 20;                 // where no loss tells of a maximum
constexpr std::uint32_t kLeastWatched = 16;                  // segments of a window
constexpr int kSamples = 8;
const ns3::Time kTrain = ns3::MilliSeconds(2);  // between two acknowledgments of one train

ns3::Time most_growth(ns3::Time round_trip) {
  return std::clamp(round_trip / 8, ns3::MilliSeconds(4), ns3::MilliSeconds(16));
}

bool in_slow_start(const ns3::TcpSocketState& state) { return state.m_cWnd < state.m_ssThresh; }

}  // namespace

ns3::TypeId Cubic::GetTypeId() {
  static const ns3::TypeId type =
      ns3::TypeId("gradwave::Cubic").SetParent<ns3::TcpCongestionOps>().AddConstructor<Cubic>();
  return type;
}

ns3::Ptr<ns3::TcpCongestionOps> Cubic::Fork() { return ns3::CopyObject<Cubic>(this); }

void Cubic::sent(const ns3::TcpSocketState& state, std::uint32_t in_flight_bytes,
                 ns3::SequenceNumber32 first_unacknowledged) {
  last_sent_ = ns3::Simulator::Now();
  const bool full = in_flight_bytes + state.m_segmentSize > state.m_cWnd;
  if (full || first_unacknowledged >= usage_end_ ||
      (!was_full_ && in_flight_bytes > most_in_flight_bytes_)) {
    was_full_ = full;
    most_in_flight_bytes_ = in_flight_bytes;
    usage_end_ = state.m_highTxMark;
  }
}

// In slow start the window may reach twice what was acknowledged.
bool Cubic::limits_sender(const ns3::TcpSocketState& state) const {
  return was_full_ || (in_slow_start(state) && state.m_cWnd < 2 * most_in_flight_bytes_);
}

void Cubic::CwndEvent(ns3::Ptr<ns3::TcpSocketState>, ns3::TcpSocketState::TcpCAEvent_t event) {
  has_recovered_ |= event == ns3::TcpSocketState::CA_EVENT_COMPLETE_CWR;
  if (event != ns3::TcpSocketState::CA_EVENT_TX_START || !epoch_) return;
  const ns3::Time now = ns3::Simulator::Now();
  epoch_->begin = std::min(epoch_->begin + (now - last_sent_), now);
}

void Cubic::IncreaseWindow(ns3::Ptr<ns3::TcpSocketState> state, std::uint32_t segments) {
  // The acknowledgment that ends fast recovery covers a whole window, most of which was known to
  // have arrived: Linux counts what this one adds.
  if (std::exchange(has_recovered_, false)) segments = std::min(segments, 1u);
  if (!limits_sender(*state)) return;
  const std::uint32_t segment = state->m_segmentSize;
  if (in_slow_start(*state)) {
    const std::uint32_t left = (state->m_ssThresh - state->m_cWnd + segment - 1) / segment;
    const std::uint32_t taken = std::min(segments, left);
    state->m_cWnd += taken * segment;
    segments -= taken;
  }
  if (segments == 0) return;
  const double per_segment = acknowledged_per_segment(state->m_cWnd / segment, segments);
  // What was acknowledged at another window counts as one segment at the most.
  if (acknowledged_ >= per_segment) {
    acknowledged_ = 0;
    state->m_cWnd += segment;
  }
  acknowledged_ += segments;
  const auto grown = static_cast<std::uint32_t>(acknowledged_ / per_segment);
  acknowledged_ -= grown * per_segment;
  state->m_cWnd += grown * segment;
}

// How many segments are to be acknowledged until the window of so many grows by one.
double Cubic::acknowledged_per_segment(std::uint32_t window, std::uint32_t segments) {
  const ns3::Time now = ns3::Simulator::Now();
  if (!epoch_) {
    const double below = std::max(0.0, last_most_ - window);
    epoch_ = Epoch{now, std::cbrt(below / kC), std::max<double>(last_most_, window),
                   static_cast<double>(window)};
  }
  const double least_s = least_round_trip_ == ns3::Time::Max() ? 0 : least_round_trip_.GetSeconds();
  const double offset_s = (now - epoch_->begin).GetSeconds() + least_s - epoch_->k_s;
  const double target = epoch_->origin + kC * offset_s * offset_s * offset_s;
  double per_segment = target > window ? window / (target - window) : 100.0 * window;
  if (last_most_ == 0) per_segment = std::min(per_segment, kFirstEpochPerSegment);
  epoch_->reno += kRenoGain * segments / window;
  if (epoch_->reno > window) {
    per_segment = std::min(per_segment, window / (epoch_->reno - window));
  }
  return std::max(per_segment, kFewestPerSegment);
}

void Cubic::PktsAcked(ns3::Ptr<ns3::TcpSocketState> state, std::uint32_t, const ns3::Time& rtt) {
  // Right after fast recovery samples say nothing about the path.
  if (epoch_ && ns3::Simulator::Now() - epoch_->begin < ns3::Seconds(1)) return;
  least_round_trip_ = std::min(least_round_trip_, std::max(rtt, ns3::MicroSeconds(1)));
  if (!leaves_slow_start_ && in_slow_start(*state) &&
      state->m_cWnd >= kLeastWatched * state->m_segmentSize) {
    watch_flight(*state, rtt);
  }
}

void Cubic::watch_flight(ns3::TcpSocketState& state, ns3::Time round_trip) {
  const ns3::Time now = ns3::Simulator::Now();
  if (state.m_lastAckedSeq > flight_.end) {
    flight_ = {};
    flight_.end = state.m_highTxMark;
    flight_.begin = flight_.last_ack = now;
  }
  if (now - flight_.last_ack <= kTrain) {
    flight_.last_ack = now;
    leaves_slow_start_ = now - flight_.begin > least_round_trip_ / 2;
  }
  flight_.least_round_trip = std::min(flight_.least_round_trip, round_trip);
  if (flight_.samples < kSamples) {
    ++flight_.samples;
  } else if (flight_.least_round_trip > least_round_trip_ + most_growth(least_round_trip_)) {
    leaves_slow_start_ = true;
  }
  if (leaves_slow_start_) state.m_ssThresh = state.m_cWnd;
}

std::uint32_t Cubic::GetSsThresh(ns3::Ptr<const ns3::TcpSocketState> state, std::uint32_t) {
  const std::uint32_t window = state->m_cWnd / state->m_segmentSize;
  last_most_ = window < last_most_ ? window * (1 + kBeta) / 2 : window;
  epoch_.reset();
  return std::max<std::uint32_t>(static_cast<std::uint32_t>(window * kBeta), 2) *
         state->m_segmentSize;
}

void Cubic::CongestionStateSet(ns3::Ptr<ns3::TcpSocketState>,
                               ns3::TcpSocketState::TcpCongState_t next) {
  if (next != ns3::TcpSocketState::CA_LOSS) return;
  last_most_ = 0;
  epoch_.reset();
  acknowledged_ = 0;
  least_round_trip_ = ns3::Time::Max();
  leaves_slow_start_ = false;
  flight_ = {};
}

}  // namespace gradwave::channel
