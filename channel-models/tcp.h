// SPDX-License-Identifier: GPL-2.0-only
// TCP as today's Linux robots speak it, where ns-3's defaults are those of the 1990s:
//
//   attribute                       ns-3      here
//   TcpSocket::SegmentSize          536       tcp.segment_bytes, at most what the smallest MTU
//   holds TcpSocket::SndBufSize, Rcv-     128 KiB   tcp.buffer_bytes TcpSocketBase::MinRto 1 s
//   tcp.min_rto_s TcpSocket::DelAckTimeout        200 ms    40 ms, and never above half of
//   tcp.min_rto_s: an
//                                             acknowledgment held back as long as the sender waits
//                                             for it looks like a loss
//   TcpSocket::ConnTimeout          3 s       1 s
//   TcpSocket::DataRetries          6         15
//   TcpL4Protocol::SocketType       TcpCubic  tcp.congestion_control
//   ArpCache::AliveTimeout          120 s     forever: a robot's address never changes, and who
//   asks
//                                             for it anew in round 1000 would be counted there
//   ArpCache::DeadTimeout           100 s     1 s: an unanswered question is asked again
//
// Kept from ns-3: initial window of 10 segments, SACK, window scaling, timestamps (12 bytes of
// every segment), no Nagle, one acknowledgment for two segments, no restart of slow start after
// idleness.
#pragma once

#include "channel-models/options.h"

namespace gradwave::channel {

// Headers of a full segment: IPv4 20, TCP 20, timestamp option 12.
constexpr std::int64_t kSegmentHeaderBytes = 52;

// Sets the attribute defaults above; `mtu_bytes` is the smallest of the path. Throws
// std::invalid_argument for an unknown congestion control or a segment that cannot be sent.
void configure_tcp(const TcpOptions& options, std::int64_t mtu_bytes);

}  // namespace gradwave::channel
