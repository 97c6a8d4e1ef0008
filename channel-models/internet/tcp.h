// SPDX-License-Identifier: GPL-2.0-only
// TCP as today's Linux robots speak it, where ns-3's defaults (in brackets) are older:
//
// clang-format off
//   TcpSocket::SegmentSize      tcp.segment_bytes (536)
//   TcpSocket::SndBufSize       tcp.buffer_bytes (128 KiB)
//   TcpSocket::RcvBufSize       tcp.buffer_bytes (128 KiB)
//   TcpSocket::DelAckTimeout    40 ms (200 ms), at most half of tcp.min_rto_s: an acknowledgment held
//                               back as long as the sender waits for it looks like a loss
//   TcpSocket::ConnTimeout      1 s (3 s), at least two round trips of the wires on the path: ns-3's
//                               sockets may never agree after a second SYN
//   TcpSocket::DataRetries      15 (6)
//   TcpSocketBase::MinRto       tcp.min_rto_s (1 s)
//   TcpL4Protocol::SocketType   tcp.congestion_control (TcpCubic); "cubic" is cubic.h's
//   TcpWestwood::ProtocolType   WestwoodPlus (Westwood), which Linux has: the other divides by the time
//                               between two acknowledgments, and ns-3 aborts where they come in one
//                               frame
//   ArpCache::AliveTimeout      for ever (120 s): addresses never change, and who asked for one anew
//                               in round 1000 would be timed there
//   ArpCache::DeadTimeout       1 s (100 s): an unanswered question is asked again
// clang-format on
//
// The retransmission timer, the window after a pause and the first acknowledgments are those of
// tcp_socket.h. Kept from ns-3: initial window of 10 segments, SACK, window scaling, timestamps (12
// bytes of every segment), no Nagle, one acknowledgment for two segments, no pacing.
#pragma once

#include "channel-models/options.h"

namespace gradwave::channel {

// Headers of a full segment: IPv4 20, TCP 20, timestamp option 12.
constexpr std::int64_t kSegmentHeaderBytes = 52;

// Payload of a full segment where the smallest MTU of the path is `mtu_bytes`.
std::int64_t segment_bytes(const TcpOptions& options, std::int64_t mtu_bytes);

// Throws OptionError for an unknown congestion control, a segment that the MTU does not hold, a
// buffer that does not hold a segment, and a cap of less than 1000 bit/s.
void check_tcp(const TcpOptions& options, std::int64_t mtu_bytes);

// Sets the attribute defaults above; `round_trip_s` is what the wires on the path take at least.
void apply_tcp(const TcpOptions& options, std::int64_t mtu_bytes, double round_trip_s);

}  // namespace gradwave::channel
