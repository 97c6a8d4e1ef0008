// SPDX-License-Identifier: GPL-2.0-only
#include "sim/transport/server_application.h"

#include <ns3/inet-socket-address.h>

#include "channel-models/internet/tcp_socket.h"

namespace gradwave {

ns3::TypeId ServerApplication::GetTypeId() {
  static const ns3::TypeId type =
      ns3::TypeId("gradwave::ServerApplication").SetParent<ns3::Application>();
  return type;
}

ServerApplication::ServerApplication(std::uint16_t port,
                                     const std::vector<ns3::Ipv4Address>& robots,
                                     const std::vector<double>& sending_rates_bps,
                                     Accepted accepted)
    : port_(port),
      sending_rates_bps_(sending_rates_bps),
      accepted_(std::move(accepted)),
      connections_(robots.size()) {
  for (std::size_t i = 0; i < robots.size(); ++i) workers_[robots[i]] = static_cast<int>(i);
}

void ServerApplication::StartApplication() {
  listening_ = channel::make_tcp_socket(GetNode());
  listening_->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), port_));
  listening_->Listen();
  listening_->SetAcceptCallback(
      ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address&>(),
      ns3::MakeCallback(&ServerApplication::accept, this));
}

void ServerApplication::DoDispose() {
  connections_.clear();
  listening_ = nullptr;
  Application::DoDispose();
}

void ServerApplication::give_up(int worker) {
  if (!connections_[worker]) return;
  const ns3::Ptr<ns3::Socket> socket = connections_[worker]->socket();
  connections_[worker].reset();
  channel::abort(socket);
}

void ServerApplication::accept(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from) {
  const auto robot = ns3::InetSocketAddress::ConvertFrom(from);
  const int worker = workers_.at(robot.GetIpv4());
  if (const auto events = accepted_(worker, robot.GetPort())) {
    connections_[worker] =
        std::make_unique<Connection>(socket, sending_rates_bps_[worker], *events);
  } else {
    socket->Close();
  }
}

}  // namespace gradwave
