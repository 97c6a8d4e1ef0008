// SPDX-License-Identifier: GPL-2.0-only
// The network of a run: packet by packet, or as many rounds as it takes (network.fidelity).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "results/records.h"
#include "sim/sampling/sampled_transport.h"
#include "sim/scenario/settings/settings.h"
#include "sim/transport/packet_transport.h"

namespace gradwave {

class RunTransport {
 public:
  // `past`: the rounds from which a sampled run's may be drawn.
  RunTransport(const Settings& settings, const std::vector<results::Round>& past,
               std::function<bool()> stop);

  Transport& transport();
  const PacketTransport& packets() const { return packets_; }

 private:
  PacketTransport packets_;
  std::optional<SampledTransport> sampled_;
};

}  // namespace gradwave
