// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/lte/lte.h"

#include <ns3/constant-position-mobility-model.h>
#include <ns3/double.h>
#include <ns3/lte-amc.h>
#include <ns3/lte-enb-net-device.h>
#include <ns3/lte-helper.h>
#include <ns3/lte-spectrum-phy.h>
#include <ns3/lte-spectrum-value-helper.h>
#include <ns3/lte-ue-net-device.h>
#include <ns3/lte-ue-phy.h>
#include <ns3/lte-ue-power-control.h>
#include <ns3/lte-ue-rrc.h>
#include <ns3/packet-burst.h>
#include <ns3/point-to-point-epc-helper.h>
#include <ns3/spectrum-channel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "channel-models/internet/backhaul.h"
#include "channel-models/internet/internet.h"
#include "channel-models/internet/tcp.h"
#include "channel-models/motion/mobility.h"
#include "channel-models/motion/placement.h"
#include "channel-models/ns3/attributes.h"
#include "channel-models/ns3/streams.h"
#include "channel-models/radio/propagation.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

using ns3::Packet;
using ns3::Ptr;

constexpr std::int64_t kMtuBytes = 1500;
constexpr double kDownlink_hz = 2.12e9, kUplink_hz = 1.93e9;  // EARFCN 100 and 18100
constexpr std::uint32_t kDownlinkChannel = 100;
constexpr std::int64_t kMostRobots = 300;

const Table<std::string>& rlc_table() {
  static const Table<std::string> table = {
      {"um", "unacknowledged: what HARQ loses is TCP's", "RlcUmAlways"},
      {"am", "acknowledged: what HARQ loses is sent again", "RlcAmAlways"}};
  return table;
}

const Table<std::string>& scheduler_table() {
  static const Table<std::string> table = {
      {"proportional-fair", "in proportion to what was had before", "ns3::PfFfMacScheduler"},
      {"round-robin", "in turn", "ns3::RrFfMacScheduler"}};
  return table;
}

class Lte final : public Link {
 public:
  explicit Lte(const LinkOptions& options);
  Lte(const Lte&) = delete;  // ns-3's traces hold its address
  Lte& operator=(const Lte&) = delete;

  const ns3::NodeContainer& robots() const override { return robots_; }
  Ptr<ns3::Node> server() const override { return backhaul_->server(); }
  ns3::Ipv4Address server_address() const override { return backhaul_->server_address(); }
  bool ready() const override { return waiting_for().empty(); }
  std::string waiting_for() const override;
  void begin() override {}
  std::optional<double> distance_m(int worker, int) const override {
    const auto robot = robots_.Get(worker)->GetObject<ns3::MobilityModel>();
    return robot->GetDistanceFrom(station_.Get(0)->GetObject<ns3::MobilityModel>());
  }
  Reading uplink(int worker) const override {
    return {static_cast<double>(up_bytes_[worker]),
            static_cast<double>(backhaul_->drops(worker, true))};
  }
  Reading downlink(int worker) const override {
    return {static_cast<double>(down_bytes_[worker]),
            static_cast<double>(backhaul_->drops(worker, false))};
  }
  Counters between(const Reading& before, const Reading& after) const override {
    return {{"air_bytes", after[0] - before[0]}, {"queue_drops", after[1] - before[1]}};
  }
  double capacity_bits(bool, double seconds) const override {
    constexpr double kBits = 2 * 6;  // two layers of 64QAM, uncoded
    return 12 * 14 * kBits * static_cast<double>(blocks_) * (1e3 * seconds + 1);
  }
  std::int64_t wire_bytes() const override { return air_bytes_ + backhaul_->bytes(); }
  std::optional<double> airtime_s() const override { return std::nullopt; }

 private:
  void install_radio(const LinkOptions& options);
  Ptr<ns3::LteUeNetDevice> device(int worker) const {
    return ns3::DynamicCast<ns3::LteUeNetDevice>(devices_.Get(worker));
  }
  void count_up(int worker, Ptr<const ns3::PacketBurst> burst) {
    if (!burst) return;  // a subframe of control alone
    up_bytes_[worker] += burst->GetSize();
    air_bytes_ += burst->GetSize();
  }
  void count_down(int worker, Ptr<const Packet> packet) {
    down_bytes_[worker] += packet->GetSize();
    air_bytes_ += packet->GetSize();
  }

