// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/internet/tcp.h"

#include <algorithm>
#include <stdexcept>

#include "channel-models/ns3/attributes.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

const Table<std::string>& table() {
  static const Table<std::string> congestion_controls = {
      {"cubic", "CUBIC, what Linux does by default", "ns3::TcpCubic"},
      {"newreno", "NewReno (RFC 6582)", "ns3::TcpNewReno"},
      {"bbr", "BBR version 1, paced by the measured bandwidth", "ns3::TcpBbr"},
      {"vegas", "Vegas, backs off when delay grows", "ns3::TcpVegas"},
      {"westwood", "Westwood, for losses that are no congestion", "ns3::TcpWestwood"},
  };
  return congestion_controls;
}

}  // namespace

Words congestion_controls() { return words_of(table()); }

void configure_tcp(const TcpOptions& options, std::int64_t mtu_bytes) {
  const std::string& algorithm = look_up(table(), "congestion control", options.congestion_control);
  const std::int64_t segment_bytes =
      std::min(options.segment_bytes, mtu_bytes - kSegmentHeaderBytes);
  if (segment_bytes <= 0) {
    throw std::invalid_argument("wire.mtu_bytes = " + std::to_string(mtu_bytes) +
                                " leaves no room for data beside headers of " +
                                std::to_string(kSegmentHeaderBytes));
  }
  if (options.buffer_bytes < segment_bytes) {
    throw std::invalid_argument("tcp.buffer_bytes = " + std::to_string(options.buffer_bytes) +
                                " does not hold one segment of " + std::to_string(segment_bytes));
  }

  set_default("ns3::TcpSocket::SegmentSize", segment_bytes);
  set_default("ns3::TcpSocket::SndBufSize", options.buffer_bytes);
  set_default("ns3::TcpSocket::RcvBufSize", options.buffer_bytes);
  set_default_time("ns3::TcpSocket::DelAckTimeout", std::min(0.040, options.min_rto_s / 2));
  set_default_time("ns3::TcpSocket::ConnTimeout", 1);
  set_default("ns3::TcpSocket::DataRetries", std::int64_t{15});
  set_default_time("ns3::TcpSocketBase::MinRto", options.min_rto_s);
  set_default("ns3::TcpL4Protocol::SocketType", algorithm);
  set_default_time("ns3::ArpCache::AliveTimeout", 1e9);
  set_default_time("ns3::ArpCache::DeadTimeout", 1);
}

}  // namespace gradwave::channel
