// SPDX-License-Identifier: GPL-2.0-only
// Rounds of uploads or of downloads over 5G-LENA, CTTC's NR module for ns-3, as links.cc has them
// over ours: M robots on a circle about one gNB, UMi street canyon with line of sight, no
// shadowing, 3.5 GHz, 30 kHz, DDDSU, one antenna at each end, each robot's TCP connection open all
// the time, gradwave's TCP at both ends. Prints the mean latency of a round in s and this process's
// seconds for each delivered MB. Built and used by lena.py.
#include <ns3/cc-bwp-helper.h>
#include <ns3/constant-position-mobility-model.h>
#include <ns3/core-module.h>
#include <ns3/ideal-beamforming-algorithm.h>
#include <ns3/ideal-beamforming-helper.h>
#include <ns3/internet-module.h>
#include <ns3/isotropic-antenna-model.h>
#include <ns3/mobility-helper.h>
#include <ns3/multi-model-spectrum-channel.h>
#include <ns3/nr-eesm-cc-t1.h>
#include <ns3/nr-eesm-cc-t2.h>
#include <ns3/nr-gnb-net-device.h>
#include <ns3/nr-helper.h>
#include <ns3/nr-mac-scheduler-ofdma-rr.h>
#include <ns3/nr-point-to-point-epc-helper.h>
#include <ns3/nr-ue-net-device.h>
#include <ns3/point-to-point-module.h>

#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "channel-models/internet/tcp.h"
#include "channel-models/internet/tcp_socket.h"

namespace {

using namespace ns3;

struct Setup {
  std::uint32_t robots = 1, bytes = 100000, rounds = 10, mcs_table = 2;
  double bandwidth_mhz = 20, radius_m = 20;
  bool fading = false;
  std::string direction = "uplink";
};

// gradwave's TCP, and no queue of RLC's that overflows.
void set_defaults() {
  Config::SetDefault("ns3::LteRlcUm::MaxTxBufferSize", UintegerValue(6172672));
  constexpr int kSegment = 1400;  // GTP leaves 1500 less 36 bytes
  gradwave::channel::apply_tcp({}, kSegment + gradwave::channel::kSegmentHeaderBytes, 0);
}

// Robots at the front, the gNB last.
NodeContainer make_nodes(const Setup& setup) {
  NodeContainer nodes;
  nodes.Create(setup.robots + 1);
  const auto places = CreateObject<ListPositionAllocator>();
  for (std::uint32_t i = 0; i < setup.robots; ++i) {
    const double angle = 2 * M_PI * i / setup.robots;
    places->Add(Vector(setup.radius_m * std::cos(angle), setup.radius_m * std::sin(angle), 1.5));
  }
  places->Add(Vector(0, 0, 10));
  MobilityHelper mobility;
  mobility.SetMobilityModel("ns3::ConstantPositionMobilityModel");
  mobility.SetPositionAllocator(places);
  mobility.Install(nodes);
  return nodes;
}

class Network {
 public:
  explicit Network(const Setup& setup);
  const NodeContainer& robots() const { return robots_; }
  Ptr<Node> server() const { return server_; }
  Ipv4Address server_address() const { return server_address_; }

 private:
  BandwidthPartInfoPtrVector make_carrier(const Setup& setup);
  void install_radio(const Setup& setup);
  void install_internet();

