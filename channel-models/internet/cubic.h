// SPDX-License-Identifier: GPL-2.0-only
// clang-format off
// CUBIC congestion control (RFC 9438) as Linux computes it, one and the same over every ns-3: that of
// 3.37 has no Reno-friendly region, and neither one's epoch can be shifted over a pause.
//
//   cubic      W(t) = C (t - K)^3 + W_max segments, t seconds after the epoch began (plus a round trip),
//              C = 0.4, K = cbrt((W_max - W_epoch) / C)                                 (eq. 1 and 2)
//   decrease   ssthresh = 0.7 cwnd; W_max = cwnd, or 0.85 cwnd if it is below the last W_max
//              (4.6, 4.7)
//   friendly   never below the window that Reno would have, which gains 3 (1 - 0.7) / (1 + 0.7) = 0.53
//              segments a round trip (4.3)
//   time-out   forgets W_max (4.8)
//   start      HyStart: slow start ends as soon as the acknowledgments of one flight arrive over more
//              than half of the least round trip, or its round trips grow by 1/8, 4 ms at the least and
//              16 ms at the most (Ha and Rhee 2011)
//   idle       the epoch is shifted by the time in which nothing was in flight (5.8)
//   validated  the window grows only while it limits the sender (RFC 7661, as Linux's
//              tcp_is_cwnd_limited)
// clang-format on
#pragma once

#include <ns3/nstime.h>
#include <ns3/sequence-number.h>
#include <ns3/tcp-congestion-ops.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace gradwave::channel {

class Cubic final : public ns3::TcpCongestionOps {
 public:
  static ns3::TypeId GetTypeId();

  // A segment was sent, and so many bytes are in flight now. (ns-3 3.37 does not tell.)
  void sent(const ns3::TcpSocketState& state, std::uint32_t in_flight_bytes,
            ns3::SequenceNumber32 first_unacknowledged);

  std::string GetName() const override { return "Cubic"; }
  void IncreaseWindow(ns3::Ptr<ns3::TcpSocketState> state, std::uint32_t segments) override;
  void PktsAcked(ns3::Ptr<ns3::TcpSocketState> state, std::uint32_t segments,
                 const ns3::Time& round_trip) override;
  std::uint32_t GetSsThresh(ns3::Ptr<const ns3::TcpSocketState> state,
                            std::uint32_t in_flight_bytes) override;
  void CongestionStateSet(ns3::Ptr<ns3::TcpSocketState> state,
                          ns3::TcpSocketState::TcpCongState_t next) override;
  void CwndEvent(ns3::Ptr<ns3::TcpSocketState> state,
                 ns3::TcpSocketState::TcpCAEvent_t event) override;
  ns3::Ptr<ns3::TcpCongestionOps> Fork() override;

 private:
  // Round trips of one flight, to see whether its queue grows.
  struct Flight {
    ns3::SequenceNumber32 end;  // acknowledged beyond: the next flight's
    ns3::Time begin, last_ack;
    ns3::Time least_round_trip = ns3::Time::Max();
    int samples = 0;
  };
  // Since the window was last decreased; in segments.
  struct Epoch {
    ns3::Time begin;
    double k_s = 0;
    double origin = 0;
    double reno = 0;
  };

  bool limits_sender(const ns3::TcpSocketState& state) const;
  void watch_flight(ns3::TcpSocketState& state, ns3::Time round_trip);
  double acknowledged_per_segment(std::uint32_t window, std::uint32_t segments);

  ns3::Time least_round_trip_ = ns3::Time::Max();
  Flight flight_;
  bool leaves_slow_start_ = false;
  bool has_recovered_ = false;  // just now
  double last_most_ = 0;        // W_max, 0: none
  std::optional<Epoch> epoch_;
  double acknowledged_ = 0;  // towards the next segment of the window

  // The largest number in flight of a window, and whether the window was full.
  ns3::Time last_sent_;
  ns3::SequenceNumber32 usage_end_;
  std::uint32_t most_in_flight_bytes_ = 0;
  bool was_full_ = true;
};

}  // namespace gradwave::channel
