// SPDX-License-Identifier: GPL-2.0-only
// The link technology "wire": a full-duplex point-to-point link of its own from each robot to the
// server. Its queues hold whatever TCP sends, so the only packets lost are those that
// WireOptions::loss says; a packet of n bytes takes (n + 2) * 8 / rate + delay (2: PPP).
//
// Counters of a message: phy_rate_bps, lost_packets, and its latency in parts: sending_s (the
// sender's end busy), delay_s, window_s (nothing was sent: TCP waited).
#pragma once

#include "channel-models/technology.h"

namespace gradwave::channel {

Technology wire_technology();

}  // namespace gradwave::channel
