// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wire/wire.h"

#include <ns3/error-model.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/point-to-point-net-device.h>
#include <ns3/pointer.h>

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
  double distance_m(int) const override { return 0; }
  Traffic uplink(int worker) const override { return traffic(uplink_bytes_[worker]); }
  Traffic downlink(int worker) const override { return traffic(downlink_bytes_[worker]); }
  std::int64_t wire_bytes() const override { return wire_bytes_; }
  double airtime_s() const override { return 0; }

 private:
  // One end of a robot's wire: what it sends is counted, what it receives is lost as often as said.
  void set_up_end(ns3::Ptr<ns3::NetDevice> device, std::int64_t* sent_bytes, double loss,
                  std::int64_t stream);
  void count(std::int64_t* sent_bytes, ns3::Ptr<const ns3::Packet> packet);
  Traffic traffic(std::int64_t bytes) const { return {0, bytes, bytes * rate_bps_}; }

  ns3::NodeContainer robots_, server_;
  ns3::Ipv4Address server_address_;
  double rate_bps_;
  std::vector<std::int64_t> uplink_bytes_, downlink_bytes_;  // [M]
  std::int64_t wire_bytes_ = 0;
  std::vector<ns3::Ptr<ns3::ErrorModel>> losses_;  // [2M]
};

Wire::Wire(const LinkOptions& options)
    : rate_bps_(options.wire.rate_bps),
      uplink_bytes_(options.workers),
      downlink_bytes_(options.workers) {
  robots_.Create(options.workers);
  server_.Create(1);
  install_internet({robots_, server_});

  ns3::PointToPointHelper wire;
  wire.DisableFlowControl();  // and so no queue discipline that would drop packets
  ns3::Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
  for (int i = 0; i < options.workers; ++i, addresses.NewNetwork()) {
    const ns3::NetDeviceContainer ends = wire.Install(robots_.Get(i), server());
    const std::int64_t stream = kErrorStreams + 2 * i;
    set_up_end(ends.Get(0), &uplink_bytes_[i], options.wire.loss, stream);
    set_up_end(ends.Get(1), &downlink_bytes_[i], options.wire.loss, stream + 1);
    // The server has an address on each wire and answers on all of them to the first.
    const ns3::Ipv4InterfaceContainer interfaces = addresses.Assign(ends);
    if (i == 0) server_address_ = interfaces.GetAddress(1);
    set_default_route(robots_.Get(i), interfaces.GetAddress(1), interfaces.Get(0).second);
  }
}

void Wire::set_up_end(ns3::Ptr<ns3::NetDevice> device, std::int64_t* sent_bytes, double loss,
                      std::int64_t stream) {
  device->TraceConnectWithoutContext("PhyTxBegin",
                                     ns3::MakeCallback(&Wire::count, this, sent_bytes));
  if (!(loss > 0)) return;
  const auto losses = ns3::CreateObject<ns3::RateErrorModel>();
  losses->SetUnit(ns3::RateErrorModel::ERROR_UNIT_PACKET);
  losses->SetRate(loss);
  losses->AssignStreams(stream);
  losses->Disable();
  device->SetAttribute("ReceiveErrorModel", ns3::PointerValue(losses));
  losses_.push_back(losses);
}

void Wire::count(std::int64_t* sent_bytes, ns3::Ptr<const ns3::Packet> packet) {
  *sent_bytes += packet->GetSize();
  wire_bytes_ += packet->GetSize();
}

}  // namespace

void configure_wire(const LinkOptions& options) {
  configure_point_to_point(options.wire.rate_bps, options.wire.delay_s, options.wire.mtu_bytes);
  set_default("ns3::DropTailQueue<Packet>::MaxSize", std::string("4294967295p"));
  configure_tcp(options.tcp, options.wire.mtu_bytes);
}

std::unique_ptr<Link> make_wire(const LinkOptions& options) {
  return std::make_unique<Wire>(options);
}

}  // namespace gradwave::channel
