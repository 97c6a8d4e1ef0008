// SPDX-License-Identifier: GPL-2.0-only
// A link technology: M robots, one server, and what lies between, as ns-3 nodes with IPv4 stacks.
// One per process, built once and never rebuilt: robots keep moving while they compute.
#pragma once

#include <ns3/ipv4-address.h>
#include <ns3/node-container.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

// Counted since the link was built; the difference of two readings is what happened between.
struct Traffic {
  std::int64_t mac_retries = 0;    // data frames sent again by the link layer
  std::int64_t data_bytes = 0;     // of data frames, as sent by the physical layer
  double rate_weighted_bytes = 0;  // sum of bytes times physical rate: divided by data_bytes, the
                                   // mean physical rate in bit/s
};

class Link {
 public:
  virtual ~Link() = default;

  virtual const ns3::NodeContainer& robots() const = 0;  // [M]
  virtual ns3::Ptr<ns3::Node> server() const = 0;
  virtual ns3::Ipv4Address server_address() const = 0;

  // True once every robot can ask for a connection (is associated).
  virtual bool ready() const = 0;
  // The robots that are not ready, in words, for the error that says so.
  virtual std::string waiting_for() const = 0;
  // Fading and random loss start here, when every connection stands: what comes before round 0 is
  // not measured, and must not fail by chance.
  virtual void begin() = 0;

  virtual double distance_m(int worker) const = 0;  // to the other end of its link, now
  virtual Traffic uplink(int worker) const = 0;     // sent by this robot
  virtual Traffic downlink(int worker) const = 0;   // sent to this robot
  virtual std::int64_t wire_bytes() const = 0;      // every byte on every medium
  virtual double airtime_s() const = 0;             // the radio channel busy; 0 on a wire
};

// Builds options.link after configure(options).
std::unique_ptr<Link> make_link(const LinkOptions& options);

}  // namespace gradwave::channel
