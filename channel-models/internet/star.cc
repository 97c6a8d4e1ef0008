// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/internet/star.h"

#include <ns3/ipv4-address-helper.h>
#include <ns3/ipv4-header.h>
#include <ns3/mac48-address.h>

#include "channel-models/internet/internet.h"

namespace gradwave::channel {
namespace {

using ns3::Address;
using ns3::Packet;
using ns3::Ptr;
using ns3::VirtualNetDevice;

constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint32_t kInterface = 1;  // after the loopback

}  // namespace

Star::Star(const ns3::NodeContainer& robots, Ptr<ns3::Node> hub, std::int64_t mtu_bytes, Send send)
    : send_(std::move(send)), robots_(robots) {
  hub_ = install(hub, mtu_bytes,
                 [this](Ptr<Packet> packet, const Address&, const Address&, std::uint16_t) {
                   return send_down(packet);
                 });
  ns3::NetDeviceContainer devices;
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
    devices_.push_back(
        install(robots.Get(i), mtu_bytes,
                [this, i](Ptr<Packet> packet, const Address&, const Address&, std::uint16_t) {
                  return send_(static_cast<int>(i), true, packet);
                }));
    devices.Add(devices_.back());
  }
  ns3::Ipv4AddressHelper addresses("10.1.0.0", "255.255.0.0");
  hub_address_ = addresses.Assign(ns3::NetDeviceContainer(hub_)).GetAddress(0);
  const ns3::Ipv4InterfaceContainer interfaces = addresses.Assign(devices);
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
    robot_addresses_.push_back(interfaces.GetAddress(i));
    by_address_[robot_addresses_.back()] = static_cast<int>(i);
  }
}

Ptr<VirtualNetDevice> Star::install(Ptr<ns3::Node> node, std::int64_t mtu_bytes,
                                    VirtualNetDevice::SendCallback send) {
  const auto device = ns3::CreateObject<VirtualNetDevice>();
  device->SetAddress(ns3::Mac48Address::Allocate());
  device->SetMtu(static_cast<std::uint16_t>(mtu_bytes));
  device->SetNeedsArp(false);
  device->SetSendCallback(send);
  node->AddDevice(device);
  return device;
}

// For whom it is stands in its IP header.
bool Star::send_down(Ptr<Packet> packet) {
  ns3::Ipv4Header header;
  packet->PeekHeader(header);
  const auto robot = by_address_.find(header.GetDestination());
  return robot != by_address_.end() && send_(robot->second, false, packet);
}

void Star::deliver(int robot, bool up, Ptr<Packet> packet) {
  const Ptr<VirtualNetDevice> from = up ? devices_[robot] : hub_;
  const Ptr<VirtualNetDevice> to = up ? hub_ : devices_[robot];
  to->Receive(packet, kIpv4, from->GetAddress(), to->GetAddress(), ns3::NetDevice::PACKET_HOST);
}

void Star::route_through_hub() {
  for (std::uint32_t i = 0; i < robots_.GetN(); ++i) {
    set_default_route(robots_.Get(i), hub_address_, kInterface);
  }
}

}  // namespace gradwave::channel
