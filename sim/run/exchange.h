// SPDX-License-Identifier: GPL-2.0-only
// What travels in a round: gradients to the server, the update back. Two ways:
//
//   through the server  each worker sends its message to the server, which sends one to each;
//   robots
//                       that relay pass on packets
//   through relays      each worker sends to its parent in the mesh's tree of routes: a relay waits
//                       for its children and its own gradient, adds them up, and sends one message;
//                       the update goes down the same tree, from hand to hand. The tree is that of
//                       the round's beginning
//
// Both wait until every message has arrived or is lost, which messages are in a mesh that goes on
// without robots that have no route. Such a robot takes no part in a round from whose beginning it
// is away; when it is back and has missed an update, the server first sends it the whole model. A
// relay that is lost keeps what its children gave it.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "learning/rounds.h"
#include "sim/transport/transport.h"

namespace gradwave {

struct Arrival {
  Delivery delivery;   // or the loss
  std::int64_t k = 0;  // entries in it
};

struct Admitted {
  std::vector<int> workers;       // who takes part, ascending; never nobody
  std::vector<Arrival> arrivals;  // of models
};

struct Gathered {
  std::vector<Arrival> arrivals;  // in their order
  std::vector<int> arrived;       // whose messages the server has, ascending
  std::vector<int> workers;       // whose gradients are in them, ascending
};

class Exchange {
 public:
  explicit Exchange(int workers) : workers_(workers) {}
  virtual ~Exchange() = default;

  // Before a round: brings those up to date who missed an update.
  Admitted admit(learning::Rounds& learner, Transport& transport);

  // Sends what those admitted have planned, once each worker's compute time [M] is over.
  virtual Gathered gather(learning::Rounds& learner, Transport& transport,
                          const learning::RoundPlan& plan,
                          const std::vector<double>& compute_s) = 0;
  // Sends them the update.
  std::vector<Arrival> spread(Transport& transport, const learning::Update& update);

 protected:
  virtual std::vector<Arrival> send_down(Transport& transport, const learning::Update& update) = 0;

  const int workers_;          // M
  std::vector<int> team_;      // who was admitted, ascending
  std::int64_t messages_ = 0;  // sent so far, which numbers them

 private:
  std::set<int> behind_;  // who missed an update
};

// Throw what the transport throws.
std::unique_ptr<Exchange> exchange_through_server(int workers);
std::unique_ptr<Exchange> exchange_through_relays(int workers);

}  // namespace gradwave
