// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wifi/wifi_coverage.h"

#include <ns3/constant-position-mobility-model.h>
#include <ns3/node-container.h>

#include <cstdio>
#include <memory>

#include "channel-models/motion/mobility.h"
#include "channel-models/motion/placement.h"
#include "channel-models/radio/propagation.h"
#include "channel-models/wifi/wifi_radio.h"
#include "channel-models/wifi/wifi_rates.h"

namespace gradwave::channel {
namespace {

struct Radio {
  ns3::Ptr<ns3::MobilityModel> mobility;
  double power_dbm, gain_dbi;
  Antennas antennas;
};

std::vector<Radio> radios_of(const LinkOptions& options) {
  ns3::NodeContainer robots, station;
  robots.Create(options.workers);
  station.Create(1);
  set_moving(robots, options);
  const RadioOptions& radio = options.radio;
  const std::vector<Antennas> antennas = antennas_of_robots(options);
  std::vector<Radio> radios;
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
    radios.push_back(
        {robots.Get(i)->GetObject<ns3::MobilityModel>(),
         radio.robot_powers_dbm.empty() ? options.wifi.tx_power_dbm : radio.robot_powers_dbm[i],
         radio.robot_gains_dbi.empty() ? 0 : radio.robot_gains_dbi[i], antennas[i]});
  }
  if (!has_server(options)) return radios;
  const auto fixed = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
  fixed->SetPosition(access_point_place(options.placement));
  station.Get(0)->AggregateObject(fixed);
  radios.push_back({fixed, options.wifi.tx_power_dbm, 0, default_antennas()});
  return radios;
}

// To the server, the last of the radios, or to the best of the other robots.
Covered covered(const std::vector<Radio>& radios, std::size_t i, bool to_server,
                ns3::PropagationLossModel& loss, const WifiRates& rates) {
  const Radio& robot = radios[i];
  const auto gain_db = [&](const Radio& other) {
    return robot.gain_dbi + other.gain_dbi + loss.CalcRxPower(0, robot.mobility, other.mobility);
  };
  std::size_t best = to_server ? radios.size() - 1 : (i == 0 ? 1 : 0);
  for (std::size_t other = 0; other < radios.size() && !to_server; ++other) {
    if (other != i && gain_db(radios[other]) > gain_db(radios[best])) best = other;
  }
  const Radio& other = radios[best];
  const auto up = rates.best(robot.power_dbm + gain_db(other), robot.antennas, other.antennas);
  const auto down = rates.best(other.power_dbm + gain_db(other), other.antennas, robot.antennas);
  const ns3::Vector at = robot.mobility->GetPosition(), to = other.mobility->GetPosition();
  Covered of;
  of.place = {at.x, at.y};
  of.station = {to.x, to.y};
  of.distance_m = robot.mobility->GetDistanceFrom(other.mobility);
  of.path_loss_db = robot.gain_dbi + other.gain_dbi - gain_db(other);
  of.snr_db = rates.snr_db(robot.power_dbm + gain_db(other));
  of.up_bps = up ? up->rate_bps : 0;
  of.down_bps = down ? down->rate_bps : 0;
  of.reached = up && down;
  return of;
}

}  // namespace

std::string wifi_summary(const LinkOptions& options) {
  const WifiOptions& wifi = options.wifi;
  const bool constant = is_constant(wifi);
  const int streams = default_antennas().streams;
  char text[200];
  std::snprintf(text, sizeof text,
                "%s, %lld MHz at %s, %d stream%s, guard interval %g us, rate control %s%s%s",
                wifi.standard.c_str(), static_cast<long long>(wifi.channel_width_mhz),
                wifi.band.c_str(), streams, streams == 1 ? "" : "s", 1e-3 * guard_interval_ns(wifi),
                wifi.rate_control.c_str(), constant ? " " : "",
                constant ? wifi.constant_mode.c_str() : "");
  return text;
}

CoverageNow cover_by_wifi(const LinkOptions& options) {
  const auto radios = radios_of(options);
  const auto loss = make_path_loss(options, centre_frequency_hz(options.wifi));
  const auto rates = std::make_shared<const WifiRates>(options.wifi);
  const bool to_server = has_server(options);
  const auto robots = static_cast<std::size_t>(options.workers);
  return [radios, loss, rates, to_server, robots] {
    std::vector<Covered> all;
    for (std::size_t i = 0; i < robots; ++i) {
      all.push_back(covered(radios, i, to_server, *loss, *rates));
    }
    return all;
  };
}

World wifi_world(const LinkOptions& options) {
  World world;
  world.time_out_s = options.tcp.min_rto_s;
  return world;
}

HostWork wifi_host_work(double robots) {
  return {
      2.5 * (robots + 1), 20 * (robots + 1), 85 * (robots + 1), 250 * robots * robots, 1.5e-6, 220};
}

std::string wifi_fading(const LinkOptions& options) { return options.radio.fading; }
double wifi_power_dbm(const LinkOptions& options) { return options.wifi.tx_power_dbm; }

// Measured (tests/benchmarks/sampling.py, 50 m): equal runs differ by a fifth, and no run shows it.
std::string unsampled_rate_control(const LinkOptions& options) {
  if (!settles(options.wifi)) return "";
  return "wifi.rate_control = \"" + options.wifi.rate_control +
         "\" stays with rates it has settled on for as long as a run, and nothing can be told from "
         "some rounds about others";
}

}  // namespace gradwave::channel
