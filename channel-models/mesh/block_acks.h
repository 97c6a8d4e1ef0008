// SPDX-License-Identifier: GPL-2.0-only
// Agreements upon block acknowledgment between the radios of a mesh. Only for mesh.cc.
#pragma once

#include <ns3/wifi-mac.h>

namespace gradwave::channel {

// From now on `sender` has one with `receiver`, as if they had just agreed, without frames on the
// air and whatever was before. ns-3's own agreements do not bear robots that come and go: a request
// whose last acknowledgment is lost ends the simulation, and one whose frames outlived their time
// unsent holds up its sender for ever.
void agree_on_block_acks(ns3::Ptr<ns3::WifiMac> sender, ns3::Ptr<ns3::WifiMac> receiver);

}  // namespace gradwave::channel
