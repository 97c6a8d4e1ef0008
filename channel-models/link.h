// SPDX-License-Identifier: GPL-2.0-only
// A link technology: M robots, one server, and what lies between, as ns-3 nodes with IPv4 stacks.
// One per process, built once and never rebuilt: robots keep moving while they compute.
#pragma once

#include <ns3/ipv4-address.h>
#include <ns3/node-container.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "channel-models/options.h"
#include "channel-models/routes_seen.h"

namespace gradwave::channel {

// What a technology has counted on one worker's link in one direction since it was built, in an
// order that it alone knows.
using Reading = std::vector<double>;

// What lies between two readings, by name: {"mac_retries", 3}. A name that ends in _s is a part of
// the latency in seconds; what does not exist (a rate, where nothing was sent) is not among them.
using Counters = std::vector<std::pair<std::string, double>>;

constexpr int kNoPeer = -1;  // the server is at the other end

class Link {
 public:
  virtual ~Link() = default;

  virtual const ns3::NodeContainer& robots() const = 0;  // [M]
  virtual ns3::Ptr<ns3::Node> server() const = 0;        // null: there is none
  virtual ns3::Ipv4Address server_address() const = 0;

  // True once every robot can ask for a connection (is associated; without a server, all are
  // connected), or one where others are left out.
  virtual bool ready() const = 0;
  // The robots that are not ready, in words, for the error that says so.
  virtual std::string waiting_for() const = 0;
  // Why the network cannot go on, in words; "": it can.
  virtual std::string failure() const { return ""; }
  // Fading and random loss start here, when every connection stands: what comes before round 0 is
  // not measured, and must not fail by chance.
  virtual void begin() = 0;

  // To the other end of its radio link, now, or to this other robot; none on a wire.
  virtual std::optional<double> distance_m(int worker, int peer) const = 0;
  // Radio links on the way there now; none where robots do not relay.
  virtual std::optional<int> hops(int /*worker*/, int /*peer*/) const { return std::nullopt; }
  virtual Reading uplink(int worker) const = 0;    // of what this robot sent
  virtual Reading downlink(int worker) const = 0;  // of what was sent to it
  virtual Counters between(const Reading& before, const Reading& after) const = 0;
  // Bits that the medium can carry one way in any `seconds`, all robots together: what no message
  // may beat.
  virtual double capacity_bits(bool up, double seconds) const = 0;
  // The next hop of each robot to the server now [M], -1 for the server itself and for who is left
  // out; nothing where robots do not relay, or there is no route for one who is not left out.
  virtual std::vector<int> parents() const { return {}; }
  // Whether these two cannot reach each other now and the network goes on without: the server, if
  // the peer is kNoPeer, or another robot.
  virtual bool is_unreachable(int /*worker*/, int /*peer*/) const { return false; }
  // The pairs of robots that reach each other in one hop now, each the lower one first, where there
  // is no server.
  virtual std::vector<std::pair<int, int>> neighbours() const { return {}; }
  // What was seen since this was last asked; nothing where everybody is one hop from the server.
  virtual std::vector<RoutesSeen> take_routes() { return {}; }
  virtual std::int64_t wire_bytes() const = 0;          // every byte on every medium
  virtual std::optional<double> airtime_s() const = 0;  // the radio channel busy; none on a wire
};

// Round 0 begins now: robots on known paths set out, and the link's begin().
void begin(Link& link);

// Builds options.technology after apply_defaults(options).
std::unique_ptr<Link> make_link(const LinkOptions& options);

}  // namespace gradwave::channel
