// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wifi/wifi_coverage.h"

#include <ns3/constant-position-mobility-model.h>
#include <ns3/node-container.h>

#include <algorithm>

#include "channel-models/motion/mobility.h"
#include "channel-models/motion/placement.h"
#include "channel-models/radio/propagation.h"
#include "channel-models/wifi/wifi_radio.h"
#include "channel-models/wifi/wifi_rates.h"

namespace gradwave::channel {

std::vector<Covered> cover_by_wifi(const LinkOptions& options) {
  struct Radio {
    ns3::Ptr<ns3::MobilityModel> mobility;
    double power_dbm, gain_dbi;
    int streams;
  };
  ns3::NodeContainer robots, station;
  robots.Create(options.workers);
  station.Create(1);
  set_moving(robots, options);
  const auto fixed = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
  fixed->SetPosition(access_point_place(options.placement));
  station.Get(0)->AggregateObject(fixed);
  const RadioOptions& radio = options.radio;
  const std::vector<int> streams = streams_of_robots(options);
  std::vector<Radio> radios;
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
    radios.push_back(
        {robots.Get(i)->GetObject<ns3::MobilityModel>(),
         radio.robot_powers_dbm.empty() ? options.wifi.tx_power_dbm : radio.robot_powers_dbm[i],
         radio.robot_gains_dbi.empty() ? 0 : radio.robot_gains_dbi[i], streams[i]});
  }
  if (has_server(options))
    radios.push_back({fixed, options.wifi.tx_power_dbm, 0, default_streams()});

  const auto loss = make_path_loss(options, centre_frequency_hz(options.wifi));
  const WifiRates rates(options.wifi);
  std::vector<Covered> all;
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
    const Radio& robot = radios[i];
    const auto gain_db = [&](const Radio& other) {
      return robot.gain_dbi + other.gain_dbi + loss->CalcRxPower(0, robot.mobility, other.mobility);
    };
    // The server, or the best of the other robots.
    std::size_t best = has_server(options) ? radios.size() - 1 : (i == 0 ? 1 : 0);
    for (std::size_t other = 0; other < radios.size() && !has_server(options); ++other) {
      if (other != i && gain_db(radios[other]) > gain_db(radios[best])) best = other;
    }
    const Radio& other = radios[best];
    const auto up = rates.best(robot.power_dbm + gain_db(other), robot.streams, other.streams);
    const auto down = rates.best(other.power_dbm + gain_db(other), other.streams, robot.streams);
    const ns3::Vector at = robot.mobility->GetPosition(), to = other.mobility->GetPosition();
    Covered covered;
    covered.place = {at.x, at.y};
    covered.station = {to.x, to.y};
    covered.distance_m = robot.mobility->GetDistanceFrom(other.mobility);
    covered.path_loss_db = robot.gain_dbi + other.gain_dbi - gain_db(other);
    covered.snr_db = rates.snr_db(robot.power_dbm + gain_db(other));
    covered.up_bps = up ? up->rate_bps : 0;
    covered.down_bps = down ? down->rate_bps : 0;
    covered.reached = up && down;
    all.push_back(covered);
  }
  return all;
}

}  // namespace gradwave::channel
