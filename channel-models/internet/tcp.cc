// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/internet/tcp.h"

#include <algorithm>

#include "channel-models/internet/tcp_socket.h"
#include "channel-models/ns3/attributes.h"
#include "channel-models/ns3/version.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

const Table<std::string>& table() {
  static const Table<std::string> congestion_controls = {
      {"cubic", "CUBIC (RFC 9438), what Linux does by default", "gradwave::Cubic"},
      {"newreno", "NewReno (RFC 6582)", "ns3::TcpNewReno"},
      {"vegas", "Vegas, backs off when delay grows", "ns3::TcpVegas"},
      {"westwood", "Westwood+, as in Linux, for losses that are no congestion", kWestwoodPlus},
  };
  return congestion_controls;
}

const Table<AfterIdle>& after_idle_table() {
  static const Table<AfterIdle> words = {
      {"linux",
       "the window is halved for every retransmission timeout that has passed, down to the initial "
       "window (Linux, RFC 2861)",
       AfterIdle::kLinux},
      {"rfc5681", "the window is the initial window after one retransmission timeout",
       AfterIdle::kRfc5681},
      {"keep", "the window stays, as with Linux's tcp_slow_start_after_idle = 0", AfterIdle::kKeep},
  };
  return words;
}

}  // namespace

Words congestion_controls() { return words_of(table()); }
Words after_idle_words() { return words_of(after_idle_table()); }

std::int64_t segment_bytes(const TcpOptions& options, std::int64_t mtu_bytes) {
  constexpr std::int64_t kUsual = 1448;  // of Ethernet's 1500
  if (options.segment_bytes > 0) return options.segment_bytes;
  return std::min(kUsual, mtu_bytes - kSegmentHeaderBytes);
}

void check_tcp(const TcpOptions& options, std::int64_t mtu_bytes) {
  constexpr double kSlowest_bps = 1000;
  look_up(table(), "tcp.congestion_control", options.congestion_control);
  look_up(after_idle_table(), "tcp.after_idle", options.after_idle);
  const std::int64_t bytes = segment_bytes(options, mtu_bytes);
  if (bytes + kSegmentHeaderBytes > mtu_bytes) {
    throw OptionError({"tcp.segment_bytes", "wire.mtu_bytes"},
                      "tcp.segment_bytes = " + std::to_string(bytes) +
                          " does not fit this link's packets of " + std::to_string(mtu_bytes) +
                          " bytes; expected at most " +
                          std::to_string(mtu_bytes - kSegmentHeaderBytes));
  }
  const auto check_cap = [&](const std::string& key, double cap_bps) {
    if (cap_bps <= 0 || cap_bps >= kSlowest_bps) return;
    throw OptionError({key}, key + ": a cap is at least 1000 bit/s; expected 0 for none");
  };
  check_cap("tcp.sending_rate_bps", options.sending_rate_bps);
  for (const double cap_bps : options.sending_rates_bps) {
    check_cap("tcp.sending_rates_bps", cap_bps);
  }
  if (options.buffer_bytes < bytes) {
    throw OptionError({"tcp.buffer_bytes", "tcp.segment_bytes"},
                      "tcp.buffer_bytes = " + std::to_string(options.buffer_bytes) +
                          " does not hold one segment of " + std::to_string(bytes));
  }
}

void apply_tcp(const TcpOptions& options, std::int64_t mtu_bytes, double round_trip_s) {
  set_default("ns3::TcpSocket::SegmentSize", segment_bytes(options, mtu_bytes));
  set_default("ns3::TcpSocket::SndBufSize", options.buffer_bytes);
  set_default("ns3::TcpSocket::RcvBufSize", options.buffer_bytes);
  set_default_time("ns3::TcpSocket::DelAckTimeout", std::min(0.040, options.min_rto_s / 2));
  set_default_time("ns3::TcpSocket::ConnTimeout", std::max(1.0, 2 * round_trip_s));
  set_default("ns3::TcpSocket::DataRetries", std::int64_t{15});
  set_default_time("ns3::TcpSocketBase::MinRto", options.min_rto_s);
  choose_westwood_plus();
  // Registers the types before they are named.
  Cubic::GetTypeId();
  TcpSocket::GetTypeId();
  set_default(
      "gradwave::TcpSocket::AfterIdle",
      static_cast<std::int64_t>(look_up(after_idle_table(), "tcp.after_idle", options.after_idle)));
  set_default("ns3::TcpL4Protocol::SocketType",
              look_up(table(), "tcp.congestion_control", options.congestion_control));
  set_default_time("ns3::ArpCache::AliveTimeout", 1e9);
  set_default_time("ns3::ArpCache::DeadTimeout", 1);
}

}  // namespace gradwave::channel
