// SPDX-License-Identifier: GPL-2.0-only
#include "sim/transport/connection.h"

#include <ns3/packet.h>
#include <ns3/simulator.h>
#include <ns3/uinteger.h>

#include <algorithm>

namespace gradwave {

Connection::Connection(ns3::Ptr<ns3::Socket> socket, double sending_rate_bps, Events events)
    : socket_(socket), sending_rate_bps_(sending_rate_bps), events_(std::move(events)) {
  ns3::UintegerValue segment_bytes;
  socket_->GetAttribute("SegmentSize", segment_bytes);
  segment_bytes_ = segment_bytes.Get();
  socket_->SetRecvCallback(ns3::MakeCallback(&Connection::read, this));
  socket_->SetSendCallback(
      ns3::Callback<void, ns3::Ptr<ns3::Socket>, std::uint32_t>([this](auto, auto) { pump(); }));
  socket_->SetCloseCallbacks(
      ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>(),
      ns3::Callback<void, ns3::Ptr<ns3::Socket>>([this](auto) { events_.broken(); }));
  socket_->TraceConnectWithoutContext("Tx", ns3::MakeCallback(&Connection::count, this));
}

Connection::~Connection() {
  using ns3::MakeNullCallback;
  using ns3::Ptr;
  using ns3::Socket;
  ns3::Simulator::Cancel(paced_);
  socket_->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
  socket_->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, std::uint32_t>());
  socket_->SetCloseCallbacks(MakeNullCallback<void, Ptr<Socket>>(),
                             MakeNullCallback<void, Ptr<Socket>>());
  socket_->TraceDisconnectWithoutContext("Tx", ns3::MakeCallback(&Connection::count, this));
}

void Connection::send(std::int64_t bytes) {
  unsent_bytes_ += bytes;
  pump();
}

void Connection::pump() {
  while (unsent_bytes_ > 0) {
    std::int64_t chunk = std::min<std::int64_t>(unsent_bytes_, socket_->GetTxAvailable());
    if (sending_rate_bps_ > 0) {
      const ns3::Time now = ns3::Simulator::Now();
      if (now < may_send_) {
        if (paced_.IsExpired()) {
          paced_ = ns3::Simulator::Schedule(may_send_ - now, &Connection::pump, this);
        }
        return;
      }
      chunk = std::min<std::int64_t>(chunk, segment_bytes_);
      may_send_ = std::max(now, may_send_) + ns3::Seconds(8 * chunk / sending_rate_bps_);
    }
    if (chunk == 0) return;  // the socket calls again when its buffer has room
    unsent_bytes_ -= chunk;
    socket_->Send(ns3::Create<ns3::Packet>(chunk));
  }
}

void Connection::read(ns3::Ptr<ns3::Socket> socket) {
  while (const ns3::Ptr<ns3::Packet> packet = socket->Recv()) events_.received(packet->GetSize());
}

// What the socket sends below its highest sequence number, it sends again.
void Connection::count(ns3::Ptr<const ns3::Packet> packet, const ns3::TcpHeader& header,
                       ns3::Ptr<const ns3::TcpSocketBase>) {
  if (packet->GetSize() == 0) return;
  const ns3::SequenceNumber32 end = header.GetSequenceNumber() + packet->GetSize();
  if (header.GetSequenceNumber() < sent_up_to_) {
    ++retransmissions_;
  } else {
    sent_up_to_ = end;
  }
}

}  // namespace gradwave
