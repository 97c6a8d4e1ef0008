// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/internet/internet.h"

#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-static-routing-helper.h>
#include <ns3/ipv4.h>

#include "channel-models/ns3/attributes.h"
#include "channel-models/ns3/streams.h"

namespace gradwave::channel {

void apply_point_to_point(double rate_bps, double delay_s, std::int64_t mtu_bytes) {
  set_default("ns3::PointToPointNetDevice::DataRate",
              std::to_string(static_cast<std::int64_t>(rate_bps)) + "bps");
  set_default("ns3::PointToPointNetDevice::Mtu", mtu_bytes);
  set_default_time("ns3::PointToPointChannel::Delay", delay_s);
}

void install_internet(const ns3::NodeContainer& nodes) {
  ns3::InternetStackHelper internet;
  internet.SetIpv6StackInstall(false);
  internet.SetRoutingHelper(ns3::Ipv4StaticRoutingHelper());
  internet.Install(nodes);
  internet.AssignStreams(nodes, kInternetStreams);
}

void set_default_route(ns3::Ptr<ns3::Node> node, ns3::Ipv4Address next_hop,
                       std::uint32_t interface) {
  ns3::Ipv4StaticRoutingHelper()
      .GetStaticRouting(node->GetObject<ns3::Ipv4>())
      ->SetDefaultRoute(next_hop, interface);
}

}  // namespace gradwave::channel
