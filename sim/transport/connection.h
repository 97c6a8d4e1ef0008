// SPDX-License-Identifier: GPL-2.0-only
// One end of a TCP connection that carries messages as bytes without content: both ends know how
// long each message is, so nothing frames them. Used by the robots' and the server's applications.
#pragma once

#include <ns3/event-id.h>
#include <ns3/nstime.h>
#include <ns3/sequence-number.h>
#include <ns3/socket.h>
#include <ns3/tcp-header.h>
#include <ns3/tcp-socket-base.h>

#include <cstdint>
#include <functional>

namespace gradwave {

class Connection {
 public:
  struct Events {
    std::function<void(std::int64_t bytes)> received;  // by the application, in order
    std::function<void()> broken;                      // TCP gave up retransmitting
  };

  // `socket` is connected, or being so. Sends at most `sending_rate_bps` of payload; 0: no cap.
  Connection(ns3::Ptr<ns3::Socket> socket, double sending_rate_bps, Events events);
  ~Connection();
  Connection(const Connection&) = delete;  // the socket's callbacks hold its address
  Connection& operator=(const Connection&) = delete;

  // Hands `bytes` to the socket as fast as its buffer takes them and the cap allows.
  void send(std::int64_t bytes);

  ns3::Ptr<ns3::Socket> socket() const { return socket_; }
  std::int64_t retransmissions() const { return retransmissions_; }  // segments with data

 private:
  void pump();
  void read(ns3::Ptr<ns3::Socket> socket);
  void count(ns3::Ptr<const ns3::Packet> packet, const ns3::TcpHeader& header,
             ns3::Ptr<const ns3::TcpSocketBase> socket);

  ns3::Ptr<ns3::Socket> socket_;
  double sending_rate_bps_;
  std::uint32_t segment_bytes_;
  Events events_;
  std::int64_t unsent_bytes_ = 0;
  ns3::Time may_send_;  // the cap's next moment
  ns3::EventId paced_;
  ns3::SequenceNumber32 sent_up_to_;
  std::int64_t retransmissions_ = 0;
};

}  // namespace gradwave
