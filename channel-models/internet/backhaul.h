// SPDX-License-Identifier: GPL-2.0-only
// A server on a wire behind a radio's station, whose other end routes. Both ends have a queue: a
// FIFO that drops what finds it full (QueueOptions), or ns-3's FqCoDel, which drops packets of a
// flow whose queue stands for 5 ms.
#pragma once

#include <ns3/ipv4-address.h>
#include <ns3/net-device.h>
#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/queue-item.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

// Throws OptionError for an unknown word; `group` is the scenario's, "wifi.backhaul".
void check_queue(const QueueOptions& options, const std::string& group);

class Backhaul {
 public:
  // Creates the server. Rate, delay and MTU are those of apply_point_to_point(). `robots` [M] are
  // the addresses behind the station.
  Backhaul(ns3::Ptr<ns3::Node> station, const QueueOptions& queue,
           const std::vector<ns3::Ipv4Address>& robots);
  Backhaul(const Backhaul&) = delete;  // ns-3's traces hold its address
  Backhaul& operator=(const Backhaul&) = delete;

  ns3::Ptr<ns3::Node> server() const { return server_; }
  ns3::Ipv4Address server_address() const { return server_address_; }
  std::int64_t bytes() const { return bytes_; }  // both ways, so far
  // Packets from a robot, or to it, that the queue dropped so far.
  std::int64_t drops(int robot, bool up) const { return drops_[up][robot]; }

  // Called when a robot's packet comes into the queue (1) and when it has left the wire or is
  // dropped
  // (-1).
  using Moved = std::function<void(int robot, bool up, int packets)>;
  void on_moved(Moved moved) { moved_ = std::move(moved); }

 private:
  void watch(ns3::Ptr<ns3::NetDevice> device, bool up, const QueueOptions& queue);
  void drop(bool up, ns3::Ptr<const ns3::Packet> packet);
  void drop_item(bool up, bool was_in, ns3::Ptr<const ns3::QueueDiscItem> item);
  void enter_item(bool up, ns3::Ptr<const ns3::QueueDiscItem> item);
  void enter(bool up, ns3::Ptr<const ns3::Packet> packet);
  void leave(bool up, ns3::Ptr<const ns3::Packet> packet);
  void move(bool up, ns3::Ipv4Address robot, int packets, bool dropped = false);

  ns3::Ptr<ns3::Node> server_;
  ns3::Ipv4Address server_address_;
  std::map<ns3::Ipv4Address, int> robots_;
  std::int64_t bytes_ = 0;
  std::array<std::vector<std::int64_t>, 2> drops_;  // [down, up][M]
  Moved moved_;
};

}  // namespace gradwave::channel
