// SPDX-License-Identifier: GPL-2.0-only
// What runs on the server: the other ends of the robots' connections.
#pragma once

#include <ns3/application.h>
#include <ns3/ipv4-address.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "sim/transport/connection.h"

namespace gradwave {

class ServerApplication final : public ns3::Application {
 public:
  static ns3::TypeId GetTypeId();

  using Accepted = std::function<std::optional<Connection::Events>(int worker, std::uint16_t port)>;

  // `robots` [M] are the addresses that the robots connect from. `accepted` is called when a
  // worker's connection from this port of his stands, and says what to do with what arrives on it;
  // nothing: it is not wanted any more.
  ServerApplication(std::uint16_t port, const std::vector<ns3::Ipv4Address>& robots,
                    const std::vector<double>& sending_rates_bps, Accepted accepted);

  Connection& connection(int worker) { return *connections_[worker]; }
  // Forgets it, as does whoever lost the way to the other end.
  void give_up(int worker);

 private:
  void StartApplication() override;
  void DoDispose() override;
  void accept(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);

  std::uint16_t port_;
  std::map<ns3::Ipv4Address, int> workers_;
  std::vector<double> sending_rates_bps_;  // [M]
  Accepted accepted_;
  ns3::Ptr<ns3::Socket> listening_;
  std::vector<std::unique_ptr<Connection>> connections_;  // [M], null until the robot connects
};

}  // namespace gradwave
