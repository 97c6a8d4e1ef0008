// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wire/wire.h"

#include <ns3/channel.h>
#include <ns3/data-rate.h>
#include <ns3/double.h>
#include <ns3/error-model.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/point-to-point-net-device.h>
#include <ns3/pointer.h>
#include <ns3/simulator.h>
#include <ns3/string.h>

#include <algorithm>

#include "channel-models/internet/internet.h"
#include "channel-models/internet/tcp.h"
#include "channel-models/ns3/attributes.h"
#include "channel-models/ns3/streams.h"

namespace gradwave::channel {
namespace {

class Wire final : public Link {
 public:
  explicit Wire(const LinkOptions& options);
  Wire(const Wire&) = delete;  // ns-3's traces hold its address
  Wire& operator=(const Wire&) = delete;

  const ns3::NodeContainer& robots() const override { return robots_; }
  ns3::Ptr<ns3::Node> server() const override { return server_.Get(0); }
  ns3::Ipv4Address server_address() const override { return server_address_; }
  bool ready() const override { return true; }
  std::string waiting_for() const override { return ""; }
  void begin() override {
    for (const auto& losses : losses_) losses->Enable();
  }
  std::optional<double> distance_m(int, int) const override { return std::nullopt; }
  Reading uplink(int worker) const override { return reading(uplink_[worker]); }
  Reading downlink(int worker) const override { return reading(downlink_[worker]); }
  Counters between(const Reading& before, const Reading& after) const override;
  double capacity_bits(bool, double seconds) const override {
    return rate_bps_ * seconds * static_cast<double>(uplink_.size());
  }
  std::int64_t wire_bytes() const override { return wire_bytes_; }
  std::optional<double> airtime_s() const override { return std::nullopt; }

 private:
  struct Counted {
    std::int64_t bytes = 0, lost_packets = 0;
  };

  void measure(ns3::Ptr<ns3::NetDevice> device);
  void set_up_sender(ns3::Ptr<ns3::NetDevice> device, Counted& counted);
  // What it receives is lost as often as `loss` says.
  void set_up_receiver(ns3::Ptr<ns3::NetDevice> device, Counted& counted, double loss,
                       std::int64_t stream);
  void count_sent(Counted* counted, ns3::Ptr<const ns3::Packet> packet);
  void count_lost(Counted* counted, ns3::Ptr<const ns3::Packet>) { ++counted->lost_packets; }
  static Reading reading(const Counted& counted) {
    return {static_cast<double>(counted.bytes), static_cast<double>(counted.lost_packets),
            ns3::Simulator::Now().GetSeconds()};
  }

