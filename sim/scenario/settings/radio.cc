// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

namespace {

Condition on_deployments() {
  return when("radio.path_loss", {"umi", "uma", "rma", "office", "open-office", "inf-sl", "inf-dl",
                                  "inf-sh", "inf-dh", "inf-hh"});
}

Condition in_halls(bool high_high) {
  std::vector<std::string> halls = {"inf-sl", "inf-dl", "inf-sh", "inf-dh"};
  if (high_high) halls.push_back("inf-hh");
  return when("radio.path_loss", halls);
}

}  // namespace

std::vector<Setting> radio_settings() {
  return {
      {"radio.path_loss", FIELD(link.radio.path_loss), "path loss model",
       words(channel::path_losses), kChannel, on_radio()},
      {"radio.path_loss_exponent", FIELD(link.radio.path_loss_exponent),
       "path loss exponent n: loss of 10 n log10(distance)", range(1, 8), kChannel,
       when("radio.path_loss", {"log-distance"})},
      {"radio.line_of_sight", FIELD(link.radio.line_of_sight), "line-of-sight state of the links",
       words(channel::lines_of_sight), kChannel, on_deployments()},
      {"radio.shadowing", FIELD(link.radio.shadowing),
       "shadowing, correlated over the distance moved", any(), kChannel, on_deployments()},
      {"radio.clutter_density", FIELD(link.radio.clutter_density),
       "clutter density r (TR 38.901); 0: 0.2 in a sparse hall, 0.6 in a dense one", range(0, 0.99),
       kChannel, in_halls(false)},
      {"radio.clutter_size_m", FIELD(link.radio.clutter_size_m),
       "clutter size d_clutter (TR 38.901); 0: 10 in a sparse hall, 2 in a dense one",
       range(0, 1000), kChannel, in_halls(false)},
      {"radio.clutter_height_m", FIELD(link.radio.clutter_height_m),
       "clutter height h_c (TR 38.901); 0: 2 in a sparse hall, 6 in a dense one", range(0, 1000),
       kChannel, in_halls(true)},
      {"radio.robot_powers_dbm", FIELD(link.radio.robot_powers_dbm),
       "maximum transmit power of each robot; []: the technology's setting for all", range(-50, 50),
       kChannel, on_radio()},
      {"radio.robot_gains_dbi", FIELD(link.radio.robot_gains_dbi),
       "antenna gain of each robot, less cable loss; []: nr.robot_gain_dbi, or 0 over Wi-Fi",
       range(-50, 50), kChannel, when("link.technology", {"wifi", "mesh", "nr"})},
      {"radio.fading", FIELD(link.radio.fading),
       "small-scale fading, drawn independently for each frame", words(channel::fadings), kChannel,
       when("link.technology", {"wifi", "mesh"})},
      {"radio.nakagami_m", FIELD(link.radio.nakagami_m),
       "Nakagami shape m; 1: Rayleigh, large: no fading", range(0.5, 1e3), kChannel,
       when("radio.fading", {"nakagami"})},
  };
}

}  // namespace gradwave
