// SPDX-License-Identifier: GPL-2.0-only
// What a gradwave run is compared with: the same traffic over the same Wi-Fi cell, written straight
// on ns-3 with the same TCP sockets, without traces, learning or results. Eight robots send; once
// all has arrived the server answers; after a fixed compute time the next round begins.
//
//   bare-ns3 ROUNDS UPLINK_BYTES DOWNLINK_BYTES COMPUTE_S
#include <ns3/constant-position-mobility-model.h>
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/wifi-module.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "channel-models/internet/tcp_socket.h"
#include "channel-models/ns3/version.h"

namespace {

constexpr int kRobots = 8;
constexpr std::uint16_t kPort = 5000;

void set_defaults() {
  using ns3::Config::SetDefault;
  SetDefault("ns3::TcpSocket::SegmentSize", ns3::UintegerValue(1448));
  SetDefault("ns3::TcpSocket::SndBufSize", ns3::UintegerValue(4 << 20));
  SetDefault("ns3::TcpSocket::RcvBufSize", ns3::UintegerValue(4 << 20));
  SetDefault("ns3::TcpSocket::DelAckTimeout", ns3::TimeValue(ns3::MilliSeconds(40)));
  SetDefault("ns3::TcpSocket::ConnTimeout", ns3::TimeValue(ns3::Seconds(1)));
  SetDefault("ns3::TcpSocket::DataRetries", ns3::UintegerValue(15));
  SetDefault("ns3::TcpSocketBase::MinRto", ns3::TimeValue(ns3::MilliSeconds(200)));
  SetDefault("ns3::ArpCache::AliveTimeout", ns3::TimeValue(ns3::Seconds(1e9)));
  SetDefault("ns3::ArpCache::DeadTimeout", ns3::TimeValue(ns3::Seconds(1)));
  SetDefault("ns3::WifiPhy::TxPowerStart", ns3::DoubleValue(20));
  SetDefault("ns3::WifiPhy::TxPowerEnd", ns3::DoubleValue(20));
  SetDefault("ns3::WifiRemoteStationManager::MaxSsrc", ns3::UintegerValue(30));
  SetDefault("ns3::WifiMacQueue::MaxDelay", ns3::TimeValue(ns3::Seconds(10)));
  SetDefault("ns3::QosTxop::AddBaResponseTimeout", ns3::TimeValue(ns3::Seconds(1)));
  SetDefault("ns3::WifiMac::BE_BlockAckThreshold", ns3::UintegerValue(1));
  SetDefault("ns3::HtConfiguration::ShortGuardIntervalSupported", ns3::BooleanValue(false));
  SetDefault("ns3::HeConfiguration::GuardInterval", ns3::TimeValue(ns3::NanoSeconds(800)));
  SetDefault(gradwave::channel::kBlockAckFrames, ns3::UintegerValue(256));
  SetDefault("ns3::WifiMac::BE_MaxAmpduSize", ns3::UintegerValue(6500631));
  for (const char* attribute :
       {"Antennas", "MaxSupportedTxSpatialStreams", "MaxSupportedRxSpatialStreams"}) {
    SetDefault(std::string("ns3::WifiPhy::") + attribute, ns3::UintegerValue(2));
  }
  SetDefault("ns3::StaWifiMac::MaxMissedBeacons", ns3::UintegerValue(4294967295));
  SetDefault("ns3::LogDistancePropagationLossModel::ReferenceLoss",
             ns3::DoubleValue(20 * std::log10(4 * M_PI * 5180e6 / 299792458)));
  ns3::RngSeedManager::SetSeed(1);
  ns3::RngSeedManager::SetRun(1);
}

void put(ns3::Ptr<ns3::Node> node, const ns3::Vector& position) {
  const auto mobility = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
  mobility->SetPosition(position);
  node->AggregateObject(mobility);
}

void put_robots(const ns3::NodeContainer& robots) {
  const auto uniform = ns3::CreateObject<ns3::UniformRandomVariable>();
  uniform->SetStream(0);
  for (int i = 0; i < kRobots; ++i) {
    const double radius_m = 30 * std::sqrt(uniform->GetValue());
    const double angle = 2 * M_PI * uniform->GetValue();
    put(robots.Get(i), {radius_m * std::cos(angle), radius_m * std::sin(angle), 1});
  }
}

class Experiment {
 public:
  Experiment(int rounds, std::int64_t up_bytes, std::int64_t down_bytes, double compute_s)
      : rounds_(rounds), up_bytes_(up_bytes), down_bytes_(down_bytes), compute_s_(compute_s) {}

  void run();

 private:
  void build();
  void connect();
  void accept(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);
  void begin_round();
  void send(ns3::Ptr<ns3::Socket> socket, std::int64_t bytes);
  void fill(ns3::Ptr<ns3::Socket> socket, std::uint32_t);
  void receive_up(ns3::Ptr<ns3::Socket> socket);
  void receive_down(ns3::Ptr<ns3::Socket> socket);
  void count(ns3::Ptr<ns3::Socket> socket, std::int64_t total, void (Experiment::*done)());
  void send_down();

