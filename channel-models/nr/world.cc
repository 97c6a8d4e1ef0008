// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/world.h"

#include <ns3/simulator.h>

#include <algorithm>

#include "channel-models/motion/mobility.h"
#include "channel-models/ns3/streams.h"
#include "channel-models/radio/propagation.h"

namespace gradwave::channel::nr {
namespace {

// In which nothing has moved by more than a twentieth of a wavelength.
std::int64_t block_ns(const LinkOptions& options) {
  constexpr double kSpeedOfLight = 299792458;
  const double speed_mps = std::max(1e-6, fastest_mps(options) + options.nr.scatterer_speed_mps);
  return static_cast<std::int64_t>(1e9 * kSpeedOfLight / (1e9 * options.nr.frequency_ghz) / 20 /
                                   speed_mps);
}

}  // namespace

double robot_gain_dbi(const LinkOptions& options, int robot) {
  const std::vector<double>& each = options.radio.robot_gains_dbi;
  return each.empty() ? options.nr.robot_gain_dbi : each[robot];
}

World::World(const LinkOptions& options, const ns3::NodeContainer& robots,
             const ns3::NodeContainer& stations)
    : loss_(make_path_loss(options, 1e9 * options.nr.frequency_ghz)),
      block_ns_(block_ns(options)),
      paths_(robots.GetN()) {
  const NrOptions& nr = options.nr;
  for (auto node = robots.Begin(); node != robots.End(); ++node) {
    antennas_db_.push_back(robot_gain_dbi(options, static_cast<int>(robots_.size())) +
                           nr.station_gain_dbi);
    robots_.push_back((*node)->GetObject<ns3::MobilityModel>());
  }
  for (auto node = stations.Begin(); node != stations.End(); ++node) {
    stations_.push_back((*node)->GetObject<ns3::MobilityModel>());
  }
  const std::int64_t blocks = resource_blocks(nr.frequency_ghz, nr.bandwidth_mhz, nr.numerology);
  const std::int64_t size = resource_block_group(blocks);
  for (std::size_t robot = 0; robot < robots_.size(); ++robot) {
    for (std::size_t station = 0; station < stations_.size(); ++station) {
      Path path;
      if (has_echoes(nr.fading)) {
        const auto stream =
            static_cast<std::int64_t>(kFadingStreams + robot * stations_.size() + station);
        path.line.emplace_back(nr.fading, nr.delay_spread_s, 1e9 * nr.frequency_ghz,
                               12 * 15e3 * (1 << nr.numerology) * static_cast<double>(blocks),
                               (blocks + size - 1) / size, nr.scatterer_speed_mps, stream);
      }
      paths_[robot].push_back(std::move(path));
    }
  }
}

double World::gain_db(int robot, int station) const {
  return loss_->CalcRxPower(0, robots_[robot], stations_[station]) + antennas_db_[robot];
}

const std::vector<double>& World::fading(int robot, int station, std::int64_t at_ns) const {
  const Path& path = paths_[robot][station];
  if (!fades_ || path.line.empty()) return flat_;
  const std::int64_t block = at_ns / block_ns_;
  for (const Known& known : path.known) {
    if (known.block == block) return known.gains;
  }
  Known& known = path.known[0].block < path.known[1].block ? path.known[0] : path.known[1];
  // Where it was at the block's beginning, so that it does not matter when within it one asks.
  const double begin_s = 1e-9 * static_cast<double>(block * block_ns_);
  const double since_s = ns3::Simulator::Now().GetSeconds() - begin_s;
  ns3::Vector place = robots_[robot]->GetPosition();
  const ns3::Vector velocity = robots_[robot]->GetVelocity();
  place.x -= velocity.x * since_s;
  place.y -= velocity.y * since_s;
  known = {block, path.line.front().gains(place, begin_s)};
  return known.gains;
}

double World::distance_m(int robot, int station) const {
  return robots_[robot]->GetDistanceFrom(stations_[station]);
}

}  // namespace gradwave::channel::nr
