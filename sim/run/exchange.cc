// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/exchange.h"

#include <algorithm>
#include <numeric>

#include "sim/run/collect.h"

namespace gradwave {
namespace {

class ThroughServer final : public Exchange {
 public:
  Gathered gather(learning::Rounds&, Transport& transport, const learning::RoundPlan& plan,
                  const std::vector<double>& compute_s) override {
    const int workers = static_cast<int>(plan.uplink_bytes.size());
    for (int i = 0; i < workers; ++i) {
      transport.send({messages_++, i, Direction::kUplink, plan.uplink_bytes[i]}, compute_s[i]);
    }
    Gathered gathered;
    const std::vector<Delivery> deliveries = collect(transport, messages_ - workers, workers);
    for (const Delivery& delivery : deliveries) gathered.arrivals.push_back({delivery, plan.k});
    gathered.workers = workers_of(deliveries);
    return gathered;
  }

  std::vector<Arrival> spread(Transport& transport, int workers,
                              const learning::Update& update) override {
    for (int i = 0; i < workers; ++i) {
      transport.send({messages_++, i, Direction::kDownlink, update.downlink_bytes}, 0);
    }
    std::vector<Arrival> arrivals;
    for (const Delivery& delivery : collect(transport, messages_ - workers, workers)) {
      arrivals.push_back({delivery, update.k});
    }
    return arrivals;
  }

 private:
  std::int64_t messages_ = 0;  // sent so far, which numbers them
};

class ThroughRelays final : public Exchange {
 public:
  Gathered gather(learning::Rounds& learner, Transport& transport, const learning::RoundPlan&,
                  const std::vector<double>& compute_s) override {
    parent_ = transport.parents();
    const int workers = static_cast<int>(parent_.size());
    const learning::Merged merged = learner.merge(parent_);
    const double start_s = transport.now_s();
    std::vector<int> missing(parent_.size());  // children who have not arrived
    for (const int parent : parent_) {
      if (parent != kServer) ++missing[parent];
    }
    const auto send = [&](int worker) {
      const double computed_s = start_s + compute_s[worker];
      transport.send(
          {messages_++, worker, Direction::kUplink, merged.bytes[worker], parent_[worker]},
          std::max(0.0, computed_s - transport.now_s()));
    };
    for (int i = 0; i < workers; ++i) {
      if (missing[i] == 0) send(i);
    }
    Gathered gathered;
    while (static_cast<int>(gathered.arrivals.size()) < workers) {
      const Delivery delivery = *transport.next();
      const int worker = delivery.message.worker, parent = delivery.message.peer;
      gathered.arrivals.push_back({delivery, merged.k[worker]});
      if (parent != kServer && --missing[parent] == 0) send(parent);
    }
    gathered.workers.resize(parent_.size());
    std::iota(gathered.workers.begin(), gathered.workers.end(), 0);
    return gathered;
  }

  std::vector<Arrival> spread(Transport& transport, int workers,
                              const learning::Update& update) override {
    const auto send_to_children_of = [&](int node) {
      for (int i = 0; i < workers; ++i) {
        if (parent_[i] != node) continue;
        transport.send({messages_++, i, Direction::kDownlink, update.downlink_bytes, node}, 0);
      }
    };
    send_to_children_of(kServer);
    std::vector<Arrival> arrivals;
    while (static_cast<int>(arrivals.size()) < workers) {
      arrivals.push_back({*transport.next(), update.k});
      send_to_children_of(arrivals.back().delivery.message.worker);
    }
    return arrivals;
  }

 private:
  std::int64_t messages_ = 0;
  std::vector<int> parent_;  // [M], of this round
};

}  // namespace

std::unique_ptr<Exchange> exchange_through_server() { return std::make_unique<ThroughServer>(); }
std::unique_ptr<Exchange> exchange_through_relays() { return std::make_unique<ThroughRelays>(); }

}  // namespace gradwave
