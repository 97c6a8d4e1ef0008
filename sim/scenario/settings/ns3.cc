// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> ns3_settings() {
  return {
      {"ns3.defaults", FIELD(link.ns3_defaults),
       "ns-3 attributes, such as \"ns3::TcpSocket::DelAckCount\" = 2; they override all other "
       "settings",
       any(), kChannel},
  };
}

}  // namespace gradwave
