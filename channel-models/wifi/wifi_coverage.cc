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
  ns3::NodeContainer robots, station;
  robots.Create(options.workers);
  station.Create(1);
  set_moving(robots, options);
  const auto fixed = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
  fixed->SetPosition(access_point_place(options.placement));
  station.Get(0)->AggregateObject(fixed);
  const auto loss = make_path_loss(options, centre_frequency_hz(options.wifi));
  const WifiRates rates(options.wifi);
  const RadioOptions& radio = options.radio;
  std::vector<Covered> all;
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
    const auto robot = robots.Get(i)->GetObject<ns3::MobilityModel>();
    const ns3::Vector at = robot->GetPosition();
    const double power_dbm =
        radio.robot_powers_dbm.empty() ? options.wifi.tx_power_dbm : radio.robot_powers_dbm[i];
    const double gain_dbi = radio.robot_gains_dbi.empty() ? 0 : radio.robot_gains_dbi[i];
    const double loss_db = -loss->CalcRxPower(0, robot, fixed);
    const auto up = rates.best(power_dbm + gain_dbi - loss_db);
    const auto down = rates.best(options.wifi.tx_power_dbm + gain_dbi - loss_db);
    Covered covered;
    covered.place = {at.x, at.y};
    covered.distance_m = robot->GetDistanceFrom(fixed);
    covered.path_loss_db = loss_db;
    covered.snr_db = rates.snr_db(power_dbm + gain_dbi - loss_db);
    covered.up_bps = up ? up->rate_bps : 0;
    covered.down_bps = down ? down->rate_bps : 0;
    covered.reached = up && down;
    all.push_back(covered);
  }
  return all;
}

}  // namespace gradwave::channel