  NodeContainer robots_, gnb_;
  Ptr<Node> server_ = CreateObject<Node>();
  Ipv4Address server_address_;
  Ptr<NrPointToPointEpcHelper> core_ = CreateObject<NrPointToPointEpcHelper>();
  Ptr<NrHelper> nr_ = CreateObject<NrHelper>();
  OperationBandInfo band_;
  NetDeviceContainer devices_, gnb_devices_;
};

Network::Network(const Setup& setup) {
  const NodeContainer nodes = make_nodes(setup);
  for (std::uint32_t i = 0; i < setup.robots; ++i) robots_.Add(nodes.Get(i));
  gnb_.Add(nodes.Get(setup.robots));
  install_radio(setup);
  install_internet();
}

BandwidthPartInfoPtrVector Network::make_carrier(const Setup& setup) {
  CcBwpCreator creator;
  band_ = creator.CreateOperationBandContiguousCc(CcBwpCreator::SimpleOperationBandConf(
      3.5e9, 1e6 * setup.bandwidth_mhz, 1, BandwidthPartInfo::UMi_StreetCanyon_LoS));
  nr_->SetPathlossAttribute("ShadowingEnabled", BooleanValue(false));
  if (setup.fading) {
    nr_->InitializeOperationBand(&band_);
  } else {  // a channel of its own, with the path loss alone
    nr_->InitializeOperationBand(&band_, NrHelper::INIT_PROPAGATION);
    const auto& part = band_.GetBwpAt(0, 0);
    part->m_channel = CreateObject<MultiModelSpectrumChannel>();
    part->m_channel->AddPropagationLossModel(part->m_propagation);
  }
  return CcBwpCreator::GetAllBwps({std::ref(band_)});
}

void Network::install_radio(const Setup& setup) {
  const auto beams = CreateObject<IdealBeamformingHelper>();
  beams->SetAttribute("BeamformingMethod", TypeIdValue(DirectPathBeamforming::GetTypeId()));
  nr_->SetBeamformingHelper(beams);
  nr_->SetEpcHelper(core_);
  core_->SetAttribute("S1uLinkDelay", TimeValue(Seconds(0)));
  const BandwidthPartInfoPtrVector carrier = make_carrier(setup);

  const std::string errors = setup.mcs_table == 1 ? "ns3::NrEesmCcT1" : "ns3::NrEesmCcT2";
  nr_->SetUlErrorModel(errors);
  nr_->SetDlErrorModel(errors);
  nr_->SetGnbDlAmcAttribute("AmcModel", EnumValue(NrAmc::ErrorModel));
  nr_->SetGnbUlAmcAttribute("AmcModel", EnumValue(NrAmc::ErrorModel));
  nr_->SetSchedulerTypeId(NrMacSchedulerOfdmaRR::GetTypeId());
  const PointerValue antenna(CreateObject<IsotropicAntennaModel>());
  nr_->SetUeAntennaAttribute("NumRows", UintegerValue(1));
  nr_->SetUeAntennaAttribute("NumColumns", UintegerValue(1));
  nr_->SetUeAntennaAttribute("AntennaElement", antenna);
  nr_->SetGnbAntennaAttribute("NumRows", UintegerValue(1));
  nr_->SetGnbAntennaAttribute("NumColumns", UintegerValue(1));
  nr_->SetGnbAntennaAttribute("AntennaElement", antenna);
  nr_->SetUePhyAttribute("TxPower", DoubleValue(23));
  nr_->SetUePhyAttribute("NoiseFigure", DoubleValue(9));
  nr_->SetGnbPhyAttribute("TxPower", DoubleValue(24));
  nr_->SetGnbPhyAttribute("NoiseFigure", DoubleValue(5));
  nr_->SetGnbPhyAttribute("Numerology", UintegerValue(1));
  nr_->SetGnbPhyAttribute("Pattern", StringValue("DL|DL|DL|S|UL|"));

  gnb_devices_ = nr_->InstallGnbDevice(gnb_, carrier);
  devices_ = nr_->InstallUeDevice(robots_, carrier);
  nr_->AssignStreams(devices_, nr_->AssignStreams(gnb_devices_, 1) + 1);
  DynamicCast<NrGnbNetDevice>(gnb_devices_.Get(0))->UpdateConfig();
  for (std::uint32_t i = 0; i < devices_.GetN(); ++i) {
    DynamicCast<NrUeNetDevice>(devices_.Get(i))->UpdateConfig();
  }
}

void Network::install_internet() {
  InternetStackHelper internet;
  internet.Install(server_);
  internet.Install(robots_);
  PointToPointHelper wire;
  wire.SetDeviceAttribute("DataRate", StringValue("100Gb/s"));
  wire.SetDeviceAttribute("Mtu", UintegerValue(2500));
  Ipv4AddressHelper addresses("1.0.0.0", "255.0.0.0");
  server_address_ = addresses.Assign(wire.Install(core_->GetPgwNode(), server_)).GetAddress(1);
  Ipv4StaticRoutingHelper routing;
  routing.GetStaticRouting(server_->GetObject<Ipv4>())
      ->AddNetworkRouteTo("7.0.0.0", "255.0.0.0", 1);
  core_->AssignUeIpv4Address(devices_);
  for (std::uint32_t i = 0; i < robots_.GetN(); ++i) {
    routing.GetStaticRouting(robots_.Get(i)->GetObject<Ipv4>())
        ->SetDefaultRoute(core_->GetUeDefaultGatewayAddress(), 1);
  }
  nr_->AttachToClosestEnb(devices_, gnb_devices_);
}

// Each round's compute time is links.cc's, so that it begins at another phase of the slots.
double computing_s(std::uint32_t round) { return 0.1 + 0.00173 * round; }

}  // namespace

