// SPDX-License-Identifier: GPL-2.0-only
#include "sim/transport/robot_application.h"

#include "channel-models/internet/tcp_socket.h"

namespace gradwave {

ns3::TypeId RobotApplication::GetTypeId() {
  static const ns3::TypeId type =
      ns3::TypeId("gradwave::RobotApplication").SetParent<ns3::Application>();
  return type;
}

RobotApplication::RobotApplication(const ns3::InetSocketAddress& server, double sending_rate_bps,
                                   Connection::Events events)
    : server_(server), sending_rate_bps_(sending_rate_bps), events_(std::move(events)) {}

void RobotApplication::DoDispose() {
  connection_.reset();
  socket_ = nullptr;
  Application::DoDispose();
}

void RobotApplication::give_up() {
  connection_.reset();
  if (!socket_) return;
  socket_->SetConnectCallback(ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>(),
                              ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
  channel::abort(socket_);
  socket_ = nullptr;
}

void RobotApplication::connect() {
  give_up();
  socket_ = channel::make_tcp_socket(GetNode());
  socket_->Bind();
  socket_->SetConnectCallback(ns3::MakeCallback(&RobotApplication::connected, this),
                              ns3::MakeCallback(&RobotApplication::refused, this));
  socket_->Connect(server_);
}

void RobotApplication::connected(ns3::Ptr<ns3::Socket> socket) {
  connection_ = std::make_unique<Connection>(socket, sending_rate_bps_, events_);
}

std::uint16_t RobotApplication::port() const {
  if (!socket_) return 0;
  ns3::Address mine;
  socket_->GetSockName(mine);
  return ns3::InetSocketAddress::ConvertFrom(mine).GetPort();
}

void RobotApplication::refused(ns3::Ptr<ns3::Socket>) { events_.broken(); }

}  // namespace gradwave
