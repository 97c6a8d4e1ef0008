// SPDX-License-Identifier: GPL-2.0-only
// A network under test: messages go in, deliveries come out.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "sim/transport/packet_transport.h"

namespace gradwave {

using channel::LinkOptions;

class Network : public PacketTransport {
 public:
  using PacketTransport::PacketTransport;
  void upload(int worker, double delay_s, std::int64_t bytes) {
    send({id_++, worker, Direction::kUplink, bytes}, delay_s);
  }
  void download(int worker, std::int64_t bytes) {
    send({id_++, worker, Direction::kDownlink, bytes}, 0);
  }
  Delivery arrival() { return next().value(); }

 private:
  std::int64_t id_ = 0;
};

inline double counter(const Delivery& delivery, const std::string& name) {
  for (const auto& [known, value] : delivery.counters) {
    if (known == name) return value;
  }
  ADD_FAILURE() << "nobody counts " << name;
  return 0;
}

inline double latency_s(const Delivery& transfer) { return transfer.end_s - transfer.start_s; }

// `rounds` of everybody up, then everybody down, in the order of arrival.
inline std::vector<Delivery> exchange(Network& network, const LinkOptions& options, int rounds,
                                      std::int64_t up_bytes, std::int64_t down_bytes) {
  std::vector<Delivery> transfers;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < options.workers; ++i) network.upload(i, 0.01 * (i + 1), up_bytes);
    for (int i = 0; i < options.workers; ++i) transfers.push_back(network.arrival());
    for (int i = 0; i < options.workers; ++i) network.download(i, down_bytes);
    for (int i = 0; i < options.workers; ++i) transfers.push_back(network.arrival());
  }
  return transfers;
}

inline std::vector<Delivery> exchange(const LinkOptions& options, int rounds, std::int64_t up_bytes,
                                      std::int64_t down_bytes) {
  Network network(options, {});
  network.connect();
  return exchange(network, options, rounds, up_bytes, down_bytes);
}

inline Delivery upload(const LinkOptions& options, std::int64_t bytes) {
  Network network(options, {});
  network.connect();
  network.upload(0, 0, bytes);
  return network.arrival();
}

template <typename Error>
std::string failure(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing thrown";
}

}  // namespace gradwave
