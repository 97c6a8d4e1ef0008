// SPDX-License-Identifier: GPL-2.0-only
// The narrow waist between training and the network: messages go in, deliveries come out, and
// simulated time passes only inside connect() and next(). PacketTransport simulates every packet.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "channel-models/routes_seen.h"

namespace gradwave {

enum class Direction { kUplink, kDownlink };

constexpr int kServer = -1;

// Bytes from a robot to its peer, or from that to it: the server, or another robot.
struct Message {
  std::int64_t id = 0;  // whoever sends chooses it; unlike those of all others under way
  int worker = 0;
  Direction direction = Direction::kUplink;
  std::int64_t bytes = 0;
  int peer = kServer;  // kUplink: the receiver
};

// A message, complete at its receiver; or lost.
struct Delivery {
  Message message;
  double start_s = 0;                // simulated: handed to the socket
  double end_s = 0;                  // simulated: last byte at the receiving application
  std::optional<double> distance_m;  // of the radio link, at end_s
  std::int64_t retransmissions = 0;  // TCP segments, since the message before it arrived
  std::vector<std::pair<std::string, double>> counters;  // the link's own, channel-models/link.h
  bool drawn = false;  // from others, instead of simulated packet by packet
  bool lost = false;  // its ends reach each other no more, as was seen at end_s: it will not arrive
};

// Of a network that is not simulated packet by packet throughout.
struct Sampling {
  std::string fidelity;  // of this round: "packet"; "settling": likewise, and too soon after the
                         // start or a pause to draw conclusions from; "drawn"
  double error_s = 0;    // by which the clock may be wrong about what is to be expected
  // By which it may be ahead of what it would be, had all been simulated, and behind it: by chance
  // as well, as any two such runs differ.
  double may_be_early_s = 0, may_be_late_s = 0;
};

// Simulated time passed and no message was delivered; what() names what is pending.
struct Stalled : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The stop request was seen between two events.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Runs until every robot can send and be sent to, but those that are left out. Throws Stalled
  // naming the robots that could not.
  virtual void connect() = 0;

  virtual double now_s() const = 0;

  // What is sent belongs together: nobody sends on before its round's other messages are there.
  virtual void begin_round() {}
  // Likewise the next so many messages of the round.
  virtual void begin_half(Direction /*direction*/, std::int64_t /*messages*/) {}

  // `delay_s` simulated seconds from now; bytes > 0. The messages between two nodes in one
  // direction arrive in the order in which they start. Two robots connect when they first have
  // something to say, which takes its time.
  virtual void send(const Message& message, double delay_s) = 0;

  // Runs until the next message is complete or lost, or until `until_s` if that comes first: then
  // nothing. To wait without end with nothing under way is a programming error. Throws Stalled,
  // Interrupted.
  virtual std::optional<Delivery> next(
      double until_s = std::numeric_limits<double>::infinity()) = 0;

  // The workers who have no route now, where a mesh goes on without them; never all: throws Stalled
  // after waiting for the first one's for too long.
  virtual std::set<int> absent() { return {}; }

  // The next hop of each worker to the server [M], where robots relay; kServer for who is left out.
  // A programming error elsewhere. Throws Stalled after waiting for a route for too long.
  virtual std::vector<int> parents() { return {}; }

  // The pairs of robots that can send to each other, each the lower one first, where there is no
  // server; nothing elsewhere. Throws Stalled after waiting for too long until all are connected,
  // unless the network goes on without.
  virtual std::vector<std::pair<int, int>> neighbours() { return {}; }

  // The routes of a mesh each time they were looked at since this was last asked; else nothing.
  virtual std::vector<channel::RoutesSeen> take_routes() { return {}; }

  // Whether every robot has its link now.
  virtual bool ready() { return true; }
  // To the other end of the worker's radio link, now; none on a wire.
  virtual std::optional<double> distance_m(int /*worker*/, int /*peer*/) { return std::nullopt; }

  // None where every packet is simulated.
  virtual std::optional<Sampling> sampling() const { return std::nullopt; }

  // Since construction: every byte on every medium, headers and retransmissions included; the radio
  // channel in use, if there is one.
  virtual std::int64_t wire_bytes() const = 0;
  virtual std::optional<double> airtime_s() const = 0;
};

}  // namespace gradwave
