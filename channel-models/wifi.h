// SPDX-License-Identifier: GPL-2.0-only
// The link technology "wifi": an infrastructure network, robots as stations, the server on the
// access point or behind it on a point-to-point backhaul. One channel, no other network on it;
// packets are received or lost by signal, noise and interference (ns-3's YansWifiPhy), one spatial
// stream.
//
// Kept from ns-3: FqCoDel above the radio's queue, A-MPDU up to 65,535 bytes, no RTS/CTS, seven
// retries of a frame. Changed: a frame waits up to 10 s in the radio's queue (ns-3: 0.5 s), so that
// a slow channel delays a round's gradients instead of dropping them.
#pragma once

#include <memory>

#include "channel-models/link.h"

namespace gradwave::channel {

void configure_wifi(const LinkOptions& options);
std::unique_ptr<Link> make_wifi(const LinkOptions& options);

}  // namespace gradwave::channel
