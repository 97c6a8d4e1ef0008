// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wifi/wifi.h"

#include <ns3/constant-position-mobility-model.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/propagation-delay-model.h>
#include <ns3/ssid.h>
#include <ns3/sta-wifi-mac.h>
#include <ns3/wifi-net-device.h>
#include <ns3/wifi-phy.h>
#include <ns3/yans-wifi-channel.h>
#include <ns3/yans-wifi-helper.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "channel-models/internet/backhaul.h"
#include "channel-models/internet/internet.h"
#include "channel-models/internet/tcp.h"
#include "channel-models/motion/mobility.h"
#include "channel-models/motion/placement.h"
#include "channel-models/ns3/streams.h"
#include "channel-models/radio/propagation.h"
#include "channel-models/table.h"
#include "channel-models/wifi/wifi_coverage.h"
#include "channel-models/wifi/wifi_latency.h"
#include "channel-models/wifi/wifi_meter.h"
#include "channel-models/wifi/wifi_radio.h"

namespace gradwave::channel {
namespace {

constexpr std::int64_t kRadioMtuBytes = 2296;
constexpr std::int64_t kBackhaulMtuBytes = 1500;

const Table<bool>& server_table() {  // whether there is a backhaul
  static const Table<bool> table = {
      {"access-point", "on the access point itself", false},
      {"backhaul", "behind the access point, on a wire of backhaul_rate_bps", true},
  };
  return table;
}

bool has_backhaul(const WifiOptions& options) {
  return look_up(server_table(), "wifi.server", options.server);
}

std::int64_t smallest_mtu_bytes(const WifiOptions& options) {
  return has_backhaul(options) ? kBackhaulMtuBytes : kRadioMtuBytes;
}

class Wifi final : public Link {
 public:
  explicit Wifi(const LinkOptions& options);

  const ns3::NodeContainer& robots() const override { return robots_; }
  ns3::Ptr<ns3::Node> server() const override {
    return backhaul_ ? backhaul_->server() : access_point_.Get(0);
  }
  ns3::Ipv4Address server_address() const override { return server_address_; }
  bool ready() const override;
  std::string waiting_for() const override;
  void begin() override {
    if (fading_) set_after(path_loss_, fading_);
  }
  std::optional<double> distance_m(int worker, int) const override;
  Reading uplink(int worker) const override { return reading(worker, true); }
  Reading downlink(int worker) const override { return reading(worker, false); }
  Counters between(const Reading& before, const Reading& after) const override;
  double capacity_bits(bool, double seconds) const override { return most_bps_ * seconds; }
  std::int64_t wire_bytes() const override {
    return meter_->wire_bytes() + (backhaul_ ? backhaul_->bytes() : 0);
  }
  std::optional<double> airtime_s() const override { return meter_->airtime_s(); }

 private:
  void stand_and_move(const LinkOptions& options);
  void install_radios(const LinkOptions& options);
  bool associated(int worker) const;
  Reading reading(int worker, bool up) const;