  int rounds_;
  std::int64_t up_bytes_, down_bytes_;
  double compute_s_;
  ns3::NodeContainer robots_, access_point_;
  ns3::Ipv4Address server_;
  ns3::Ptr<ns3::Socket> listening_;
  std::vector<ns3::Ptr<ns3::Socket>> up_, down_;  // the robots' and the server's ends
  std::map<ns3::Ptr<ns3::Socket>, std::int64_t> unsent_, received_;
  int arrived_ = 0;
};

void Experiment::build() {
  robots_.Create(kRobots);
  access_point_.Create(1);
  put_robots(robots_);
  put(access_point_.Get(0), {0, 0, 3});

  const auto channel = ns3::CreateObject<ns3::YansWifiChannel>();
  channel->SetPropagationLossModel(ns3::CreateObject<ns3::LogDistancePropagationLossModel>());
  channel->SetPropagationDelayModel(ns3::CreateObject<ns3::ConstantSpeedPropagationDelayModel>());
  ns3::YansWifiPhyHelper phy;
  phy.SetChannel(channel);
  phy.Set("ChannelSettings", ns3::StringValue("{0, 20, BAND_5GHZ, 0}"));
  ns3::WifiHelper wifi;
  wifi.SetStandard(ns3::WIFI_STANDARD_80211ax);
  wifi.SetRemoteStationManager("ns3::IdealWifiManager");
  ns3::WifiMacHelper mac;
  const ns3::SsidValue ssid(ns3::Ssid("gradwave"));
  mac.SetType("ns3::StaWifiMac", "Ssid", ssid);
  const ns3::NetDeviceContainer stations = wifi.Install(phy, mac, robots_);
  mac.SetType("ns3::ApWifiMac", "Ssid", ssid);
  const ns3::NetDeviceContainer access_point = wifi.Install(phy, mac, access_point_);
  wifi.AssignStreams({access_point, stations}, 3 << 20);

  ns3::InternetStackHelper internet;
  internet.SetIpv6StackInstall(false);
  internet.SetRoutingHelper(ns3::Ipv4StaticRoutingHelper());
  internet.Install({robots_, access_point_});
  internet.AssignStreams({robots_, access_point_}, 5 << 20);
  ns3::Ipv4AddressHelper addresses("10.1.0.0", "255.255.0.0");
  server_ = addresses.Assign(access_point).GetAddress(0);
  addresses.Assign(stations);

  listening_ = gradwave::channel::make_tcp_socket(access_point_.Get(0));
  listening_->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), kPort));
  listening_->Listen();
  listening_->SetAcceptCallback(
      ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address&>(),
      ns3::MakeCallback(&Experiment::accept, this));
}

void Experiment::connect() {
  if (up_.size() == kRobots) {
    begin_round();
    return;
  }
  const auto socket = gradwave::channel::make_tcp_socket(robots_.Get(up_.size()));
  up_.push_back(socket);
  socket->Bind();
  socket->SetRecvCallback(ns3::MakeCallback(&Experiment::receive_down, this));
  socket->SetSendCallback(ns3::MakeCallback(&Experiment::fill, this));
  socket->Connect(ns3::InetSocketAddress(server_, kPort));
}

void Experiment::accept(ns3::Ptr<ns3::Socket> socket, const ns3::Address&) {
  down_.push_back(socket);
  socket->SetRecvCallback(ns3::MakeCallback(&Experiment::receive_up, this));
  socket->SetSendCallback(ns3::MakeCallback(&Experiment::fill, this));
  ns3::Simulator::Schedule(ns3::MilliSeconds(10), &Experiment::connect, this);
}

void Experiment::begin_round() {
  if (rounds_-- == 0) {
    ns3::Simulator::Stop();
    return;
  }
  for (const auto& socket : up_) {
    ns3::Simulator::Schedule(ns3::Seconds(compute_s_), &Experiment::send, this, socket, up_bytes_);
  }
}

void Experiment::send_down() {
  for (const auto& socket : down_) {
    ns3::Simulator::ScheduleNow(&Experiment::send, this, socket, down_bytes_);
  }
}

void Experiment::send(ns3::Ptr<ns3::Socket> socket, std::int64_t bytes) {
  unsent_[socket] += bytes;
  fill(socket, socket->GetTxAvailable());
}

void Experiment::fill(ns3::Ptr<ns3::Socket> socket, std::uint32_t) {
  std::int64_t& unsent = unsent_[socket];
  while (unsent > 0 && socket->GetTxAvailable() > 0) {
    const auto chunk = std::min<std::int64_t>(unsent, socket->GetTxAvailable());
    unsent -= chunk;
    socket->Send(ns3::Create<ns3::Packet>(chunk));
  }
}

void Experiment::receive_up(ns3::Ptr<ns3::Socket> socket) {
  count(socket, up_bytes_, &Experiment::send_down);
}

void Experiment::receive_down(ns3::Ptr<ns3::Socket> socket) {
  count(socket, down_bytes_, &Experiment::begin_round);
}

void Experiment::count(ns3::Ptr<ns3::Socket> socket, std::int64_t total,
                       void (Experiment::*done)()) {
  std::int64_t& received = received_[socket];
  while (const auto packet = socket->Recv()) received += packet->GetSize();
  if (received < total) return;
  received = 0;
  if (++arrived_ < kRobots) return;
  arrived_ = 0;
  (this->*done)();
}

void Experiment::run() {
  build();
  ns3::Simulator::Schedule(ns3::MilliSeconds(200), &Experiment::connect, this);  // all associated
  ns3::Simulator::Run();
  std::printf("%.9f simulated seconds, %llu events\n", ns3::Simulator::Now().GetSeconds(),
              static_cast<unsigned long long>(ns3::Simulator::GetEventCount()));
  ns3::Simulator::Destroy();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s ROUNDS UPLINK_BYTES DOWNLINK_BYTES COMPUTE_S\n", argv[0]);
    return 2;
  }
  set_defaults();
  Experiment(std::atoi(argv[1]), std::atoll(argv[2]), std::atoll(argv[3]), std::atof(argv[4]))
      .run();
}
