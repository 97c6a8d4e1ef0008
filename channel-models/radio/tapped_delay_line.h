// SPDX-License-Identifier: GPL-2.0-only
// Fading of a path with echoes: the profiles TDL-A to E of TR 38.901 Table 7.7.2, A to C without a
// line of sight, D and E with one. Each tap is a sum of plane waves over the robot's surroundings,
// so that the channel changes as the robot moves through it, with Clarke's correlation J0(2 pi D /
// wavelength) over a distance D, and slowly with time, as things around it move. It is a function
// of place and time alone: what is asked, and when, changes nothing.
#pragma once

#include <ns3/vector.h>

#include <complex>
#include <cstdint>
#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

// "tdl-a" to "tdl-e", and "none".
Words delay_profiles();
// Throws OptionError for an unknown one; `key` is the scenario file's.
void check_delay_profile(const std::string& key, const std::string& profile);
bool has_echoes(const std::string& profile);  // of a known one

class TappedDelayLine {
 public:
  // Power gains are over `groups` equal parts of the bandwidth, at their middles. Draws from ns3's
  // stream of that number. The profile is not "none".
  TappedDelayLine(const std::string& profile, double delay_spread_s, double frequency_hz,
                  double bandwidth_hz, std::int64_t groups, double scatterer_speed_mps,
                  std::int64_t stream);

  // [groups], of mean 1.
  std::vector<double> gains(const ns3::Vector& place, double time_s) const;

 private:
  struct Wave {
    double x, y;   // radians a metre
    double turns;  // radians a second
    double phase;
    double amplitude;
  };
  struct Tap {
    std::vector<Wave> waves;
    std::vector<std::complex<double>> turned;  // by its delay, in each group
  };

  std::vector<Tap> taps_;
  std::int64_t groups_;
};

}  // namespace gradwave::channel
