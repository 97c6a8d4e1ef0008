// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> wire_settings() {
  return {
      {"wire.rate_bps", FIELD(link.wire.rate_bps), "of each robot's own link, each way",
       range(1e3, 1e13), kChannel, when("link.technology", {"wire"})},
      {"wire.delay_s", FIELD(link.wire.delay_s), "one way", range(0, 100), kChannel,
       when("link.technology", {"wire"})},
      {"wire.loss", FIELD(link.wire.loss), "probability that a packet is lost", range(0, 0.99),
       kChannel, when("link.technology", {"wire"})},
      {"wire.mtu_bytes", FIELD(link.wire.mtu_bytes), "largest IP packet", range(256, 65535),
       kChannel, when("link.technology", {"wire"})},
  };
}

}  // namespace gradwave
