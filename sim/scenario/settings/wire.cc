// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> wire_settings() {
  return {
      {"wire.rate_bps", FIELD(link.wire.rate_bps), "rate of each robot's link, per direction",
       range(1e3, 1e13), kChannel, when("link.technology", {"wire"})},
      {"wire.delay_s", FIELD(link.wire.delay_s), "one-way delay of each robot's link",
       range(0, 100), kChannel, when("link.technology", {"wire"})},
      {"wire.loss", FIELD(link.wire.loss), "packet loss probability, per direction", range(0, 0.99),
       kChannel, when("link.technology", {"wire"})},
      {"wire.mtu_bytes", FIELD(link.wire.mtu_bytes), "maximum size of an IP packet (MTU)",
       range(256, 65535), kChannel, when("link.technology", {"wire"})},
  };
}

}  // namespace gradwave
