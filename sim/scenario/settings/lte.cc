// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {
namespace {

Condition on_lte() { return when("link.technology", {"lte"}); }

}  // namespace

std::vector<Setting> lte_settings() {
  return {
      {"lte.bandwidth_blocks", FIELD(link.lte.bandwidth_blocks),
       "resource blocks per direction: 6, 15, 25, 50, 75 or 100 (1.4 to 20 MHz)", range(6, 100),
       kChannel, on_lte()},
      {"lte.robot_power_dbm", FIELD(link.lte.robot_power_dbm), "maximum transmit power of a robot",
       range(-50, 50), kChannel, on_lte()},
      {"lte.station_power_dbm", FIELD(link.lte.station_power_dbm),
       "eNB transmit power over the whole carrier", range(-50, 80), kChannel, on_lte()},
      {"lte.rlc", FIELD(link.lte.rlc), "RLC mode", words(channel::lte_rlcs), kChannel, on_lte()},
      {"lte.scheduler", FIELD(link.lte.scheduler), "allocation of resource blocks to robots",
       words(channel::lte_schedulers), kChannel, on_lte()},
      {"lte.buffer_bytes", FIELD(link.lte.buffer_bytes), "buffer size per robot and direction",
       range(1510, 4e9), kChannel, on_lte()},
      {"lte.core_rate_bps", FIELD(link.lte.core_rate_bps), "rate between gateway and server",
       range(1e3, 1e13), kChannel, on_lte()},
      {"lte.core_delay_s", FIELD(link.lte.core_delay_s), "one-way delay between gateway and server",
       range(0, 100), kChannel, on_lte()},
      {"lte.core_queue", FIELD(link.lte.core_queue.discipline),
       "queue discipline at both ends of the wire between gateway and server",
       words(channel::queue_disciplines), kChannel, on_lte()},
      {"lte.core_buffer_bytes", FIELD(link.lte.core_queue.buffer_bytes),
       "queue size at each end of the wire between gateway and server", range(1502, 4e9), kChannel,
       when("lte.core_queue", {"fifo"})},
  };
}

}  // namespace gradwave
