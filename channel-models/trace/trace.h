// SPDX-License-Identifier: GPL-2.0-only
// The link technology "trace": a link of its own from each robot to the server, which carries what
// a measured one did. IP packets of at most 1,500 bytes, one after the other through a buffer of
// buffer_bytes (the newest is dropped), each for as long as the trace takes to carry its bytes,
// then its delay, in order; some are lost. The traces begin with round 0; until then nothing takes
// time but the delay.
//
// Robot i has file i mod n of the n files, and is (i div n) times shift_s ahead in it.
//
// Counters of a message: phy_rate_bps (while something was sent), lost_packets, queue_drops, and
// its latency in parts: sending_s (the link busy with packets of this robot), delay_s, window_s
// (nothing was sent: TCP waited).
#pragma once

#include "channel-models/technology.h"

namespace gradwave::channel {

Technology trace_technology();

}  // namespace gradwave::channel
