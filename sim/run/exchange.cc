// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/exchange.h"

#include <algorithm>

#include "sim/run/collect.h"

namespace gradwave {
namespace {

bool is_in(const std::vector<int>& workers, int worker) {
  return std::binary_search(workers.begin(), workers.end(), worker);
}

class ThroughServer final : public Exchange {
 public:
  using Exchange::Exchange;

  Gathered gather(learning::Rounds&, Transport& transport, const learning::RoundPlan& plan,
                  const std::vector<double>& compute_s) override {
    transport.begin_half(Direction::kUplink, team_.size());
    for (const int i : team_) {
      transport.send({messages_++, i, Direction::kUplink, plan.uplink_bytes[i]}, compute_s[i]);
    }
    Gathered gathered;
    for (const Delivery& delivery : collect(transport, messages_, team_.size())) {
      gathered.arrivals.push_back({delivery, plan.k});
      if (!delivery.lost) gathered.arrived.push_back(delivery.message.worker);
    }
    std::sort(gathered.arrived.begin(), gathered.arrived.end());
    gathered.workers = gathered.arrived;
    return gathered;
  }

 private:
  std::vector<Arrival> send_down(Transport& transport, const learning::Update& update) override {
    for (const int i : team_) {
      transport.send({messages_++, i, Direction::kDownlink, update.downlink_bytes}, 0);
    }
    std::vector<Arrival> arrivals;
    for (const Delivery& delivery : collect(transport, messages_, team_.size())) {
      arrivals.push_back({delivery, update.k});
    }
    return arrivals;
  }
};

class ThroughRelays final : public Exchange {
 public:
  using Exchange::Exchange;

  Gathered gather(learning::Rounds& learner, Transport& transport, const learning::RoundPlan&,
                  const std::vector<double>& compute_s) override {
    grow_tree(transport.parents());
    struct Branch {
      int missing = 0;            // children who have not sent
      std::vector<int> children;  // who have
      std::vector<int> workers;   // whose gradients are in its message
      std::int64_t k = 0;         // entries in that
    };
    std::vector<Branch> branches(workers_);
    for (const int i : team_) {
      if (parent_[i] != kServer) ++branches[parent_[i]].missing;
      branches[i].workers = {i};
    }
    const double start_s = transport.now_s();
    transport.begin_half(Direction::kUplink, team_.size());
    const auto send = [&](int worker) {
      const auto [bytes, k] = learner.merge(worker, branches[worker].children);
      branches[worker].k = k;
      transport.send({messages_++, worker, Direction::kUplink, bytes, parent_[worker]},
                     std::max(0.0, start_s + compute_s[worker] - transport.now_s()));
    };
    for (const int i : team_) {
      if (branches[i].missing == 0) send(i);
    }
    Gathered gathered;
    while (gathered.arrivals.size() < team_.size()) {
      const Delivery delivery = *transport.next();
      const int worker = delivery.message.worker, parent = delivery.message.peer;
      gathered.arrivals.push_back({delivery, branches[worker].k});
      if (!delivery.lost) {
        std::vector<int>& reached = parent == kServer ? gathered.workers : branches[parent].workers;
        const std::vector<int>& mine = branches[worker].workers;
        reached.insert(reached.end(), mine.begin(), mine.end());
        (parent == kServer ? gathered.arrived : branches[parent].children).push_back(worker);
      }
      if (parent != kServer && --branches[parent].missing == 0) send(parent);
    }
    std::sort(gathered.arrived.begin(), gathered.arrived.end());
    std::sort(gathered.workers.begin(), gathered.workers.end());
    return gathered;
  }

 private:
  // Of a robot that relays and takes no part, its children go to whoever is above it.
  void grow_tree(const std::vector<int>& next_hop) {
    parent_.assign(workers_, kServer);
    for (const int i : team_) {
      int above = next_hop[i];
      while (above != kServer && !is_in(team_, above)) above = next_hop[above];
      parent_[i] = above;
    }
  }

  std::vector<Arrival> send_down(Transport& transport, const learning::Update& update) override {
    int under_way = 0;
    const auto send_to_children_of = [&](int node) {
      for (const int i : team_) {
        if (parent_[i] != node) continue;
        transport.send({messages_++, i, Direction::kDownlink, update.downlink_bytes, node}, 0);
        ++under_way;
      }
    };
    send_to_children_of(kServer);
    std::vector<Arrival> arrivals;
    for (; under_way > 0; --under_way) {
      arrivals.push_back({*transport.next(), update.k});
      const Delivery& delivery = arrivals.back().delivery;
      if (!delivery.lost) send_to_children_of(delivery.message.worker);
    }
    return arrivals;
  }

  std::vector<int> parent_;  // [M], of this round
};

}  // namespace

Admitted Exchange::admit(learning::Rounds& learner, Transport& transport) {
  Admitted admitted;
  do {
    const std::set<int> absent = transport.absent();
    team_.clear();
    std::int64_t models = 0;
    for (int i = 0; i < workers_; ++i) {
      if (absent.count(i) > 0) continue;
      team_.push_back(i);
      if (behind_.count(i) == 0) continue;
      transport.send({messages_++, i, Direction::kDownlink, learner.model().bytes}, 0);
      ++models;
    }
    for (const Delivery& delivery : collect(transport, messages_, models)) {
      const int worker = delivery.message.worker;
      admitted.arrivals.push_back({delivery, learner.model().k});
      if (delivery.lost) {
        team_.erase(std::find(team_.begin(), team_.end(), worker));
      } else {
        behind_.erase(worker);
      }
    }
  } while (team_.empty());
  admitted.workers = team_;
  return admitted;
}

std::vector<Arrival> Exchange::spread(Transport& transport, const learning::Update& update) {
  if (update.downlink_bytes == 0) return {};
  transport.begin_half(Direction::kDownlink, team_.size());
  std::vector<Arrival> arrivals = send_down(transport, update);
  std::set<int> missed;
  for (int i = 0; i < workers_; ++i) missed.insert(i);
  for (const Arrival& arrival : arrivals) {
    if (!arrival.delivery.lost) missed.erase(arrival.delivery.message.worker);
  }
  behind_.insert(missed.begin(), missed.end());
  return arrivals;
}

std::unique_ptr<Exchange> exchange_through_server(int workers) {
  return std::make_unique<ThroughServer>(workers);
}

std::unique_ptr<Exchange> exchange_through_relays(int workers) {
  return std::make_unique<ThroughRelays>(workers);
}

}  // namespace gradwave
