// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> link_settings() {
  return {
      {"link.technology", FIELD(link.technology), "network technology between robots and server",
       words(channel::links), kChannel},
  };
}

}  // namespace gradwave
