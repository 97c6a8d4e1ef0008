// SPDX-License-Identifier: GPL-2.0-only
// What the radios of one cell send, counted at the start of each transmission, and what their queue
// disciplines drop.
#pragma once

#include <ns3/ipv4-address.h>
#include <ns3/mac48-address.h>
#include <ns3/net-device-container.h>
#include <ns3/nstime.h>
#include <ns3/queue-item.h>
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

  // Once the radios have addresses [M], and so queue disciplines.
  void watch_queues(const std::vector<ns3::Ipv4Address>& addresses);
  // Where stations relay: what the access point sends is for whom the packet says, which is not
  // the station that receives the frame.
  void look_into_packets() { looks_into_packets_ = true; }

  Reading uplink(int worker) const { return reading(uplink_[worker]); }
  Reading downlink(int worker) const { return reading(downlink_[worker]); }
  static Counters between(const Reading& before, const Reading& after);

  std::int64_t wire_bytes() const { return wire_bytes_; }  // of all frames, control and beacons too
  double airtime_s() const { return airtime_.GetSeconds(); }  // overlapping frames counted once

 private:
  struct Counted {
    std::int64_t mac_retries = 0;    // data frames sent again by the link layer
    std::int64_t data_bytes = 0;     // of data frames, as sent by the physical layer
    double rate_weighted_bytes = 0;  // sum of bytes times physical rate
    ns3::Time data_airtime;
    std::int64_t queue_drops = 0;
  };

  static Reading reading(const Counted& counted);
  void count(int sender, ns3::WifiConstPsduMap psdus, ns3::WifiTxVector tx_vector, double power_w);
  void count_packets(const ns3::WifiPsdu& psdu, double rate_bps, ns3::Time airtime);
  void count_drop(int sender, ns3::Ptr<const ns3::QueueDiscItem> item);

  ns3::NetDeviceContainer stations_, access_point_;
  std::vector<Counted> uplink_, downlink_;    // [M]
  std::map<ns3::Mac48Address, int> workers_;  // by the address of their radio
  std::map<ns3::Ipv4Address, int> workers_by_ip_;
  bool looks_into_packets_ = false;
  ns3::WifiPhyBand band_;
  std::int64_t wire_bytes_ = 0;
  ns3::Time airtime_, busy_until_;
};

}  // namespace gradwave::channel
