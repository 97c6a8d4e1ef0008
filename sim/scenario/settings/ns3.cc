// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> ns3_settings() {
  return {
      {"ns3.defaults", FIELD(link.ns3_defaults),
       "any ns-3 attribute: \"ns3::TcpSocket::DelAckCount\" = 2; these win over all above", any(),
       kChannel},
  };
}

}  // namespace gradwave
