// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/link.h"

#include <ns3/config.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/version.h>

#include <map>
#include <sstream>

#include "channel-models/lte/lte.h"
#include "channel-models/mesh/graph.h"
#include "channel-models/mesh/mesh.h"
#include "channel-models/motion/distances.h"
#include "channel-models/motion/floor.h"
#include "channel-models/motion/mobility.h"
#include "channel-models/nr/nr.h"
#include "channel-models/ns3/attributes.h"
#include "channel-models/ns3/child.h"
#include "channel-models/table.h"
#include "channel-models/technology.h"
#include "channel-models/trace/trace.h"
#include "channel-models/wifi/wifi.h"
#include "channel-models/wire/wire.h"

namespace gradwave::channel {
namespace {

const Table<Technology>& table() {
  static const Table<Technology> technologies = {
      {"wifi", "one Wi-Fi cell: robots are stations, the server is on or behind the access point",
       wifi_technology()},
      {"nr",
       "5G: robots are terminals of one station or several, the server is on the first or behind "
       "it",
       nr_technology()},
      {"lte", "ns-3's LTE cell with its core, behind which the server is; slow: for small teams",
       lte_technology()},
      {"mesh",
       "robots relay for each other over ad hoc Wi-Fi, the server is one of them or there is none",
       mesh_technology()},
      {"trace", "a link from each robot to the server that carries what a measured one did",
       trace_technology()},
      {"wire", "a point-to-point link from each robot to the server", wire_technology()},
  };
  return technologies;
}

// Attributes that no default reaches, because each object is told by a setting of ours.
void refuse_overruled(const std::string& name) {
  static const std::map<std::string, std::string> setting_of = {
      {"ns3::RandomWaypointMobilityModel::Speed", "mobility.speed_min_mps and speed_max_mps"},
      {"ns3::RandomWaypointMobilityModel::Pause", "mobility.pause_s"},
      {"ns3::RandomWaypointMobilityModel::PositionAllocator", "placement"},
      {"ns3::GaussMarkovMobilityModel::Bounds", "placement"},
      {"ns3::GaussMarkovMobilityModel::TimeStep", "mobility.step_s"},
      {"ns3::GaussMarkovMobilityModel::Alpha", "mobility.memory"},
      {"ns3::GaussMarkovMobilityModel::MeanVelocity", "mobility.speed_min_mps and speed_max_mps"},
      {"ns3::GaussMarkovMobilityModel::NormalVelocity", "mobility.speed_min_mps and speed_max_mps"},
      {"ns3::GaussMarkovMobilityModel::MeanDirection", "mobility.model"},
      {"ns3::GaussMarkovMobilityModel::NormalDirection", "mobility.turn_rad"},
      {"ns3::GaussMarkovMobilityModel::MeanPitch", "placement.height_m"},
      {"ns3::GaussMarkovMobilityModel::NormalPitch", "placement.height_m"},
      {"ns3::ThreeGppPropagationLossModel::Frequency", "wifi.band"},
      {"ns3::ThreeGppPropagationLossModel::ShadowingEnabled", "radio.shadowing"},
      {"ns3::ThreeGppPropagationLossModel::ChannelConditionModel", "radio.line_of_sight"},
      {"ns3::PointToPointNetDevice::ReceiveErrorModel", "wire.loss"},
      {"ns3::RateErrorModel::ErrorRate", "wire.loss"},
      {"ns3::RateErrorModel::ErrorUnit", "wire.loss, of whole packets"},
  };
  const auto found = setting_of.find(name);
  if (found == setting_of.end()) return;
  throw OptionError({"ns3.defaults"},
                    "ns3.defaults: \"" + name + "\" is decided by " + found->second);
}

// Lists that say something of each robot.
void check_robots(const LinkOptions& options) {
  const auto check = [&](const std::string& key, const auto& each) {
    const auto given = static_cast<std::int64_t>(each.size());
    if (given == 0 || given == options.workers) return;
    throw OptionError({key, "team.workers"},
                      key + " has " + std::to_string(given) +
                          " entries, but team.workers = " + std::to_string(options.workers));
  };
  check("radio.robot_powers_dbm", options.radio.robot_powers_dbm);
  check("radio.robot_gains_dbi", options.radio.robot_gains_dbi);
  check("wifi.robot_streams", options.wifi.robot_streams);
  check("tcp.sending_rates_bps", options.tcp.sending_rates_bps);
}

}  // namespace

void seed_streams(const LinkOptions& options) {
  ns3::RngSeedManager::SetSeed(1);
  ns3::RngSeedManager::SetRun(options.seed);
}

Technology technology(const LinkOptions& options) {
  return look_up(table(), "link.technology", options.technology);
}

Words links() { return words_of(table()); }

void check_link(const LinkOptions& options) {
  seed_streams(options);
  check_robots(options);
  technology(options).check(options);
  if (!options.floor.plan.name.empty()) {
    const auto stations = technology(options).stations;
    check_floor(options, stations ? stations(options) : std::vector<Point>());
  }
  for (const auto& [name, value] : options.ns3_defaults) {
    refuse_overruled(name);
    check_default(name, value);
  }
}

std::vector<std::string> remarks(const LinkOptions& options) {
  seed_streams(options);
  std::vector<std::string> sentences;
  if (const auto ineffective = technology(options).ineffective) sentences = ineffective(options);
  const RadioOptions& radio = options.radio;
  if (radio.line_of_sight != "random" && (radio.clutter_density > 0 || radio.clutter_size_m > 0)) {
    sentences.push_back(
        "radio.clutter_density and radio.clutter_size_m have no effect: they say how "
        "often there is a line of sight, which radio.line_of_sight decides");
  }
  if (const auto stations = technology(options).stations) {
    const bool alone = !has_server(options);
    for (const std::string& sentence :
         remarks_on_distances(options, alone ? std::vector<Point>() : stations(options))) {
      sentences.push_back(sentence);
    }
  }
  if (options.floor.plan.name.empty()) return sentences;
  for (const std::string& sentence : remarks_on_floor(options)) sentences.push_back(sentence);
  return sentences;
}

// In a process of its own: ns-3's nodes and defaults are this one's for ever.
std::vector<std::string> describe_link(const LinkOptions& options, const MessageSizes& messages) {
  const auto describe = technology(options).describe;
  if (!describe) return {};
  const auto text = in_a_child([&] {
    apply_defaults(options);
    std::string lines;
    for (const std::string& line : describe(options, messages)) {
      lines += line + '\n';
    }
    return lines;
  });
  std::vector<std::string> lines;
  std::istringstream stream(text.value_or(""));
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool has_server(const LinkOptions& options) {
  const auto has = technology(options).has_server;
  return has == nullptr || has(options);
}

std::string influence_on_learning(const LinkOptions& options) {
  const auto influence = technology(options).influence;
  return influence ? influence(options)
                   : "link.technology = \"" + options.technology + "\" may change what is learned";
}

std::string unsampled(const LinkOptions& options) {
  const auto reason = technology(options).unsampled;
  return reason ? reason(options)
                : "link.technology = \"" + options.technology + "\" is not made for it";
}

bool adds_on_the_way(const LinkOptions& options) {
  const auto adds = technology(options).adds_on_the_way;
  return adds != nullptr && adds(options);
}

std::string delay_key(const LinkOptions& options) {
  const auto key = technology(options).delay_key;
  return key ? key(options) : "";
}

double usual_power_dbm(const LinkOptions& options) {
  const auto power_dbm = technology(options).robot_power_dbm;
  return power_dbm ? power_dbm(options) : 0;
}

double usual_gain_dbi(const LinkOptions& options) {
  const auto gain_dbi = technology(options).robot_gain_dbi;
  return gain_dbi ? gain_dbi(options) : 0;
}

HostWork host_work(const LinkOptions& options) {
  return technology(options).host_work(static_cast<double>(options.workers));
}

std::int64_t neighbour_links(const LinkOptions& options) {
  if (has_server(options)) return 0;
  const auto text = in_a_child([&] {
    apply_defaults(options);
    return std::to_string(technology(options).graph(options).edges.size());
  });
  return text ? std::stoll(*text) : 0;
}

double round_trip_s(const LinkOptions& options) {
  const auto one_way_s = technology(options).one_way_s;
  return one_way_s ? 2 * one_way_s(options) : 0;
}

void apply_defaults(const LinkOptions& options) {
  ns3::Config::Reset();
  seed_streams(options);
  technology(options).apply(options);
  for (const auto& [name, value] : options.ns3_defaults) set_default(name, value);
}

void begin(Link& link) {
  begin_paths(link.robots());
  link.begin();
}

std::unique_ptr<Link> make_link(const LinkOptions& options) {
  std::unique_ptr<Link> link = technology(options).make(options);
  wait_on_paths(link->robots());
  return link;
}

std::string ns3_version() {
  return std::to_string(ns3::Version::Major()) + "." + std::to_string(ns3::Version::Minor());
}

}  // namespace gradwave::channel
