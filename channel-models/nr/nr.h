// SPDX-License-Identifier: GPL-2.0-only
// The link technology "nr": a 5G network of one station (gNB) or several, all on one carrier. What
// is modelled, and from which clause, and what is not, stands in channel-models/README.md; the
// radio access network itself is radio_access.h. ns-3's IP runs over it from each robot to the
// first station's node, where the server is or the core begins; a handover is below IP.
//
// Counters of a message. Its latency, in parts that add up: access_s (waiting for a scheduling
// request), grant_s (known of, waiting for a slot), air_s, blocks_s and power_s (on the air with
// all that waited, and with less for lack of resource blocks or of power), harq_s (waiting for a
// retransmission), core_s (processing, and the wire to the server), window_s (nothing was there to
// be sent: TCP's window). Means over its transport blocks: sinr_db, mcs, layers, resource_blocks,
// phy_rate_bps. Numbers: transport_blocks, harq_retransmissions, rlc_recoveries, queue_drops,
// handovers.
#pragma once

#include "channel-models/technology.h"

namespace gradwave::channel {

Technology nr_technology();

}  // namespace gradwave::channel
