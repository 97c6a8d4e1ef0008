// SPDX-License-Identifier: GPL-2.0-only
// The link technology "mesh": robots and the server are alike, stations of one ad hoc Wi-Fi network
// (IEEE 802.11 IBSS) on one channel, hidden nodes and all, and relay IP packets for each other. The
// radios are those of the technology "wifi" (wifi/wifi.h says what of ns-3's defaults was changed),
// but for WifiMacQueue::MaxDelay, which is ns-3's 0.5 s: as long as frames for a neighbour that has
// gone are in a queue, requests for their acknowledgment keep all others waiting. The server has
// the access point's place. Addresses are known to all.
//
// Routes are static in IP's eyes and laid by graph.h: an edge is where the loss model, without
// fading and with margin_db taken off, leaves half of the packets at some rate (wifi/wifi_rates.h),
// its cost the expected airtime of a packet then, in its worse direction. Where robots move, they
// are looked at every update_period_s; the tree changes as a whole, if another reaches more robots
// or is cheaper by `hysteresis`. Connections live on: what stood in a queue for the old next hop
// may be lost, which TCP repeats. With unreached = "leave-out", who has no route when one looks is
// out of reach until one looks again; else the others wait for it.
//
// Without a server (aggregation = "gossip") there are no routes: robots send to those at the other
// end of an edge. An edge that stands needs no margin; one that is gone loses what is under way on
// it, as soon as that is seen (sim/transport/ looks every 0.1 s). With unreached = "wait" and
// "refuse" a round does not begin unless all robots are connected.
//
// Counters of a message: hops (its own, by the routes at its end), and what the radio that sends it
// did meanwhile: mac_retries, phy_rate_bps, airtime_s, waiting_s, queue_drops; a robot's with all
// that it sends to others and relays, the server's with what it sends to this robot, through
// whomever.
#pragma once

#include "channel-models/technology.h"

namespace gradwave::channel {

Technology mesh_technology();

}  // namespace gradwave::channel
