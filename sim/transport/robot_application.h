// SPDX-License-Identifier: GPL-2.0-only
// A robot's end of a TCP connection that it asks for: to the server, or to another robot.
#pragma once

#include <ns3/application.h>
#include <ns3/inet-socket-address.h>

#include <functional>
#include <memory>

#include "sim/transport/connection.h"

namespace gradwave {

class RobotApplication final : public ns3::Application {
 public:
  static ns3::TypeId GetTypeId();

  RobotApplication(const ns3::InetSocketAddress& server, double sending_rate_bps,
                   Connection::Events events);

  // Asks the server for the connection; asked again, anew, and the one asked for before is dropped.
  void connect();
  // Forgets the connection, as does whoever lost the way to the other end.
  void give_up();
  bool has_socket() const { return socket_ != nullptr; }
  // Of the connection last asked for.
  std::uint16_t port() const;

  Connection& connection() { return *connection_; }  // once the server has accepted it

 private:
  void DoDispose() override;
  void connected(ns3::Ptr<ns3::Socket> socket);
  void refused(ns3::Ptr<ns3::Socket> socket);

  ns3::InetSocketAddress server_;
  double sending_rate_bps_;
  Connection::Events events_;
  ns3::Ptr<ns3::Socket> socket_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace gradwave
