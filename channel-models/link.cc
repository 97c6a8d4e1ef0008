// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/link.h"

#include <ns3/config.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/version.h>

#include <map>
#include <stdexcept>

#include "channel-models/ns3/attributes.h"
#include "channel-models/table.h"
#include "channel-models/wifi/wifi.h"
#include "channel-models/wire/wire.h"

namespace gradwave::channel {
namespace {

struct Technology {
  void (*configure)(const LinkOptions& options);
  std::unique_ptr<Link> (*make)(const LinkOptions& options);
};

const Table<Technology>& table() {
  static const Table<Technology> technologies = {
      {"wifi",
       "one Wi-Fi cell: robots are stations, the server is on or behind the access point",
       {configure_wifi, make_wifi}},
      {"wire", "a point-to-point link from each robot to the server", {configure_wire, make_wire}},
  };
  return technologies;
}

// Attributes that no default reaches, because each object is told by a setting of ours.
void refuse_overruled(const std::string& name) {
  static const std::map<std::string, std::string> setting_of = {
      {"ns3::RandomWaypointMobilityModel::Speed", "mobility.speed_min_mps and speed_max_mps"},
      {"ns3::RandomWaypointMobilityModel::Pause", "mobility.pause_s"},
      {"ns3::RandomWaypointMobilityModel::PositionAllocator", "placement"},
      {"ns3::PointToPointNetDevice::ReceiveErrorModel", "wire.loss"},
  };
  const auto found = setting_of.find(name);
  if (found == setting_of.end()) return;
  throw std::invalid_argument("ns3.defaults: \"" + name + "\" is decided by " + found->second);
}

}  // namespace

Words links() { return words_of(table()); }

void configure(const LinkOptions& options) {
  ns3::Config::Reset();
  ns3::RngSeedManager::SetSeed(1);
  ns3::RngSeedManager::SetRun(options.seed);
  look_up(table(), "link", options.link).configure(options);
  for (const auto& [name, value] : options.ns3_defaults) {
    refuse_overruled(name);
    check_default(name, value);
    set_default(name, value);
  }
}

std::unique_ptr<Link> make_link(const LinkOptions& options) {
  return look_up(table(), "link", options.link).make(options);
}

std::string ns3_version() {
  return std::to_string(ns3::Version::Major()) + "." + std::to_string(ns3::Version::Minor());
}

}  // namespace gradwave::channel