  ns3::NodeContainer robots_, server_;
  ns3::Ipv4Address server_address_;
  double rate_bps_ = 0, delay_s_ = 0;
  std::vector<Counted> uplink_, downlink_;  // [M]
  std::int64_t wire_bytes_ = 0;
  std::vector<ns3::Ptr<ns3::ErrorModel>> losses_;  // [2M]
};

Wire::Wire(const LinkOptions& options) : uplink_(options.workers), downlink_(options.workers) {
  robots_.Create(options.workers);
  server_.Create(1);
  install_internet({robots_, server_});

  ns3::PointToPointHelper wire;
  wire.DisableFlowControl();  // and so no queue discipline that would drop packets
  ns3::Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
  for (int i = 0; i < options.workers; ++i, addresses.NewNetwork()) {
    const ns3::NetDeviceContainer ends = wire.Install(robots_.Get(i), server());
    if (i == 0) measure(ends.Get(0));
    const std::int64_t stream = kErrorStreams + 2 * i;
    set_up_sender(ends.Get(0), uplink_[i]);
    set_up_receiver(ends.Get(0), downlink_[i], options.wire.loss, stream);
    set_up_sender(ends.Get(1), downlink_[i]);
    set_up_receiver(ends.Get(1), uplink_[i], options.wire.loss, stream + 1);
    // The server has an address on each wire and answers on all of them to the first.
    const ns3::Ipv4InterfaceContainer interfaces = addresses.Assign(ends);
    if (i == 0) server_address_ = interfaces.GetAddress(1);
    set_default_route(robots_.Get(i), interfaces.GetAddress(1), interfaces.Get(0).second);
  }
}

// ns3.defaults may say others than the options.
void Wire::measure(ns3::Ptr<ns3::NetDevice> device) {
  ns3::DataRateValue rate;
  device->GetAttribute("DataRate", rate);
  rate_bps_ = static_cast<double>(rate.Get().GetBitRate());
  ns3::TimeValue delay;
  device->GetChannel()->GetAttribute("Delay", delay);
  delay_s_ = delay.Get().GetSeconds();
}

void Wire::set_up_sender(ns3::Ptr<ns3::NetDevice> device, Counted& counted) {
  device->TraceConnectWithoutContext("PhyTxBegin",
                                     ns3::MakeCallback(&Wire::count_sent, this, &counted));
}

void Wire::set_up_receiver(ns3::Ptr<ns3::NetDevice> device, Counted& counted, double loss,
                           std::int64_t stream) {
  device->TraceConnectWithoutContext("PhyRxDrop",
                                     ns3::MakeCallback(&Wire::count_lost, this, &counted));
  if (!(loss > 0)) return;
  const auto losses = ns3::CreateObjectWithAttributes<ns3::RateErrorModel>(
      "ErrorRate", ns3::DoubleValue(loss), "ErrorUnit", ns3::StringValue("ERROR_UNIT_PACKET"));
  losses->AssignStreams(stream);
  losses->Disable();
  device->SetAttribute("ReceiveErrorModel", ns3::PointerValue(losses));
  losses_.push_back(losses);
}

void Wire::count_sent(Counted* counted, ns3::Ptr<const ns3::Packet> packet) {
  counted->bytes += packet->GetSize();
  wire_bytes_ += packet->GetSize();
}

Counters Wire::between(const Reading& before, const Reading& after) const {
  const double sending_s = 8 * (after[0] - before[0]) / rate_bps_;
  const double others_s = std::max(0.0, after[2] - before[2] - sending_s);
  const double delay_s = std::min(delay_s_, others_s);
  return {{"phy_rate_bps", rate_bps_},
          {"sending_s", sending_s},
          {"delay_s", delay_s},
          {"window_s", others_s - delay_s},
          {"lost_packets", after[1] - before[1]}};
}

void check_wire(const LinkOptions& options) { check_tcp(options.tcp, options.wire.mtu_bytes); }

void apply_wire(const LinkOptions& options) {
  apply_point_to_point(options.wire.rate_bps, options.wire.delay_s, options.wire.mtu_bytes);
  set_default("ns3::DropTailQueue<Packet>::MaxSize", std::string("4294967295p"));
  apply_tcp(options.tcp, options.wire.mtu_bytes, round_trip_s(options));
}

std::unique_ptr<Link> make_wire(const LinkOptions& options) {
  return std::make_unique<Wire>(options);
}

double one_way_s(const LinkOptions& options) { return options.wire.delay_s; }
std::string delay_setting(const LinkOptions&) { return "wire.delay_s"; }

World world(const LinkOptions& options) {
  World world;
  world.learns = options.wire.loss > 0;
  world.time_out_s = options.wire.loss == 0 ? 0 : options.tcp.min_rto_s;
  return world;
}

HostWork host_work(double robots) { return {5, 3, 0, 0, 2.2e-6 + 1.25e-8 * robots, 160}; }

}  // namespace

Technology wire_technology() {
  Technology wire;
  wire.check = check_wire;
  wire.apply = apply_wire;
  wire.make = make_wire;
  wire.one_way_s = one_way_s;
  wire.delay_key = delay_setting;
  wire.world = world;
  wire.influence = never;
  wire.unsampled = never;
  wire.host_work = host_work;
  return wire;
}

}  // namespace gradwave::channel
