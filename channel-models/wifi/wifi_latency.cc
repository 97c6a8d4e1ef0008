// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wifi/wifi_latency.h"

#include <ns3/ipv4-header.h>
#include <ns3/ipv4-queue-disc-item.h>
#include <ns3/llc-snap-header.h>
#include <ns3/node.h>
#include <ns3/queue-disc.h>
#include <ns3/simulator.h>
#include <ns3/traffic-control-layer.h>
#include <ns3/wifi-net-device.h>
#include <ns3/wifi-phy.h>
#include <ns3/wifi-psdu.h>

#include <optional>

namespace gradwave::channel {
namespace {

constexpr int kNobody = -2;

std::int64_t now_ns() { return ns3::Simulator::Now().GetNanoSeconds(); }

// Of frames that carry one packet each.
std::optional<ns3::Ipv4Header> ip_header(const ns3::WifiMpdu& frame) {
  if (!frame.GetHeader().HasData() || frame.GetHeader().IsQosAmsdu()) return std::nullopt;
  constexpr std::uint16_t kIpv4 = 0x0800;
  const auto packet = frame.GetPacket()->Copy();
  ns3::LlcSnapHeader link;
  if (packet->GetSize() < link.GetSerializedSize()) return std::nullopt;
  packet->RemoveHeader(link);
  if (link.GetType() != kIpv4) return std::nullopt;
  ns3::Ipv4Header header;
  packet->PeekHeader(header);
  return header;
}

}  // namespace

WifiLatency::WifiLatency(const ns3::NetDeviceContainer& stations,
                         ns3::Ptr<ns3::NetDevice> access_point,
                         const std::vector<ns3::Ipv4Address>& robots)
    : band_(ns3::DynamicCast<ns3::WifiNetDevice>(access_point)->GetPhy()->GetPhyBand()) {
  for (auto& flows : flows_) flows.resize(robots.size());
  for (std::uint32_t i = 0; i < stations.GetN(); ++i) {
    workers_[ns3::Mac48Address::ConvertFrom(stations.Get(i)->GetAddress())] = static_cast<int>(i);
    workers_by_ip_[robots[i]] = static_cast<int>(i);
    watch(stations.Get(i), static_cast<int>(i));
  }
  watch(access_point, kAccessPoint);
}

void WifiLatency::watch(ns3::Ptr<ns3::NetDevice> device, int sender) {
  const auto radio = ns3::DynamicCast<ns3::WifiNetDevice>(device);
  radio->GetPhy()->TraceConnectWithoutContext("PhyTxPsduBegin",
                                              ns3::MakeCallback(&WifiLatency::send, this, sender));
  const auto mac = radio->GetMac();
  mac->TraceConnectWithoutContext("AckedMpdu",
                                  ns3::MakeCallback(&WifiLatency::acknowledged, this, sender));
  mac->TraceConnectWithoutContext("NAckedMpdu",
                                  ns3::MakeCallback(&WifiLatency::missed, this, sender));
  mac->TraceConnectWithoutContext("DroppedMpdu",
                                  ns3::MakeCallback(&WifiLatency::dropped, this, sender));
  mac->TraceConnectWithoutContext(
      "MpduResponseTimeout",
      ns3::Callback<void, std::uint8_t, ns3::Ptr<const ns3::WifiMpdu>, const ns3::WifiTxVector&>(
          [this, sender](std::uint8_t, ns3::Ptr<const ns3::WifiMpdu> frame,
                         const ns3::WifiTxVector&) {
            answered(sender, frame->GetHeader().GetAddr1());
          }));
  mac->TraceConnectWithoutContext(
      "PsduResponseTimeout",
      ns3::Callback<void, std::uint8_t, ns3::Ptr<const ns3::WifiPsdu>, const ns3::WifiTxVector&>(
          [this, sender](std::uint8_t, ns3::Ptr<const ns3::WifiPsdu> frame,
                         const ns3::WifiTxVector&) { answered(sender, frame->GetAddr1()); }));
  const auto queue =
      device->GetNode()->GetObject<ns3::TrafficControlLayer>()->GetRootQueueDiscOnDevice(device);
  if (!queue) return;
  queue->TraceConnectWithoutContext("Enqueue",
                                    ns3::MakeCallback(&WifiLatency::enter, this, sender));
  queue->TraceConnectWithoutContext(
      "DropAfterDequeue", ns3::Callback<void, ns3::Ptr<const ns3::QueueDiscItem>, const char*>(
                              [this, sender](ns3::Ptr<const ns3::QueueDiscItem> item, const char*) {
                                drop(sender, item);
                              }));
}

int WifiLatency::worker_of(int sender, ns3::Ptr<const ns3::QueueDiscItem> item) const {
  const auto packet = ns3::DynamicCast<const ns3::Ipv4QueueDiscItem>(item);
  if (!packet) return kNobody;
  if (sender != kAccessPoint) return sender;
  const auto worker = workers_by_ip_.find(packet->GetHeader().GetDestination());
  return worker == workers_by_ip_.end() ? kNobody : worker->second;
}

int WifiLatency::worker_of(int sender, const ns3::WifiMpdu& frame) const {
  const auto header = ip_header(frame);
  if (!header) return kNobody;
  if (sender != kAccessPoint) return sender;
  const auto worker = workers_by_ip_.find(header->GetDestination());
  return worker == workers_by_ip_.end() ? kNobody : worker->second;
}

void WifiLatency::enter(int sender, ns3::Ptr<const ns3::QueueDiscItem> item) {
  const int worker = worker_of(sender, item);
  if (worker != kNobody) flow(sender, worker).parts.enter(now_ns());
}

void WifiLatency::drop(int sender, ns3::Ptr<const ns3::QueueDiscItem> item) {
  const int worker = worker_of(sender, item);
  if (worker != kNobody) flow(sender, worker).parts.leave(now_ns());
}

void WifiLatency::send(int sender, ns3::WifiConstPsduMap psdus, ns3::WifiTxVector vector, double) {
  const std::int64_t end_ns =
      now_ns() + ns3::WifiPhy::CalculateTxDuration(psdus, vector, band_).GetNanoSeconds();
  for (const auto& [station, psdu] : psdus) {
    const ns3::Mac48Address receiver = psdu->GetAddr1();
    const bool asks = psdu->GetHeader(0).IsBlockAckReq();  // for the answer that did not come
    if (receiver.IsGroup() || !(asks || psdu->GetHeader(0).IsData())) continue;
    double again = asks ? 1 : 0;
    if (!asks) {
      double bytes = 0, repeated = 0;
      for (std::size_t i = 0; i < psdu->GetNMpdus(); ++i) {
        const double size = psdu->GetPayload(i)->GetSize();
        bytes += size;
        if (psdu->GetHeader(i).IsRetry()) repeated += size;
      }
      again = bytes > 0 ? repeated / bytes : 0;
    }
    const int worker = sender == kAccessPoint ? workers_.at(receiver) : sender;
    flow(sender, worker).parts.send(now_ns(), end_ns, again, free_ns_[sender]);
  }
}

void WifiLatency::answered(int sender, ns3::Mac48Address receiver) {
  free_ns_[sender] = now_ns();
  const int worker = sender == kAccessPoint ? workers_.at(receiver) : sender;
  flow(sender, worker).parts.answer(now_ns());
}

void WifiLatency::acknowledged(int sender, ns3::Ptr<const ns3::WifiMpdu> frame) {
  const int worker = worker_of(sender, *frame);
  if (worker != kNobody) flow(sender, worker).parts.leave(now_ns());
  if (!frame->GetHeader().GetAddr1().IsGroup()) answered(sender, frame->GetHeader().GetAddr1());
}

void WifiLatency::missed(int sender, ns3::Ptr<const ns3::WifiMpdu> frame) {
  answered(sender, frame->GetHeader().GetAddr1());
}

void WifiLatency::dropped(int sender, ns3::WifiMacDropReason reason,
                          ns3::Ptr<const ns3::WifiMpdu> frame) {
  const int worker = worker_of(sender, *frame);
  if (worker == kNobody) return;
  Flow& of = flow(sender, worker);
  of.parts.leave(now_ns());
  of.drops +=
      reason == ns3::WIFI_MAC_DROP_FAILED_ENQUEUE || reason == ns3::WIFI_MAC_DROP_EXPIRED_LIFETIME;
}

void WifiLatency::move_on_backhaul(int worker, bool up, int packets) {
  flows_[up][worker].parts.move_on_backhaul(now_ns(), packets);
}

const std::array<double, LatencyParts::kParts>& WifiLatency::parts(int worker, bool up) {
  return flows_[up][worker].parts.until(now_ns(), free_ns_[up ? worker : kAccessPoint]);
}

}  // namespace gradwave::channel
