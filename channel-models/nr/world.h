// SPDX-License-Identifier: GPL-2.0-only
// What lies between robots and stations, from ns-3's places: the loss of their paths, and fading.
#pragma once

#include <ns3/mobility-model.h>
#include <ns3/node-container.h>
#include <ns3/propagation-loss-model.h>

#include <vector>

#include "channel-models/nr/radio_access.h"
#include "channel-models/radio/tapped_delay_line.h"

namespace gradwave::channel::nr {

double robot_gain_dbi(const LinkOptions& options, int robot);

class World final : public Channel {
 public:
  // Of nodes that have their mobility. After apply_defaults(options).
  World(const LinkOptions& options, const ns3::NodeContainer& robots,
        const ns3::NodeContainer& stations);

  // From here on there is fading.
  void begin() { fades_ = true; }

  double gain_db(int robot, int station) const override;
  const std::vector<double>& fading(int robot, int station, std::int64_t at_ns) const override;
  double distance_m(int robot, int station) const;

 private:
  // The channel hardly changes within a block of time; two of them are in use at once, the present
  // one and the one that was last reported.
  struct Known {
    std::int64_t block = -1;
    std::vector<double> gains;
  };
  struct Path {
    std::vector<TappedDelayLine> line;  // one, none without fading
    mutable Known known[2];
  };

  std::vector<ns3::Ptr<ns3::MobilityModel>> robots_, stations_;
  ns3::Ptr<ns3::PropagationLossModel> loss_;
  std::vector<double> antennas_db_;  // [robot], both ends
  bool fades_ = false;
  std::int64_t block_ns_ = 0;
  std::vector<std::vector<Path>> paths_;  // [robot][station]
  std::vector<double> flat_ = {1};
};

}  // namespace gradwave::channel::nr
