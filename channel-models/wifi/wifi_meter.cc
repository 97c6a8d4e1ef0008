// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wifi/wifi_meter.h"

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

#include <algorithm>

namespace gradwave::channel {
namespace {

constexpr int kAccessPoint = -1;

ns3::Ptr<ns3::WifiPhy> phy_of(ns3::Ptr<ns3::NetDevice> device) {
  return ns3::DynamicCast<ns3::WifiNetDevice>(device)->GetPhy();
}

}  // namespace

WifiMeter::WifiMeter(const ns3::NetDeviceContainer& stations,
                     const ns3::NetDeviceContainer& access_point)
    : stations_(stations),
      access_point_(access_point),
      uplink_(stations.GetN()),
      downlink_(stations.GetN()),
      band_(phy_of(stations.Get(0))->GetPhyBand()) {
  const auto watch = [this](ns3::Ptr<ns3::NetDevice> device, int sender) {
    phy_of(device)->TraceConnectWithoutContext("PhyTxPsduBegin",
                                               ns3::MakeCallback(&WifiMeter::count, this, sender));
  };
  if (access_point.GetN() > 0) watch(access_point.Get(0), kAccessPoint);
  for (std::uint32_t i = 0; i < stations.GetN(); ++i) {
    workers_[ns3::Mac48Address::ConvertFrom(stations.Get(i)->GetAddress())] = i;
    watch(stations.Get(i), i);
  }
}

void WifiMeter::count(int sender, ns3::WifiConstPsduMap psdus, ns3::WifiTxVector tx_vector,
                      double) {
  const ns3::Time now = ns3::Simulator::Now();
  const ns3::Time end = now + ns3::WifiPhy::CalculateTxDuration(psdus, tx_vector, band_);
  airtime_ += std::max(ns3::Time(0), end - std::max(now, busy_until_));
  busy_until_ = std::max(busy_until_, end);

  for (const auto& [station, psdu] : psdus) {
    wire_bytes_ += psdu->GetSize();
    if (!psdu->GetHeader(0).IsData() || psdu->GetAddr1().IsGroup()) continue;
    const double rate_bps = tx_vector.GetMode(station).GetDataRate(tx_vector, station);
    if (sender == kAccessPoint && looks_into_packets_) {
      count_packets(*psdu, rate_bps, end - now);
      continue;
    }
    Counted& counted =
        sender == kAccessPoint ? downlink_[workers_.at(psdu->GetAddr1())] : uplink_[sender];
    counted.data_bytes += psdu->GetSize();
    counted.rate_weighted_bytes += psdu->GetSize() * rate_bps;
    counted.data_airtime += end - now;
    for (std::size_t i = 0; i < psdu->GetNMpdus(); ++i) {
      counted.mac_retries += psdu->GetHeader(i).IsRetry();
    }
  }
}

// Each of a frame's packets has its share of the time.
void WifiMeter::count_packets(const ns3::WifiPsdu& psdu, double rate_bps, ns3::Time airtime) {
  for (std::size_t i = 0; i < psdu.GetNMpdus(); ++i) {
    if (!psdu.GetHeader(i).HasData()) continue;
    int worker = workers_.at(psdu.GetAddr1());
    if (!psdu.GetHeader(i).IsQosAmsdu()) {
      const auto packet = psdu.GetPayload(i)->Copy();
      ns3::LlcSnapHeader link_header;
      ns3::Ipv4Header header;
      packet->RemoveHeader(link_header);
      packet->PeekHeader(header);
      const auto found = workers_by_ip_.find(header.GetDestination());
      if (found != workers_by_ip_.end()) worker = found->second;
    }
    const double bytes = psdu.GetNMpdus() == 1 ? psdu.GetSize() : psdu.GetAmpduSubframeSize(i);
    Counted& counted = downlink_[worker];
    counted.data_bytes += static_cast<std::int64_t>(bytes);
    counted.rate_weighted_bytes += bytes * rate_bps;
    counted.data_airtime += ns3::Seconds(airtime.GetSeconds() * bytes / psdu.GetSize());
    counted.mac_retries += psdu.GetHeader(i).IsRetry();
  }
}

void WifiMeter::watch_queues(const std::vector<ns3::Ipv4Address>& addresses) {
  const auto watch = [this](ns3::Ptr<ns3::NetDevice> device, int sender) {
    const auto traffic_control = device->GetNode()->GetObject<ns3::TrafficControlLayer>();
    const auto queue = traffic_control->GetRootQueueDiscOnDevice(device);
    if (!queue) return;
    queue->TraceConnectWithoutContext("Drop",
                                      ns3::MakeCallback(&WifiMeter::count_drop, this, sender));
  };
  if (access_point_.GetN() > 0) watch(access_point_.Get(0), kAccessPoint);
  for (std::uint32_t i = 0; i < stations_.GetN(); ++i) {
    workers_by_ip_[addresses[i]] = static_cast<int>(i);
    watch(stations_.Get(i), static_cast<int>(i));
  }
}

// Whom a packet of the access point was for stands in its IP header.
void WifiMeter::count_drop(int sender, ns3::Ptr<const ns3::QueueDiscItem> item) {
  if (sender != kAccessPoint) {
    ++uplink_[sender].queue_drops;
    return;
  }
  const auto packet = ns3::DynamicCast<const ns3::Ipv4QueueDiscItem>(item);
  if (!packet) return;
  const auto worker = workers_by_ip_.find(packet->GetHeader().GetDestination());
  if (worker != workers_by_ip_.end()) ++downlink_[worker->second].queue_drops;
}

Reading WifiMeter::reading(const Counted& counted) {
  return {static_cast<double>(counted.mac_retries),
          static_cast<double>(counted.data_bytes),
          counted.rate_weighted_bytes,
          counted.data_airtime.GetSeconds(),
          static_cast<double>(counted.queue_drops),
          ns3::Simulator::Now().GetSeconds()};
}

Counters WifiMeter::between(const Reading& before, const Reading& after) {
  const auto grown = [&](int i) { return after[i] - before[i]; };
  Counters counters = {{"mac_retries", grown(0)}};
  if (grown(1) > 0) counters.emplace_back("phy_rate_bps", grown(2) / grown(1));
  counters.emplace_back("airtime_s", grown(3));
  counters.emplace_back("waiting_s", std::max(0.0, grown(5) - grown(3)));
  counters.emplace_back("queue_drops", grown(4));
  return counters;
}

}  // namespace gradwave::channel
