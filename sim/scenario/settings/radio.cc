// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> radio_settings() {
  return {
      {"radio.path_loss", FIELD(link.radio.path_loss), "mean loss over distance",
       words(channel::path_losses), kChannel, unless("link.technology", {"wire"})},
      {"radio.path_loss_exponent", FIELD(link.radio.path_loss_exponent),
       "n of the loss 10 n log10(distance)", range(1, 8), kChannel,
       when("radio.path_loss", {"log-distance"})},
      {"radio.fading", FIELD(link.radio.fading), "what is added to it, anew for every frame",
       words(channel::fadings), kChannel, unless("link.technology", {"wire"})},
      {"radio.nakagami_m", FIELD(link.radio.nakagami_m), "1 is Rayleigh, large is none",
       range(0.5, 1e3), kChannel, when("radio.fading", {"nakagami"})},
  };
}

}  // namespace gradwave
