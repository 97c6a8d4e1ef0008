// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/radio/random_field.h"

#include <ns3/random-variable-stream.h>

#include <algorithm>
#include <cmath>

namespace gradwave::channel {

RandomField::RandomField(double correlation_m, std::int64_t stream) {
  const auto uniform = ns3::CreateObject<ns3::UniformRandomVariable>();
  uniform->SetStream(stream);
  // A plane's exponential correlation has the spectrum (1 + (k correlation_m)^2)^(-3/2) over wave
  // vectors of length k in all directions; this is its distribution turned around.
  const auto draw = [&](double& x, double& y) {
    const double beyond =
        std::max(1e-3, 1 - uniform->GetValue());  // no wave is all but white noise
    const double length = std::sqrt(1 / (beyond * beyond) - 1) / correlation_m;
    const double angle = 2 * M_PI * uniform->GetValue();
    x = length * std::cos(angle);
    y = length * std::sin(angle);
  };
  for (Wave& wave : waves_) {
    draw(wave.a_x, wave.a_y);
    draw(wave.b_x, wave.b_y);
    wave.phase = 2 * M_PI * uniform->GetValue();
  }
}

double RandomField::at(const ns3::Vector& a, const ns3::Vector& b) const {
  double sum = 0;
  for (const Wave& wave : waves_) {
    sum += std::cos(wave.a_x * a.x + wave.a_y * a.y + wave.b_x * b.x + wave.b_y * b.y + wave.phase);
  }
  return std::sqrt(2.0 / waves_.size()) * sum;
}

}  // namespace gradwave::channel
