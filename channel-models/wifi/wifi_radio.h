// SPDX-License-Identifier: GPL-2.0-only
// Which 802.11 the radios speak, where in the spectrum, and how a sender picks its rate.
#pragma once

#include <ns3/wifi-helper.h>
#include <ns3/wifi-mode.h>
#include <ns3/wifi-phy-band.h>
#include <ns3/wifi-phy-common.h>

#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

// Throws OptionError for unknown words, a band, width, guard interval, number of streams or of
// frames that the standard does not have, or a constant mode that it cannot send.
void check_radio(const WifiOptions& options);
// Of the rate control: one mode for all, rates that it stays with for as long as a run.
bool is_constant(const WifiOptions& options);
bool settles(const WifiOptions& options);
// Sets the attribute defaults of the radio.
void apply_radio(const WifiOptions& options);

double centre_frequency_hz(const WifiOptions& options);  // of the band's first such channel

// With the shortest guard interval, over the width and the streams that `phy` really has:
// ns3.defaults may say others than the options.
double highest_rate_bps(const WifiOptions& options, const ns3::WifiPhy& phy);
// What a sender chooses from, the slowest first; one alone with rate control "constant".
struct Mode {
  ns3::WifiMode mode;
  int streams;
};
std::vector<Mode> modes_of(const WifiOptions& options, int streams);
// As ns-3's radios have them by default, after apply_radio() and ns3.defaults.
struct Antennas {
  int streams, antennas;  // ns-3's receiver adds up what antennas beyond the streams receive
};
Antennas default_antennas();
int guard_interval_ns(const WifiOptions& options);
ns3::WifiPreamble preamble_of(const WifiOptions& options);
ns3::WifiPhyBand wifi_band(const WifiOptions& options);

// The robot's own power, antenna gain and streams, where it has them.
void set_robots_radio(ns3::WifiPhy& phy, const LinkOptions& options, int robot);
// Of each robot [M].
std::vector<Antennas> antennas_of_robots(const LinkOptions& options);
void set_standard(ns3::WifiHelper& wifi, const WifiOptions& options);  // and the rate control

}  // namespace gradwave::channel
