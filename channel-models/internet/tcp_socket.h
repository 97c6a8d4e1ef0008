// SPDX-License-Identifier: GPL-2.0-only
// clang-format off
// ns-3's TCP socket with the retransmission timer of a Linux robot. ns-3 takes a round-trip time from
// the echoed timestamp, which stands still while acknowledgments ride on data: after a round that
// computed for half a minute, half a minute counts as the path's. It also takes none from a segment
// that was sent twice, so that on a path slower than the first timeout every segment is. Here:
//
//   sample   of the oldest segment acknowledged, since it was sent (RFC 6298, section 3); if one of
//            those acknowledged was sent again, from the echoed timestamp (RFC 7323, section 4),
//            unless that is older than the segment, which a stale echo is
//   echo     of a segment that comes a second time as well (RFC 7323, section 4.3), so that its
//            acknowledgment tells how long the second took and not since when the first is gone;
//            data that acknowledge nothing anew echo nothing (0)
//   timeout  RTO = SRTT + max(MinRto, 4 RTTVAR), as in Linux, where RFC 6298 (2.3) has
//            max(MinRto, SRTT + 4 RTTVAR): a queue that grows is not taken for a loss
//   backoff  a timeout that was doubled stays so until there is a new sample (RFC 6298, section 5.7)
//   probe    a timeout first sends one segment again. If what its acknowledgment echoes is older, the
//            path was slow and nothing is known to be lost (Eifel, RFC 3522, as Linux undoes what
//            F-RTO finds); if it acknowledges all that was under way, that one alone was. ns-3 sends
//            all again at every timeout
//   sack     in fast recovery, what has been sent and lies above all that is selectively acknowledged is
//            not sent again: nothing tells that it is lost (RFC 6675, NextSeg, 1.b). ns-3 3.37 sends
//            the whole rest of a message twice; 3.43 does not
//   idle     where nothing is in flight and the last data left more than an RTO ago, the window is
//            validated before the next data leave (RFC 2861, Linux's tcp_cwnd_restart): for every RTO
//            that has passed it is halved, not below min(initial window, window), and ssthresh becomes
//            max(ssthresh, 3/4 window). RFC 5681 (4.1) has min(initial window, window) at once. Each
//            direction of a connection has its own clock. BBR, which paces, is exempt
//   quick    the first 16 segments of a connection are acknowledged one by one, and so are the first
//            16 after a gap of more than an RTO (Linux's quick acknowledgments; the echo that follows
//            within 40 ms does not end them here)
// clang-format on
#pragma once

#include <ns3/node.h>
#include <ns3/tcp-socket-base.h>

#include <deque>

#include "channel-models/internet/cubic.h"

namespace gradwave::channel {

enum class AfterIdle { kLinux, kRfc5681, kKeep };

// Segments of the congestion window with which a sender goes on that was idle for so long.
std::uint32_t window_after(ns3::Time idle, AfterIdle after_idle, ns3::Time timeout,
                           std::uint32_t window, std::uint32_t initial_window);

// Attribute AfterIdle: one of the above, as a number.
class TcpSocket final : public ns3::TcpSocketBase {
 public:
  static ns3::TypeId GetTypeId();
  ns3::TypeId GetInstanceTypeId() const override { return GetTypeId(); }

  int Send(ns3::Ptr<ns3::Packet> packet, std::uint32_t flags) override;
  using TcpSocketBase::Send;
  void abort();

 private:
  struct Sent {
    ns3::SequenceNumber32 begin, end;
    ns3::Time at;
    bool again;  // not the first time
  };

  ns3::Ptr<ns3::TcpSocketBase> Fork() override;
  std::uint32_t SendDataPacket(ns3::SequenceNumber32 begin, std::uint32_t size,
                               bool with_ack) override;
  std::uint32_t AvailableWindow() const override;
  void SendEmptyPacket(std::uint8_t flags) override;
  void UpdateRttHistory(const ns3::SequenceNumber32& begin, std::uint32_t size,
                        bool again) override;
  void EstimateRtt(const ns3::TcpHeader& header) override;
  void ReceivedAck(ns3::Ptr<ns3::Packet> packet, const ns3::TcpHeader& header) override;
  void ReceivedData(ns3::Ptr<ns3::Packet> packet, const ns3::TcpHeader& header) override;
  void NewAck(const ns3::SequenceNumber32& ack, bool restart) override;
  void ReTxTimeout() override;

  void validate_window();

  bool may_have_arrived(ns3::SequenceNumber32 begin) const;

  // Of the oldest and the newest segment acknowledged; zero for none.
  struct Samples {
    ns3::Time oldest, newest;
  };
  // What is acknowledged leaves sent_.
  Samples sample(const ns3::TcpHeader& header);
  ns3::Time timeout() const;
  void restart_timer(ns3::Time timeout);
  bool may_probe() const;
  void probe();
  void answer_probe(const ns3::TcpHeader& header);
  void take_for_lost();
  void shrink_window();

  std::deque<Sent> sent_;                // and not yet acknowledged, in the order of their numbers
  ns3::Time backed_off_;                 // zero, or the timeout since the last sample
  mutable bool window_is_full_ = false;  // as far as the next question goes
  std::uint32_t after_idle_ = 0;         // AfterIdle, an attribute
  ns3::Time last_sent_;                  // data
  bool has_received_ = false;            // data, at
  ns3::Time last_received_;
  int quick_ = 0;  // of the segments to come, so many are acknowledged at once
  ns3::SequenceNumber32 sacked_;  // end of the highest segment selectively acknowledged
  bool probing_ = false;
  std::uint32_t probe_stamp_ = 0;                                    // when it was sent first
  ns3::SequenceNumber32 probe_end_;                                  // of what was under way then
  std::uint32_t in_flight_at_probe_ = 0;                             // bytes
  enum class Lost { kNothing, kOne, kRest } lost_ = Lost::kNothing;  // as the last answer said
};

// A socket for `node` as TcpL4Protocol makes them (congestion control, recovery, estimator), but of
// the class above.
ns3::Ptr<ns3::Socket> make_tcp_socket(ns3::Ptr<ns3::Node> node);

// Ends the connection at this end, here and now: nothing is sent any more, and the other end is not
// told. Of a socket made above; not from one of its callbacks.
void abort(const ns3::Ptr<ns3::Socket>& socket);

}  // namespace gradwave::channel
