// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> wifi_settings() {
  return {
      {"wifi.standard", FIELD(link.wifi.standard), "amendment of IEEE 802.11",
       words(channel::wifi_standards), kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.band", FIELD(link.wifi.band), "frequency band", words(channel::wifi_bands), kChannel,
       when("link.technology", {"wifi", "mesh"})},
      {"wifi.channel_width_mhz", FIELD(link.wifi.channel_width_mhz), "20, 40, 80 or 160",
       range(20, 160), kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.tx_power_dbm", FIELD(link.wifi.tx_power_dbm), "of robots and access point",
       range(-50, 50), kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.guard_interval_us", FIELD(link.wifi.guard_interval_us),
       "between two symbols, in us: 0.8, 1.6 or 3.2 of 802.11ax, 0.4 or 0.8 of 802.11n and ac; 0: "
       "the "
       "shortest",
       range(0, 3.2), kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.streams", FIELD(link.wifi.streams),
       "spatial streams and antennas of robots and access point; 0: 2. ns-3 has at most 4",
       range(0, 4), kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.robot_streams", FIELD(link.wifi.robot_streams),
       "spatial streams and antennas of each robot instead; empty: as many for all", range(1, 4),
       kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.block_ack_frames", FIELD(link.wifi.block_ack_frames),
       "most frames of an aggregate, which one block acknowledgment covers: 64 to 256 "
       "with 802.11ax, 64 with 802.11n and ac; 0: the most",
       range(0, 256), kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.rate_control", FIELD(link.wifi.rate_control), "how a sender picks its rate",
       words(channel::rate_controls), kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.constant_mode", FIELD(link.wifi.constant_mode), "an ns-3 WifiMode such as HeMcs5",
       any(), kChannel, when("wifi.rate_control", {"constant"})},
      {"wifi.server", FIELD(link.wifi.server), "where the server stands",
       words(channel::server_places), kChannel, when("link.technology", {"wifi"})},
      {"wifi.backhaul_rate_bps", FIELD(link.wifi.backhaul_rate_bps),
       "between access point and server", range(1e3, 1e13), kChannel,
       when("wifi.server", {"backhaul"})},
      {"wifi.backhaul_delay_s", FIELD(link.wifi.backhaul_delay_s),
       "between access point and server, one way", range(0, 100), kChannel,
       when("wifi.server", {"backhaul"})},
      {"wifi.backhaul_queue", FIELD(link.wifi.backhaul_queue.discipline),
       "queue at both ends of the backhaul", words(channel::queue_disciplines), kChannel,
       when("wifi.server", {"backhaul"})},
      {"wifi.backhaul_buffer_bytes", FIELD(link.wifi.backhaul_queue.buffer_bytes),
       "of the queue at each end of the backhaul", range(1502, 4e9), kChannel,
       when("wifi.backhaul_queue", {"fifo"})},
  };
}

}  // namespace gradwave
