// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> tcp_settings() {
  return {
      {"tcp.segment_bytes", FIELD(link.tcp.segment_bytes),
       "maximum segment size (payload); 0: from the smallest MTU of the path, at most 1448",
       range(0, 65000), kChannel},
      {"tcp.buffer_bytes", FIELD(link.tcp.buffer_bytes),
       "size of the send buffer and of the receive buffer", range(4096, 1 << 30), kChannel},
      {"tcp.min_rto_s", FIELD(link.tcp.min_rto_s), "minimum retransmission timeout (RTO)",
       range(1e-3, 60), kChannel},
      {"tcp.congestion_control", FIELD(link.tcp.congestion_control),
       "congestion control algorithm of all senders", words(channel::congestion_controls),
       kChannel},
      {"tcp.after_idle", FIELD(link.tcp.after_idle),
       "congestion window of a sender after an idle period longer than its RTO",
       words(channel::after_idle_words), kChannel},
      {"tcp.sending_rate_bps", FIELD(link.tcp.sending_rate_bps),
       "rate limit of each sending application, at least 1000; 0: unlimited", range(0, 1e13),
       kChannel},
      {"tcp.sending_rates_bps", FIELD(link.tcp.sending_rates_bps),
       "rate limit of each robot's applications, both directions; []: tcp.sending_rate_bps for all",
       range(0, 1e13), kChannel},
  };
}

}  // namespace gradwave
