// SPDX-License-Identifier: GPL-2.0-only
// IPv4 stacks, addresses and routes, on ns-3's helpers.
#pragma once

#include <ns3/ipv4-address.h>
#include <ns3/node-container.h>

#include <cstdint>

namespace gradwave::channel {

// Sets the attribute defaults of wires between two nodes.
void apply_point_to_point(double rate_bps, double delay_s, std::int64_t mtu_bytes);

// IPv4 with static routes only, on pinned streams.
void install_internet(const ns3::NodeContainer& nodes);

// Routes everything that a node has no other route for.
void set_default_route(ns3::Ptr<ns3::Node> node, ns3::Ipv4Address next_hop,
                       std::uint32_t interface);

}  // namespace gradwave::channel
