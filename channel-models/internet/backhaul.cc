// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/internet/backhaul.h"

#include <ns3/ipv4-address-helper.h>
#include <ns3/point-to-point-helper.h>

#include "channel-models/internet/internet.h"

namespace gradwave::channel {

Backhaul::Backhaul(ns3::Ptr<ns3::Node> station) : server_(ns3::CreateObject<ns3::Node>()) {
  install_internet(server_);
  const ns3::NetDeviceContainer ends = ns3::PointToPointHelper().Install(station, server_);
  for (std::uint32_t end : {0, 1}) {
    ends.Get(end)->TraceConnectWithoutContext("PhyTxBegin",
                                              ns3::MakeCallback(&Backhaul::count, this));
  }
  ns3::Ipv4AddressHelper addresses("10.2.0.0", "255.255.255.252");
  const ns3::Ipv4InterfaceContainer interfaces = addresses.Assign(ends);
  server_address_ = interfaces.GetAddress(1);
  set_default_route(server_, interfaces.GetAddress(0), interfaces.Get(1).second);
}

}  // namespace gradwave::channel
