// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> tcp_settings() {
  return {
      {"tcp.segment_bytes", FIELD(link.tcp.segment_bytes),
       "payload of a full segment; 0: what the smallest MTU of the path holds, at most 1448",
       range(0, 65000), kChannel},
      {"tcp.buffer_bytes", FIELD(link.tcp.buffer_bytes), "send and receive buffer, each",
       range(4096, 1 << 30), kChannel},
      {"tcp.min_rto_s", FIELD(link.tcp.min_rto_s), "least retransmission timeout", range(1e-3, 60),
       kChannel},
      {"tcp.congestion_control", FIELD(link.tcp.congestion_control), "of every sender",
       words(channel::congestion_controls), kChannel},
      {"tcp.after_idle", FIELD(link.tcp.after_idle),
       "congestion window of a sender that was idle for more than its retransmission timeout",
       words(channel::after_idle_words), kChannel},
      {"tcp.sending_rate_bps", FIELD(link.tcp.sending_rate_bps),
       "cap on what each application hands to its socket, at least 1000; 0: none", range(0, 1e13),
       kChannel},
      {"tcp.sending_rates_bps", FIELD(link.tcp.sending_rates_bps),
       "of each robot's applications instead, both ways; empty: all alike", range(0, 1e13),
       kChannel},
  };
}

}  // namespace gradwave
