// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/internet/backhaul.h"

#include <ns3/drop-tail-queue.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/ipv4-header.h>
#include <ns3/ipv4-queue-disc-item.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/point-to-point-net-device.h>
#include <ns3/ppp-header.h>
#include <ns3/traffic-control-helper.h>
#include <ns3/traffic-control-layer.h>

#include <string>

#include "channel-models/internet/internet.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

enum class Discipline { kFifo, kFqCodel };

const Table<Discipline>& table() {
  static const Table<Discipline> disciplines = {
      {"fifo", "in the order of arrival; what finds the queue full is dropped", Discipline::kFifo},
      {"fq-codel",
       "a queue for each connection, which drops where packets have waited for 5 ms (RFC 8290)",
       Discipline::kFqCodel},
  };
  return disciplines;
}

ns3::Ipv4Address robot_of(const ns3::Ipv4Header& header, bool up) {
  return up ? header.GetSource() : header.GetDestination();
}

// Of a packet as the wire carries it.
ns3::Ipv4Address robot_of(const ns3::Packet& framed, bool up) {
  const ns3::Ptr<ns3::Packet> packet = framed.Copy();
  ns3::PppHeader frame;
  ns3::Ipv4Header header;
  packet->RemoveHeader(frame);
  packet->PeekHeader(header);
  return robot_of(header, up);
}

}  // namespace

Words queue_disciplines() { return words_of(table()); }

void check_queue(const QueueOptions& options, const std::string& group) {
  look_up(table(), group + "_queue", options.discipline);
}

Backhaul::Backhaul(ns3::Ptr<ns3::Node> station, const QueueOptions& queue,
                   const std::vector<ns3::Ipv4Address>& robots)
    : server_(ns3::CreateObject<ns3::Node>()) {
  for (std::size_t i = 0; i < robots.size(); ++i) robots_[robots[i]] = static_cast<int>(i);
  drops_.fill(std::vector<std::int64_t>(robots.size()));
  install_internet(server_);
  const ns3::NetDeviceContainer ends = ns3::PointToPointHelper().Install(station, server_);
  ns3::Ipv4AddressHelper addresses("10.2.0.0", "255.255.255.252");
  const ns3::Ipv4InterfaceContainer interfaces = addresses.Assign(ends);
  server_address_ = interfaces.GetAddress(1);
  set_default_route(server_, interfaces.GetAddress(0), interfaces.Get(1).second);
  watch(ends.Get(0), true, queue);
  watch(ends.Get(1), false, queue);
  ends.Get(1)->TraceConnectWithoutContext("MacRx", ns3::MakeCallback(&Backhaul::leave, this, true));
  ends.Get(0)->TraceConnectWithoutContext("MacRx",
                                          ns3::MakeCallback(&Backhaul::leave, this, false));
}

// Addresses have brought ns-3's default discipline.
void Backhaul::watch(ns3::Ptr<ns3::NetDevice> device, bool up, const QueueOptions& options) {
  device->TraceConnectWithoutContext("PhyTxBegin", ns3::Callback<void, ns3::Ptr<const ns3::Packet>>(
                                                       [this](ns3::Ptr<const ns3::Packet> packet) {
                                                         bytes_ += packet->GetSize();
                                                       }));
  device->TraceConnectWithoutContext("MacTxDrop", ns3::MakeCallback(&Backhaul::drop, this, up));
  if (look_up(table(), "queue", options.discipline) == Discipline::kFifo) {
    ns3::TrafficControlHelper().Uninstall(device);
    const auto queue = ns3::CreateObject<ns3::DropTailQueue<ns3::Packet>>();
    queue->SetMaxSize(ns3::QueueSize(std::to_string(options.buffer_bytes) + "B"));
    ns3::DynamicCast<ns3::PointToPointNetDevice>(device)->SetQueue(queue);
    device->TraceConnectWithoutContext("MacTx", ns3::MakeCallback(&Backhaul::enter, this, up));
    return;
  }
  const auto discipline =
      device->GetNode()->GetObject<ns3::TrafficControlLayer>()->GetRootQueueDiscOnDevice(device);
  discipline->TraceConnectWithoutContext("Enqueue",
                                         ns3::MakeCallback(&Backhaul::enter_item, this, up));
  discipline->TraceConnectWithoutContext(
      "DropBeforeEnqueue", ns3::Callback<void, ns3::Ptr<const ns3::QueueDiscItem>, const char*>(
                               [this, up](auto item, const char*) { drop_item(up, false, item); }));
  discipline->TraceConnectWithoutContext(
      "DropAfterDequeue", ns3::Callback<void, ns3::Ptr<const ns3::QueueDiscItem>, const char*>(
                              [this, up](auto item, const char*) { drop_item(up, true, item); }));
}

void Backhaul::move(bool up, ns3::Ipv4Address address, int packets, bool dropped) {
  const auto robot = robots_.find(address);
  if (robot == robots_.end()) return;
  if (dropped) ++drops_[up][robot->second];
  if (moved_ && packets != 0) moved_(robot->second, up, packets);
}

void Backhaul::enter(bool up, ns3::Ptr<const ns3::Packet> packet) {
  move(up, robot_of(*packet, up), 1);
}

void Backhaul::leave(bool up, ns3::Ptr<const ns3::Packet> packet) {
  move(up, robot_of(*packet, up), -1);
}

void Backhaul::drop(bool up, ns3::Ptr<const ns3::Packet> packet) {
  move(up, robot_of(*packet, up), -1, true);
}

void Backhaul::enter_item(bool up, ns3::Ptr<const ns3::QueueDiscItem> item) {
  const auto packet = ns3::DynamicCast<const ns3::Ipv4QueueDiscItem>(item);
  if (packet) move(up, robot_of(packet->GetHeader(), up), 1);
}

void Backhaul::drop_item(bool up, bool was_in, ns3::Ptr<const ns3::QueueDiscItem> item) {
  const auto packet = ns3::DynamicCast<const ns3::Ipv4QueueDiscItem>(item);
  if (packet) move(up, robot_of(packet->GetHeader(), up), was_in ? -1 : 0, true);
}

}  // namespace gradwave::channel
