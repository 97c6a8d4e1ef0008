// SPDX-License-Identifier: GPL-2.0-only
// The link technology "wifi": an infrastructure network, robots as stations, the server on the
// access point or behind it on a point-to-point backhaul. One channel, no other network on it;
// packets are received or lost by signal, noise and interference (ns-3's YansWifiPhy). Streams
// share neither power nor interference: each has the SINR that one would have. Other than ns-3's
// defaults (in brackets):
//
// clang-format off
//   WifiRemoteStationManager::MaxSsrc  30 (7), the software retries of Linux' ath9k: a burst of
//                                      collisions delays a gradient and costs TCP no timeout
//   WifiMacQueue::MaxDelay             10 s (0.5 s): on a slow channel the radio delays and does not
//                                      drop
//   QosTxop::AddBaResponseTimeout      1 s, as in the standard (1 ms): among many robots the answer
//                                      takes longer than 1 ms, and then both ends disagree for ever
//                                      about which frames are to come
//   WifiMac::BE_BlockAckThreshold      1 (0): block acknowledgment is agreed upon with the first
//                                      packet, hence before round 0
//   StaWifiMac::MaxMissedBeacons       for ever (10): a robot that leaves and returns goes on where
//                                      it was; if it associated anew, ns-3's block acknowledgment
//                                      would stay behind
// clang-format on
//
// Kept from ns-3: FqCoDel above the radio's queue, as in Linux, which may drop where the queue
// stands, A-MPDU of at most 65,535 bytes, no RTS/CTS. Rate control "ideal" learns only from frames
// that arrive: under fading it stays with a rate that needs a fade as lucky as the last, where
// "minstrel-ht" tries others.
//
// Counters of a message: mac_retries (data frames sent again), phy_rate_bps (mean over the bytes
// sent), queue_drops (packets that a queue on its path dropped: above the radio, in it, on the
// backhaul), and its latency in parts that add up (latency_parts.h): window_s, backhaul_s (with
// one), queue_s, retransmission_s, contention_s, air_s, acknowledgement_s.
#pragma once

#include "channel-models/technology.h"

namespace gradwave::channel {

Technology wifi_technology();

}  // namespace gradwave::channel
