// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/internet.h"

#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-static-routing-helper.h>
#include <ns3/ipv4.h>

#include "channel-models/streams.h"

namespace gradwave::channel {

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