  ns3::NodeContainer robots_, access_point_;
  ns3::NetDeviceContainer stations_, access_point_radio_;
  ns3::Ptr<ns3::PropagationLossModel> path_loss_, fading_;
  ns3::Ipv4Address server_address_;
  double most_bps_ = 0;
  std::unique_ptr<WifiMeter> meter_;
  std::unique_ptr<WifiLatency> latency_;
  std::unique_ptr<Backhaul> backhaul_;  // none: the server is on the access point
};

Wifi::Wifi(const LinkOptions& options) {
  robots_.Create(options.workers);
  access_point_.Create(1);
  stand_and_move(options);
  install_radios(options);
  const auto radio = ns3::DynamicCast<ns3::WifiNetDevice>(access_point_radio_.Get(0));
  most_bps_ = highest_rate_bps(options.wifi, *radio->GetPhy());
  meter_ = std::make_unique<WifiMeter>(stations_, access_point_radio_);

  install_internet({robots_, access_point_});
  ns3::Ipv4AddressHelper addresses("10.1.0.0", "255.255.0.0");
  server_address_ = addresses.Assign(access_point_radio_).GetAddress(0);
  const ns3::Ipv4InterfaceContainer interfaces = addresses.Assign(stations_);
  std::vector<ns3::Ipv4Address> robots;
  for (int i = 0; i < options.workers; ++i) robots.push_back(interfaces.GetAddress(i));
  meter_->watch_queues(robots);
  latency_ = std::make_unique<WifiLatency>(stations_, access_point_radio_.Get(0), robots);
  if (!has_backhaul(options.wifi)) return;
  for (int i = 0; i < options.workers; ++i) {
    set_default_route(robots_.Get(i), server_address_, interfaces.Get(i).second);
  }
  backhaul_ = std::make_unique<Backhaul>(access_point_.Get(0), options.wifi.backhaul_queue, robots);
  server_address_ = backhaul_->server_address();
  backhaul_->on_moved(
      [this](int robot, bool up, int packets) { latency_->move_on_backhaul(robot, up, packets); });
}

// The meter's, drops elsewhere, and the parts of the latency.
Reading Wifi::reading(int worker, bool up) const {
  Reading now = up ? meter_->uplink(worker) : meter_->downlink(worker);
  now.push_back(static_cast<double>(latency_->drops(worker, up) +
                                    (backhaul_ ? backhaul_->drops(worker, up) : 0)));
  const auto& parts = latency_->parts(worker, up);
  now.insert(now.end(), parts.begin(), parts.end());
  return now;
}

Counters Wifi::between(const Reading& before, const Reading& after) const {
  constexpr std::array<const char*, LatencyParts::kParts> kNames = {
      "window_s",     "backhaul_s", "queue_s",          "retransmission_s",
      "contention_s", "air_s",      "acknowledgement_s"};
  Counters counters;
  for (auto& [name, value] : WifiMeter::between(before, after)) {
    if (name == "airtime_s" || name == "waiting_s") continue;  // of robots that relay
    counters.emplace_back(name, value);
  }
  const std::size_t drops = after.size() - LatencyParts::kParts - 1;
  counters.back().second += after[drops] - before[drops];
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (i == LatencyParts::kBackhaul && !backhaul_) continue;
    counters.emplace_back(kNames[i], after[drops + 1 + i] - before[drops + 1 + i]);
  }
  return counters;
}

void Wifi::stand_and_move(const LinkOptions& options) {
  set_moving(robots_, options);
  const auto fixed = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
  fixed->SetPosition(access_point_place(options.placement));
  access_point_.Get(0)->AggregateObject(fixed);
}

void Wifi::install_radios(const LinkOptions& options) {
  const auto channel = ns3::CreateObject<ns3::YansWifiChannel>();
  path_loss_ = make_path_loss(options, centre_frequency_hz(options.wifi));
  fading_ = make_fading(options.radio);
  channel->SetPropagationLossModel(path_loss_);
  channel->SetPropagationDelayModel(ns3::CreateObject<ns3::ConstantSpeedPropagationDelayModel>());

  ns3::YansWifiPhyHelper phy;
  phy.SetChannel(channel);

  ns3::WifiHelper wifi;
  set_standard(wifi, options.wifi);
  ns3::WifiMacHelper mac;
  const ns3::SsidValue ssid(ns3::Ssid("gradwave"));
  mac.SetType("ns3::StaWifiMac", "Ssid", ssid);
  stations_ = wifi.Install(phy, mac, robots_);
  mac.SetType("ns3::ApWifiMac", "Ssid", ssid);
  access_point_radio_ = wifi.Install(phy, mac, access_point_);
  wifi.AssignStreams({access_point_radio_, stations_}, kRadioStreams);
  for (int i = 0; i < options.workers; ++i) {
    const auto radio = ns3::DynamicCast<ns3::WifiNetDevice>(stations_.Get(i));
    set_robots_radio(*radio->GetPhy(), options, i);
  }
}

bool Wifi::associated(int worker) const {
  const auto device = ns3::DynamicCast<ns3::WifiNetDevice>(stations_.Get(worker));
  return ns3::DynamicCast<ns3::StaWifiMac>(device->GetMac())->IsAssociated();
}

bool Wifi::ready() const {
  for (std::uint32_t i = 0; i < stations_.GetN(); ++i) {
    if (!associated(i)) return false;
  }
  return true;
}

std::string Wifi::waiting_for() const {
  std::string robots;
  for (std::uint32_t i = 0; i < stations_.GetN(); ++i) {
    if (associated(i)) continue;
    char text[80];
    std::snprintf(text, sizeof text, "%srobot %u (%.1f m from the access point)",
                  robots.empty() ? "" : ", ", i, *distance_m(i, kNoPeer));
    robots += text;
  }
  return robots;
}

std::optional<double> Wifi::distance_m(int worker, int) const {
  const auto robot = robots_.Get(worker)->GetObject<ns3::MobilityModel>();
  return robot->GetDistanceFrom(access_point_.Get(0)->GetObject<ns3::MobilityModel>());
}

void check_wifi(const LinkOptions& options) {
  check_radio(options.wifi);
  check_queue(options.wifi.backhaul_queue, "wifi.backhaul");
  check_propagation(options.radio, options.placement);
  check_mobility(options);
  check_tcp(options.tcp, smallest_mtu_bytes(options.wifi));
}

void apply_wifi(const LinkOptions& options) {
  apply_radio(options.wifi);
  apply_propagation(options.radio, centre_frequency_hz(options.wifi));
  if (has_backhaul(options.wifi)) {
    apply_point_to_point(options.wifi.backhaul_rate_bps, options.wifi.backhaul_delay_s,
                         kBackhaulMtuBytes);
  }
  apply_tcp(options.tcp, smallest_mtu_bytes(options.wifi), round_trip_s(options));
}

double backhaul_delay_s(const LinkOptions& options) {
  return has_backhaul(options.wifi) ? options.wifi.backhaul_delay_s : 0;
}

std::string cell_summary(const LinkOptions& options) {
  const WifiOptions& wifi = options.wifi;
  if (!has_backhaul(wifi)) return wifi_summary(options);
  char backhaul[100];
  std::snprintf(backhaul, sizeof backhaul, "; a backhaul of %g Mbit/s and %g ms behind it",
                1e-6 * wifi.backhaul_rate_bps, 1e3 * wifi.backhaul_delay_s);
  return wifi_summary(options) + backhaul;
}

std::vector<std::string> ineffective_wifi(const LinkOptions& options) {
  const std::int64_t of_station = streams_of(options.wifi);
  const auto& own = options.wifi.robot_streams;
  const auto more =
      std::find_if(own.begin(), own.end(), [&](std::int64_t each) { return each > of_station; });
  if (more == own.end()) return {};
  return {"wifi.robot_streams: robot " + std::to_string(more - own.begin()) + " has " +
          std::to_string(*more) + " streams and the access point " + std::to_string(of_station) +
          " (wifi.streams): antennas beyond those only improve what the robot receives"};
}

std::unique_ptr<Link> make_wifi(const LinkOptions& options) {
  return std::make_unique<Wifi>(options);
}

std::string delay_setting(const LinkOptions&) { return "wifi.backhaul_delay_s"; }

}  // namespace

Words server_places() { return words_of(server_table()); }

Technology wifi_technology() {
  Technology wifi;
  wifi.check = check_wifi;
  wifi.apply = apply_wifi;
  wifi.make = make_wifi;
  wifi.one_way_s = backhaul_delay_s;
  wifi.delay_key = delay_setting;
  wifi.world = wifi_world;
  wifi.influence = never;
  wifi.unsampled = unsampled_rate_control;
  wifi.host_work = wifi_host_work;
  wifi.cover = cover_by_wifi;
  wifi.stations = at_access_point;
  wifi.radio = cell_summary;
  wifi.fading = wifi_fading;
  wifi.robot_power_dbm = wifi_power_dbm;
  wifi.ineffective = ineffective_wifi;
  return wifi;
}

}  // namespace gradwave::channel
