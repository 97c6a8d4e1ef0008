// SPDX-License-Identifier: GPL-2.0-only
// The two halves of a round: gradients to the server, the update back. Two ways:
//
//   through the server  each worker sends its message to the server, which sends one to each;
//   robots
//                       that relay pass on packets
//   through relays      each worker sends to its parent in the mesh's tree of routes: a relay waits
//                       for its children and its own gradient, adds them up, and sends one message;
//                       the update goes down the same tree, from hand to hand. The tree is that of
//                       the round's beginning
//
// Both wait until everybody's message has arrived.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "learning/rounds.h"
#include "sim/transport/transport.h"

namespace gradwave {

struct Arrival {
  Delivery delivery;
  std::int64_t k = 0;  // entries in it
};

struct Gathered {
  std::vector<Arrival> arrivals;  // in their order
  std::vector<int> workers;       // whose gradients are in what the server has, ascending
};

class Exchange {
 public:
  virtual ~Exchange() = default;

  // Sends what is planned, once each worker's compute time [M] is over.
  virtual Gathered gather(learning::Rounds& learner, Transport& transport,
                          const learning::RoundPlan& plan,
                          const std::vector<double>& compute_s) = 0;
  virtual std::vector<Arrival> spread(Transport& transport, int workers,
                                      const learning::Update& update) = 0;
};

// Throw what the transport throws.
std::unique_ptr<Exchange> exchange_through_server();
std::unique_ptr<Exchange> exchange_through_relays();

}  // namespace gradwave