  std::int64_t blocks_;
  ns3::NodeContainer robots_, station_;
  ns3::NetDeviceContainer devices_;
  Ptr<ns3::LteHelper> lte_;
  Ptr<ns3::PointToPointEpcHelper> core_;
  std::unique_ptr<Backhaul> backhaul_;
  std::vector<std::int64_t> up_bytes_, down_bytes_;  // [M]
  std::int64_t air_bytes_ = 0;
};

Lte::Lte(const LinkOptions& options)
    : blocks_(options.lte.bandwidth_blocks),
      up_bytes_(options.workers),
      down_bytes_(options.workers) {
  robots_.Create(options.workers);
  station_.Create(1);
  set_moving(robots_, options);
  const auto fixed = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
  fixed->SetPosition(access_point_place(options.placement));
  station_.Get(0)->AggregateObject(fixed);
  install_radio(options);
}

void Lte::install_radio(const LinkOptions& options) {
  lte_ = ns3::CreateObject<ns3::LteHelper>();
  core_ = ns3::CreateObject<ns3::PointToPointEpcHelper>();
  lte_->SetEpcHelper(core_);
  lte_->SetSchedulerType(look_up(scheduler_table(), "lte.scheduler", options.lte.scheduler));
  lte_->SetEnbDeviceAttribute("DlBandwidth", ns3::UintegerValue(blocks_));
  lte_->SetEnbDeviceAttribute("UlBandwidth", ns3::UintegerValue(blocks_));
  // A model that takes nothing off, before ours.
  lte_->SetPathlossModelType(ns3::TypeId::LookupByName("ns3::RangePropagationLossModel"));
  lte_->SetPathlossModelAttribute("MaxRange", ns3::DoubleValue(1e12));
  const ns3::NetDeviceContainer station = lte_->InstallEnbDevice(station_);
  devices_ = lte_->InstallUeDevice(robots_);
  lte_->GetDownlinkSpectrumChannel()->AddPropagationLossModel(
      make_path_loss(options, kDownlink_hz));
  lte_->GetUplinkSpectrumChannel()->AddPropagationLossModel(make_path_loss(options, kUplink_hz));
  lte_->AssignStreams({station, devices_}, kRadioStreams);

  install_internet(robots_);
  const ns3::Ipv4InterfaceContainer interfaces = core_->AssignUeIpv4Address(devices_);
  std::vector<ns3::Ipv4Address> addresses;
  for (int i = 0; i < options.workers; ++i) addresses.push_back(interfaces.GetAddress(i));
  backhaul_ = std::make_unique<Backhaul>(core_->GetPgwNode(), options.lte.core_queue, addresses);
  for (int i = 0; i < options.workers; ++i) {
    set_default_route(robots_.Get(i), core_->GetUeDefaultGatewayAddress(), 1);
    lte_->Attach(devices_.Get(i), station.Get(0));
    const auto phy = device(i)->GetPhy();
    if (!options.radio.robot_powers_dbm.empty()) {
      phy->SetTxPower(options.radio.robot_powers_dbm[i]);
      phy->GetUplinkPowerControl()->SetPcmax(options.radio.robot_powers_dbm[i]);
    }
    phy->GetUplinkSpectrumPhy()->TraceConnectWithoutContext(
        "TxStart", ns3::MakeCallback(&Lte::count_up, this, i));
    phy->GetDownlinkSpectrumPhy()->TraceConnectWithoutContext(
        "RxEndOk", ns3::MakeCallback(&Lte::count_down, this, i));
  }
}

std::string Lte::waiting_for() const {
  std::string robots;
  for (std::uint32_t i = 0; i < devices_.GetN(); ++i) {
    if (device(i)->GetRrc()->GetState() == ns3::LteUeRrc::CONNECTED_NORMALLY) continue;
    char text[80];
    std::snprintf(text, sizeof text, "%srobot %u (%.1f m from the station)",
                  robots.empty() ? "" : ", ", i, *distance_m(static_cast<int>(i), kNoPeer));
    robots += text;
  }
  return robots;
}

std::int64_t sounding_period_ms(std::int64_t robots) {
  return robots > 150 ? 320 : robots > 70 ? 160 : robots > 30 ? 80 : 40;
}

void check_lte(const LinkOptions& options) {
  const LteOptions& lte = options.lte;
  check_queue(lte.core_queue, "lte.core");
  constexpr std::array<std::int64_t, 6> kBlocks = {6, 15, 25, 50, 75, 100};
  if (std::find(kBlocks.begin(), kBlocks.end(), lte.bandwidth_blocks) == kBlocks.end()) {
    throw OptionError({"lte.bandwidth_blocks"},
                      "lte.bandwidth_blocks = " + std::to_string(lte.bandwidth_blocks) +
                          ": expected one of 6, 15, 25, 50, 75, 100 (1.4, 3, 5, 10, 15, 20 MHz)");
  }
  if (options.workers > kMostRobots) {
    throw OptionError({"team.workers", "link.technology"},
                      "team.workers: an LTE cell of ns-3's serves at most " +
                          std::to_string(kMostRobots) + " robots");
  }
  look_up(rlc_table(), "lte.rlc", lte.rlc);
  look_up(scheduler_table(), "lte.scheduler", lte.scheduler);
  check_propagation(options.radio, options.placement);
  check_mobility(options);
  check_tcp(options.tcp, kMtuBytes);
}

void apply_lte(const LinkOptions& options) {
  const LteOptions& lte = options.lte;
  apply_propagation(options.radio, kDownlink_hz);
  set_default("ns3::LteEnbRrc::EpsBearerToRlcMapping", look_up(rlc_table(), "lte.rlc", lte.rlc));
  set_default("ns3::LteEnbRrc::SrsPeriodicity", sounding_period_ms(options.workers));
  set_default("ns3::LteRlcUm::MaxTxBufferSize", lte.buffer_bytes);
  set_default("ns3::LteRlcAm::MaxTxBufferSize", lte.buffer_bytes);
  set_default("ns3::LteUePhy::TxPower", lte.robot_power_dbm);
  set_default("ns3::LteUePowerControl::Pcmax", lte.robot_power_dbm);
  set_default("ns3::LteEnbPhy::TxPower", lte.station_power_dbm);
  set_default("ns3::LteUePhy::EnableRlfDetection", std::string("false"));
  apply_point_to_point(lte.core_rate_bps, lte.core_delay_s, kMtuBytes);
  apply_tcp(options.tcp, kMtuBytes, round_trip_s(options));
}

double lte_one_way_s(const LinkOptions& options) { return options.lte.core_delay_s; }

std::vector<std::string> describe_lte(const LinkOptions& options, const MessageSizes&) {
  char text[160];
  std::snprintf(text, sizeof text,
                "LTE schedules every millisecond: about %.1f s of this machine's time for each "
                "simulated second, also while robots compute; \"nr\" has no such cost",
                0.04 * static_cast<double>(options.workers));
  return {text};
}

// As ns-3's schedulers see it: the modulation that robots report of the downlink, and that the
// station reads from the uplink's SINR; a transport block of the whole carrier every millisecond.
// Under power control a block arrives at -80 dBm, if the robot can.
std::string lte_summary(const LinkOptions& options) {
  return std::to_string(options.lte.bandwidth_blocks) + " resource blocks each way, one layer";
}

