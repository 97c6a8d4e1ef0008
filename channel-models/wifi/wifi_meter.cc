// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wifi/wifi_meter.h"

#include <ns3/simulator.h>
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
    : uplink_(stations.GetN()),
      downlink_(stations.GetN()),
      band_(phy_of(access_point.Get(0))->GetPhyBand()) {
  const auto watch = [this](ns3::Ptr<ns3::NetDevice> device, int sender) {
    phy_of(device)->TraceConnectWithoutContext("PhyTxPsduBegin",
                                               ns3::MakeCallback(&WifiMeter::count, this, sender));
  };
  watch(access_point.Get(0), kAccessPoint);
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
    Traffic& traffic =
        sender == kAccessPoint ? downlink_[workers_.at(psdu->GetAddr1())] : uplink_[sender];
    const double rate_bps = tx_vector.GetMode(station).GetDataRate(tx_vector, station);
    traffic.data_bytes += psdu->GetSize();
    traffic.rate_weighted_bytes += psdu->GetSize() * rate_bps;
    for (std::size_t i = 0; i < psdu->GetNMpdus(); ++i) {
      traffic.mac_retries += psdu->GetHeader(i).IsRetry();
    }
  }
}

}  // namespace gradwave::channel