int main(int argc, char** argv) {
  Setup setup;
  CommandLine line;
  line.AddValue("robots", "how many", setup.robots);
  line.AddValue("bytes", "of each robot and round", setup.bytes);
  line.AddValue("rounds", "how many", setup.rounds);
  line.AddValue("bandwidth_mhz", "of the carrier", setup.bandwidth_mhz);
  line.AddValue("radius_m", "of the circle", setup.radius_m);
  line.AddValue("mcs_table", "1: 64QAM, 2: 256QAM", setup.mcs_table);
  line.AddValue("fading", "of TR 38.901's clusters", setup.fading);
  line.AddValue("direction", "uplink or downlink", setup.direction);
  line.Parse(argc, argv);
  if (setup.direction != "uplink" && setup.direction != "downlink") {
    std::fprintf(stderr, "--direction: expected uplink or downlink\n");
    return 2;
  }

  set_defaults();
  const Network network(setup);
  const bool up = setup.direction == "uplink";
  std::vector<Ptr<Socket>> robots, at_server;
  std::uint64_t missing = 0;
  std::uint32_t round = 0;
  double begin_s = 0, latency_s = 0;
  std::clock_t begin_cpu = 0;
  const std::function<void()> begin = [&] {
    if (round == 0) begin_cpu = std::clock();
    begin_s = Simulator::Now().GetSeconds();
    missing = std::uint64_t{setup.robots} * setup.bytes;
    for (const auto& sender : up ? robots : at_server) sender->Send(Create<Packet>(setup.bytes));
  };
  const Callback<void, Ptr<Socket>> receive([&](Ptr<Socket> from) {
    for (auto packet = from->Recv(); packet && packet->GetSize() > 0; packet = from->Recv()) {
      missing -= packet->GetSize();
    }
    if (missing > 0) return;
    latency_s += (Simulator::Now().GetSeconds() - begin_s) / setup.rounds;
    if (++round == setup.rounds) return Simulator::Stop();
    Simulator::Schedule(Seconds(computing_s(round)), begin);
  });

  const auto server = gradwave::channel::make_tcp_socket(network.server());
  server->Bind(InetSocketAddress(Ipv4Address::GetAny(), 9));
  server->Listen();
  server->SetAcceptCallback(
      MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
      Callback<void, Ptr<Socket>, const Address&>([&](Ptr<Socket> socket, const Address&) {
        socket->SetRecvCallback(receive);
        at_server.push_back(socket);
      }));
  Simulator::Schedule(Seconds(0.4), [&] {
    for (std::uint32_t i = 0; i < setup.robots; ++i) {
      robots.push_back(gradwave::channel::make_tcp_socket(network.robots().Get(i)));
      robots[i]->Bind();
      robots[i]->SetRecvCallback(receive);
      robots[i]->Connect(InetSocketAddress(network.server_address(), 9));
    }
  });
  Simulator::Schedule(Seconds(1), begin);
  Simulator::Stop(Seconds(600));
  Simulator::Run();
  if (round < setup.rounds) {
    std::fprintf(stderr, "round %u is not complete after 600 s\n", round);
    return 1;
  }
  const double megabytes = 1e-6 * setup.bytes * setup.robots * setup.rounds;
  const double used_s = static_cast<double>(std::clock() - begin_cpu) / CLOCKS_PER_SEC;
  std::printf("%.6f,%.5f\n", latency_s, used_s / megabytes);
  Simulator::Destroy();
  return 0;
}
