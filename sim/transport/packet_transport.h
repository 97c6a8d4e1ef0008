// SPDX-License-Identifier: GPL-2.0-only
// The network packet by packet: a link technology of ns-3, and applications on the nodes with TCP
// connections between them, which live as long as the run, or as their ends reach each other.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "channel-models/options.h"
#include "sim/options.h"
#include "sim/transport/transport.h"

namespace gradwave {

// One per process, as ns-3 has one clock.
class PacketTransport : public Transport {
 public:
  // `stop` is asked every simulated 0.1 s and may be empty. Throws OptionError as check_link()
  // does.
  PacketTransport(const channel::LinkOptions& link, const TransportLimits& limits,
                  std::function<bool()> stop = {});
  ~PacketTransport() override;
  PacketTransport(const PacketTransport&) = delete;
  PacketTransport& operator=(const PacketTransport&) = delete;

  // What simulating has cost so far.
  struct Cost {
    double host_s = 0;  // of this machine's
    std::int64_t events = 0;
  };
  Cost cost() const;

  // Until every robot is associated, addresses are resolved and a connection of each to the server
  // stands, if there is one.
  void connect() override;
  double now_s() const override;
  void send(const Message& message, double delay_s) override;
  std::optional<Delivery> next(double until_s = std::numeric_limits<double>::infinity()) override;
  std::set<int> absent() override;
  std::vector<int> parents() override;
  std::vector<std::pair<int, int>> neighbours() override;
  std::vector<channel::RoutesSeen> take_routes() override;
  bool ready() override;
  std::optional<double> distance_m(int worker, int peer) override;
  std::int64_t wire_bytes() const override;
  std::optional<double> airtime_s() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradwave
