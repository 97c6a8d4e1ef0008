// SPDX-License-Identifier: GPL-2.0-only
// The narrow waist between training and the packet simulation: bytes go in, completed transfers
// come out, and simulated time passes only inside connect() and next().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "channel-models/options.h"

namespace gradwave {

enum class Direction { kUplink, kDownlink };

// One message, complete at its receiver.
struct Transfer {
  int worker = 0;
  Direction direction = Direction::kUplink;
  std::int64_t bytes = 0;            // counted at the receiving application; equal to what was sent
  double start_s = 0;                // simulated: handed to the socket
  double end_s = 0;                  // simulated: last byte at the receiving application
  double distance_m = 0;             // at end_s
  std::int64_t retransmissions = 0;  // TCP segments
  std::int64_t mac_retries = 0;      // link-layer frames
  double phy_rate_bps = 0;           // mean over the bytes sent; 0 if the medium had none to send
};

// Simulated time passed and no transfer completed; what() names what is pending.
struct Stalled : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The stop request was seen between two events.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct NetworkLimits {
  double connect_timeout_s = 30;  // simulated, to associate, then for each connection
  double stall_s = 150;  // simulated, no byte arriving anywhere; two of TCP's longest waits
};

// One per process, as ns-3 has one clock.
class Network {
 public:
  // `stop` is asked every simulated 0.1 s and may be empty. Throws std::invalid_argument as
  // channel::configure does.
  Network(const channel::LinkOptions& link, const NetworkLimits& limits,
          std::function<bool()> stop = {});
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Runs until every robot is associated, addresses are resolved and a connection of each robot to
  // the server stands. Throws Stalled naming the robots that could not.
  void connect();

  double now_s() const;

  // Robot -> server, `delay_s` simulated seconds from now. bytes > 0. A worker has at most one
  // message under way in each direction.
  void upload(int worker, double delay_s, std::int64_t bytes);
  // Server -> robot, now.
  void download(int worker, std::int64_t bytes);

  // Runs the simulation until the next message is complete. With nothing under way it is a
  // programming error. Throws Stalled, Interrupted.
  Transfer next();

  std::int64_t wire_bytes() const;  // since construction, headers and retransmissions included
  double airtime_s() const;         // since construction

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradwave
