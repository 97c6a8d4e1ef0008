// SPDX-License-Identifier: GPL-2.0-only
// A standard normal number for each pair of places that changes as either end moves: its
// correlation is exp(-D_a / correlation_m) exp(-D_b / correlation_m) where the ends are D_a and D_b
// apart from where they were (TR 38.901 7.4.4 and 7.6.3). What one place says does not depend on
// which others were asked, when, or how often: whoever returns finds what was there.
#pragma once

#include <ns3/vector.h>

#include <array>
#include <cstdint>

namespace gradwave::channel {

class RandomField {
 public:
  // Draws from ns-3's stream of that number. correlation_m > 0.
  RandomField(double correlation_m, std::int64_t stream);

  // Heights do not count.
  double at(const ns3::Vector& a, const ns3::Vector& b) const;

 private:
  // The field is a sum of waves over the plane of either end.
  struct Wave {
    double a_x, a_y, b_x, b_y;  // radians per metre
    double phase;
  };

  std::array<Wave, 128> waves_;
};

}  // namespace gradwave::channel
