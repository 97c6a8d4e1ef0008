// SPDX-License-Identifier: GPL-2.0-only
// Robots around a hub, in one IP network, over devices that hand their packets to whoever models
// what lies between. No address resolution and no queue discipline is in the way.
#pragma once

#include <ns3/ipv4-address.h>
#include <ns3/node-container.h>
#include <ns3/packet.h>
#include <ns3/virtual-net-device.h>

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace gradwave::channel {

class Star {
 public:
  // A packet that a robot, or with `up` false the hub for it, wants to send; false: it is dropped.
  using Send = std::function<bool(int robot, bool up, ns3::Ptr<ns3::Packet> packet)>;

  // Nodes with IP (install_internet()).
  Star(const ns3::NodeContainer& robots, ns3::Ptr<ns3::Node> hub, std::int64_t mtu_bytes,
       Send send);
  Star(const Star&) = delete;  // ns-3's devices hold its address
  Star& operator=(const Star&) = delete;

  // At the other end, now.
  void deliver(int robot, bool up, ns3::Ptr<ns3::Packet> packet);

  ns3::Ipv4Address hub_address() const { return hub_address_; }
  const std::vector<ns3::Ipv4Address>& robot_addresses() const { return robot_addresses_; }  // [M]
  void route_through_hub();  // whatever lies behind it

 private:
  ns3::Ptr<ns3::VirtualNetDevice> install(ns3::Ptr<ns3::Node> node, std::int64_t mtu_bytes,
                                          ns3::VirtualNetDevice::SendCallback send);
  bool send_down(ns3::Ptr<ns3::Packet> packet);

  Send send_;
  ns3::NodeContainer robots_;
  std::vector<ns3::Ptr<ns3::VirtualNetDevice>> devices_;  // [M]
  ns3::Ptr<ns3::VirtualNetDevice> hub_;
  ns3::Ipv4Address hub_address_;
  std::vector<ns3::Ipv4Address> robot_addresses_;
  std::map<ns3::Ipv4Address, int> by_address_;
};

}  // namespace gradwave::channel
