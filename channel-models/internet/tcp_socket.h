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
// clang-format on
#pragma once

#include <ns3/node.h>
#include <ns3/tcp-socket-base.h>

#include <deque>

namespace gradwave::channel {

class TcpSocket final : public ns3::TcpSocketBase {
 public:
  static ns3::TypeId GetTypeId();
  ns3::TypeId GetInstanceTypeId() const override { return GetTypeId(); }

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
  void ReceivedData(ns3::Ptr<ns3::Packet> packet, const ns3::TcpHeader& header) override;
  void NewAck(const ns3::SequenceNumber32& ack, bool restart) override;
  void ReTxTimeout() override;

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