CoverageNow cover_by_lte(const LinkOptions& options) {
  constexpr double kBlock_hz = 180e3, kThermal_dbm_hz = -174;
  constexpr double kStationNoise_db = 5, kRobotNoise_db = 9, kWanted_dbm = -80;  // ns-3's
  ns3::NodeContainer robots;
  robots.Create(options.workers);
  set_moving(robots, options);
  const auto station = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
  station->SetPosition(access_point_place(options.placement));
  const auto loss_up = make_path_loss(options, kUplink_hz);
  const auto loss_down = make_path_loss(options, kDownlink_hz);
  const auto blocks = static_cast<int>(options.lte.bandwidth_blocks);
  const double blocks_db = 10 * std::log10(blocks);
  const double noise_dbm = kThermal_dbm_hz + 10 * std::log10(kBlock_hz);  // of a block
  const auto amc = ns3::CreateObject<ns3::LteAmc>();
  const std::uint8_t group = blocks <= 10 ? 1 : blocks <= 26 ? 2 : blocks <= 63 ? 3 : 4;
  const auto spectrum = ns3::LteSpectrumValueHelper::GetSpectrumModel(kDownlinkChannel, blocks);
  const auto reported = [=](double sinr_db) {
    ns3::SpectrumValue sinr(spectrum);
    sinr = std::pow(10, sinr_db / 10);
    return amc->CreateCqiFeedbacks(sinr, group).front();
  };
  // 3GPP R1-081483, as in ns3::PfFfMacScheduler: BER 5e-5.
  const auto read = [=](double sinr_db) {
    return amc->GetCqiFromSpectralEfficiency(
        std::log2(1 + std::pow(10, sinr_db / 10) / (-std::log(5 * 0.00005) / 1.5)));
  };
  return [=] {
    std::vector<Covered> all;
    for (std::int64_t i = 0; i < options.workers; ++i) {
      const auto robot = robots.Get(i)->GetObject<ns3::MobilityModel>();
      const double gain_up_db = loss_up->CalcRxPower(0, robot, station);
      const double gain_down_db = loss_down->CalcRxPower(0, station, robot);
      const double most_dbm = options.radio.robot_powers_dbm.empty()
                                  ? options.lte.robot_power_dbm
                                  : options.radio.robot_powers_dbm[i];
      const double up_dbm = std::min(most_dbm - blocks_db + gain_up_db, kWanted_dbm);
      const double down_dbm = options.lte.station_power_dbm - blocks_db + gain_down_db;
      Covered covered;
      covered.snr_db = up_dbm - noise_dbm - kStationNoise_db;
      const int up = read(covered.snr_db), down = reported(down_dbm - noise_dbm - kRobotNoise_db);
      covered.reached = up > 0 && down > 0;
      if (covered.reached) {
        covered.up_bps = 1e3 * amc->GetUlTbSizeFromMcs(amc->GetMcsFromCqi(up), blocks);
        covered.down_bps = 1e3 * amc->GetDlTbSizeFromMcs(amc->GetMcsFromCqi(down), blocks);
      }
      const ns3::Vector at = robot->GetPosition(), to = station->GetPosition();
      covered.place = {at.x, at.y};
      covered.station = {to.x, to.y};
      covered.distance_m = robot->GetDistanceFrom(station);
      covered.path_loss_db = -gain_up_db;
      all.push_back(covered);
    }
    return all;
  };
}

std::unique_ptr<Link> make_lte(const LinkOptions& options) {
  return std::make_unique<Lte>(options);
}

std::string delay_setting(const LinkOptions&) { return "lte.core_delay_s"; }
std::string no_fading(const LinkOptions&) { return "none"; }
double robot_power_dbm(const LinkOptions& options) { return options.lte.robot_power_dbm; }

World world(const LinkOptions& options) {
  World world;
  world.time_out_s = options.tcp.min_rto_s;
  return world;
}

HostWork host_work(double robots) { return {24, 20, 6600 * robots, 3000 * robots, 5e-6, 75}; }

}  // namespace

Words lte_rlcs() { return words_of(rlc_table()); }
Words lte_schedulers() { return words_of(scheduler_table()); }

Technology lte_technology() {
  Technology lte;
  lte.check = check_lte;
  lte.apply = apply_lte;
  lte.make = make_lte;
  lte.one_way_s = lte_one_way_s;
  lte.delay_key = delay_setting;
  lte.world = world;
  lte.influence = never;
  lte.unsampled = never;
  lte.host_work = host_work;
  lte.cover = cover_by_lte;
  lte.stations = at_access_point;
  lte.radio = lte_summary;
  lte.fading = no_fading;
  lte.robot_power_dbm = robot_power_dbm;
  lte.describe = describe_lte;
  return lte;
}

}  // namespace gradwave::channel
