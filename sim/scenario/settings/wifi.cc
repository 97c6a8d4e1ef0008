// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> wifi_settings() {
  return {
      {"wifi.standard", FIELD(link.wifi.standard), "IEEE 802.11 amendment",
       words(channel::wifi_standards), kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.band", FIELD(link.wifi.band), "frequency band", words(channel::wifi_bands), kChannel,
       when("link.technology", {"wifi", "mesh"})},
      {"wifi.channel_width_mhz", FIELD(link.wifi.channel_width_mhz),
       "channel width: 20, 40, 80 or 160", range(20, 160), kChannel,
       when("link.technology", {"wifi", "mesh"})},
      {"wifi.tx_power_dbm", FIELD(link.wifi.tx_power_dbm),
       "transmit power of robots and access point", range(-50, 50), kChannel,
       when("link.technology", {"wifi", "mesh"})},
      {"wifi.guard_interval_us", FIELD(link.wifi.guard_interval_us),
       "guard interval: 0.8, 1.6 or 3.2 with 802.11ax, 0.4 or 0.8 with 802.11n and ac; 0: the "
       "shortest",
       range(0, 3.2), kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.streams", FIELD(link.wifi.streams),
       "spatial streams and antennas of robots and access point, up to 4; 0: 2", range(0, 4),
       kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.robot_streams", FIELD(link.wifi.robot_streams),
       "spatial streams and antennas of each robot; []: wifi.streams for all", range(1, 4),
       kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.block_ack_frames", FIELD(link.wifi.block_ack_frames),
       "maximum frames per aggregate: 64 to 256 with 802.11ax, 64 with 802.11n and ac; 0: the "
       "maximum",
       range(0, 256), kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.rate_control", FIELD(link.wifi.rate_control), "rate control algorithm",
       words(channel::rate_controls), kChannel, when("link.technology", {"wifi", "mesh"})},
      {"wifi.constant_mode", FIELD(link.wifi.constant_mode), "fixed ns-3 WifiMode, such as HeMcs5",
       any(), kChannel, when("wifi.rate_control", {"constant"})},
      {"wifi.server", FIELD(link.wifi.server), "location of the server",
       words(channel::server_places), kChannel, when("link.technology", {"wifi"})},
      {"wifi.backhaul_rate_bps", FIELD(link.wifi.backhaul_rate_bps),
       "rate between access point and server", range(1e3, 1e13), kChannel,
       when("wifi.server", {"backhaul"})},
      {"wifi.backhaul_delay_s", FIELD(link.wifi.backhaul_delay_s),
       "one-way delay between access point and server", range(0, 100), kChannel,
       when("wifi.server", {"backhaul"})},
      {"wifi.backhaul_queue", FIELD(link.wifi.backhaul_queue.discipline),
       "queue discipline at both ends of the backhaul", words(channel::queue_disciplines), kChannel,
       when("wifi.server", {"backhaul"})},
      {"wifi.backhaul_buffer_bytes", FIELD(link.wifi.backhaul_queue.buffer_bytes),
       "queue size at each end of the backhaul", range(1502, 4e9), kChannel,
       when("wifi.backhaul_queue", {"fifo"})},
  };
}

}  // namespace gradwave
