// SPDX-License-Identifier: GPL-2.0-only
// What the radios of one cell send, counted at the start of each transmission.
#pragma once

#include <ns3/mac48-address.h>
#include <ns3/net-device-container.h>
#include <ns3/nstime.h>
#include <ns3/wifi-ppdu.h>
#include <ns3/wifi-tx-vector.h>

#include <cstdint>
#include <map>
#include <vector>

#include "channel-models/link.h"

namespace gradwave::channel {

class WifiMeter {
 public:
  WifiMeter(const ns3::NetDeviceContainer& stations, const ns3::NetDeviceContainer& access_point);
  WifiMeter(const WifiMeter&) = delete;  // ns-3's traces hold its address
  WifiMeter& operator=(const WifiMeter&) = delete;

  const Traffic& uplink(int worker) const { return uplink_[worker]; }
  const Traffic& downlink(int worker) const { return downlink_[worker]; }
  std::int64_t wire_bytes() const { return wire_bytes_; }  // of all frames, control and beacons too
  double airtime_s() const { return airtime_.GetSeconds(); }  // overlapping frames counted once

 private:
  void count(int sender, ns3::WifiConstPsduMap psdus, ns3::WifiTxVector tx_vector, double power_w);

  std::vector<Traffic> uplink_, downlink_;    // [M]
  std::map<ns3::Mac48Address, int> workers_;  // by the address of their radio
  ns3::WifiPhyBand band_;
  std::int64_t wire_bytes_ = 0;
  ns3::Time airtime_, busy_until_;
};

}  // namespace gradwave::channel
