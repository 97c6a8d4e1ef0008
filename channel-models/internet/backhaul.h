// SPDX-License-Identifier: GPL-2.0-only
// A server on a wire behind a radio's station, whose other end routes.
#pragma once

#include <ns3/ipv4-address.h>
#include <ns3/node.h>
#include <ns3/packet.h>

#include <cstdint>

namespace gradwave::channel {

class Backhaul {
 public:
  // Creates the server. Rate, delay and MTU are those of apply_point_to_point().
  explicit Backhaul(ns3::Ptr<ns3::Node> station);
  Backhaul(const Backhaul&) = delete;  // ns-3's traces hold its address
  Backhaul& operator=(const Backhaul&) = delete;

  ns3::Ptr<ns3::Node> server() const { return server_; }
  ns3::Ipv4Address server_address() const { return server_address_; }
  std::int64_t bytes() const { return bytes_; }  // both ways, so far

 private:
  void count(ns3::Ptr<const ns3::Packet> packet) { bytes_ += packet->GetSize(); }

  ns3::Ptr<ns3::Node> server_;
  ns3::Ipv4Address server_address_;
  std::int64_t bytes_ = 0;
};

}  // namespace gradwave::channel
