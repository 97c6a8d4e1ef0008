// SPDX-License-Identifier: GPL-2.0-only
// Follows the packets of a cell through the radios that send them, to split each message's latency
// (latency_parts.h).
#pragma once

#include <ns3/ipv4-address.h>
#include <ns3/mac48-address.h>
#include <ns3/net-device-container.h>
#include <ns3/queue-item.h>
#include <ns3/wifi-mac.h>
#include <ns3/wifi-mpdu.h>
#include <ns3/wifi-ppdu.h>
#include <ns3/wifi-tx-vector.h>

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "channel-models/wifi/latency_parts.h"

namespace gradwave::channel {

class WifiLatency {
 public:
  // Once the radios have addresses, and so queue disciplines; `robots` [M] are those of the
  // stations.
  WifiLatency(const ns3::NetDeviceContainer& stations, ns3::Ptr<ns3::NetDevice> access_point,
              const std::vector<ns3::Ipv4Address>& robots);
  WifiLatency(const WifiLatency&) = delete;  // ns-3's traces hold its address
  WifiLatency& operator=(const WifiLatency&) = delete;

  void move_on_backhaul(int worker, bool up, int packets);
  // Seconds by LatencyParts::Part, up to now.
  const std::array<double, LatencyParts::kParts>& parts(int worker, bool up);
  // Packets that a radio's own queue dropped, because it was full or they were too old.
  std::int64_t drops(int worker, bool up) const { return flows_[up][worker].drops; }

 private:
  struct Flow {
    LatencyParts parts;
    std::int64_t drops = 0;
  };
  static constexpr int kAccessPoint = -1;

  void watch(ns3::Ptr<ns3::NetDevice> device, int sender);
  Flow& flow(int sender, int worker) { return flows_[sender != kAccessPoint][worker]; }
  // The worker at the other end of a sender's packet; kNobody for what is no IP packet of a robot.
  int worker_of(int sender, ns3::Ptr<const ns3::QueueDiscItem> item) const;
  int worker_of(int sender, const ns3::WifiMpdu& frame) const;
  void enter(int sender, ns3::Ptr<const ns3::QueueDiscItem> item);
  void drop(int sender, ns3::Ptr<const ns3::QueueDiscItem> item);
  void send(int sender, ns3::WifiConstPsduMap psdus, ns3::WifiTxVector vector, double power_w);
  void acknowledged(int sender, ns3::Ptr<const ns3::WifiMpdu> frame);
  void missed(int sender, ns3::Ptr<const ns3::WifiMpdu> frame);
  void dropped(int sender, ns3::WifiMacDropReason reason, ns3::Ptr<const ns3::WifiMpdu> frame);
  void answered(int sender, ns3::Mac48Address receiver);

  std::map<ns3::Mac48Address, int> workers_;  // by their radio
  std::map<ns3::Ipv4Address, int> workers_by_ip_;
  ns3::WifiPhyBand band_;
  std::vector<Flow> flows_[2];           // [down, up][M]
  std::map<int, std::int64_t> free_ns_;  // by sender: end of its last exchange
};

}  // namespace gradwave::channel
