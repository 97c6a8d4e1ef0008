// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/link.h"

#include <ns3/config.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/version.h>

#include <map>
#include <sstream>

#include "channel-models/lte/lte.h"
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
#include "channel-models/wifi/wifi_coverage.h"
#include "channel-models/wire/wire.h"

namespace gradwave::channel {
namespace {

std::vector<Point> access_point(const LinkOptions& options) {
  if (!has_server(options)) return {};
  return {options.placement.access_point_m};
}

std::string radios_fading(const LinkOptions& options) { return options.radio.fading; }
std::string nrs_fading(const LinkOptions& options) { return options.nr.fading; }
std::string no_fading(const LinkOptions&) { return "none"; }

const Table<Technology>& table() {
  static const Table<Technology> technologies = {
      {"wifi",
       "one Wi-Fi cell: robots are stations, the server is on or behind the access point",
       {check_wifi, apply_wifi, make_wifi, backhaul_delay_s, idle_wifi, nullptr, cover_by_wifi,
        access_point, cell_summary, radios_fading}},
      {"nr",
       "5G: robots are terminals of one station or several, the server is on the first or behind "
       "it",
       {check_nr, apply_nr, make_nr, nr_one_way_s, idle_nr, describe_nr, cover_by_nr,
        nr_station_points, nr_summary, nrs_fading}},
      {"lte",
       "ns-3's LTE cell with its core, behind which the server is; slow: for small teams",
       {check_lte, apply_lte, make_lte, lte_one_way_s, nullptr, describe_lte, cover_by_lte,
        access_point, lte_summary, no_fading}},
      {"mesh",
       "robots relay for each other over ad hoc Wi-Fi, the server is one of them or there is none",
       {check_mesh, apply_mesh, make_mesh, nullptr, idle_mesh, describe_mesh, cover_by_wifi,
        access_point, wifi_summary, radios_fading, routed_by_mesh, check_mesh_routes}},
      {"trace",
       "a link from each robot to the server that carries what a measured one did",
       {check_trace, apply_trace, make_trace, trace_one_way_s, idle_trace, describe_trace}},
      {"wire",
       "a point-to-point link from each robot to the server",
       {check_wire, apply_wire, make_wire, [](const LinkOptions& o) { return o.wire.delay_s; }}},
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
  if (const auto idle = technology(options).idle) sentences = idle(options);
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
  return options.technology != "mesh" || mesh_has_server(options);
}

std::int64_t neighbour_links(const LinkOptions& options) {
  if (has_server(options)) return 0;
  const auto text = in_a_child([&] {
    apply_defaults(options);
    return std::to_string(mesh_at_start(options).edges.size());
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
