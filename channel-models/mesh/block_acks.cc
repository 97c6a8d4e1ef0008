// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/mesh/block_acks.h"

#include <ns3/block-ack-manager.h>
#include <ns3/ht-frame-exchange-manager.h>
#include <ns3/mgt-headers.h>
#include <ns3/qos-txop.h>
#include <ns3/version-defines.h>
#include <ns3/wifi-mac-header.h>
#include <ns3/wifi-mpdu.h>
#include <ns3/wifi-remote-station-manager.h>

namespace gradwave::channel {
namespace {

constexpr std::uint8_t kBestEffort = 0;

}  // namespace

#if NS3_VERSION_MINOR < 43

namespace {

// As AdhocWifiMac does with the first packet for somebody: all are alike.
void introduce(ns3::WifiMac& mac, ns3::Mac48Address other) {
  const auto stations = mac.GetWifiRemoteStationManager();
  if (!stations->IsBrandNew(other)) return;
  if (mac.GetHtSupported()) {
    stations->AddAllSupportedMcs(other);
    stations->AddStationHtCapabilities(other, mac.GetHtCapabilities(0));
  }
  if (mac.GetVhtSupported(0)) {
    stations->AddStationVhtCapabilities(other, mac.GetVhtCapabilities(0));
  }
  if (mac.GetHeSupported()) stations->AddStationHeCapabilities(other, mac.GetHeCapabilities(0));
  stations->AddAllSupportedModes(other);
  stations->RecordDisassociated(other);
}

// What a receiver has agreed to holds once its answer is acknowledged, which nobody but the
// exchange itself may say.
struct Exchange : ns3::HtFrameExchangeManager {
  static void acknowledge(ns3::HtFrameExchangeManager& exchange, ns3::Ptr<ns3::WifiMpdu> answer) {
    (exchange.*(&Exchange::NotifyReceivedNormalAck))(answer);
  }
};

// The answer as it would have been on the air.
ns3::Ptr<ns3::WifiMpdu> answer_to(ns3::Mac48Address sender, ns3::Mac48Address receiver,
                                  const ns3::MgtAddBaResponseHeader& response) {
  ns3::WifiActionHeader::ActionValue action;
  action.blockAck = ns3::WifiActionHeader::BLOCK_ACK_ADDBA_RESPONSE;
  ns3::WifiActionHeader kind;
  kind.SetAction(ns3::WifiActionHeader::BLOCK_ACK, action);
  const auto packet = ns3::Create<ns3::Packet>();
  packet->AddHeader(response);
  packet->AddHeader(kind);
  ns3::WifiMacHeader header;
  header.SetType(ns3::WIFI_MAC_MGT_ACTION);
  header.SetAddr1(sender);
  header.SetAddr2(receiver);
  header.SetAddr3(receiver);
  return ns3::Create<ns3::WifiMpdu>(packet, header);
}

}  // namespace

void agree_on_block_acks(ns3::Ptr<ns3::WifiMac> sender, ns3::Ptr<ns3::WifiMac> receiver) {
  const ns3::Mac48Address from = sender->GetAddress(), to = receiver->GetAddress();
  introduce(*sender, to);
  introduce(*receiver, from);
  const auto queue = sender->GetQosTxop(ns3::AC_BE);
  ns3::WifiMacHeader next;
  next.SetType(ns3::WIFI_MAC_QOSDATA);
  next.SetQosTid(kBestEffort);
  next.SetAddr1(to);
  const std::uint16_t first = queue->PeekNextSequenceNumberFor(&next);

  ns3::MgtAddBaRequestHeader request;
  request.SetAmsduSupport(true);
  request.SetImmediateBlockAck();
  request.SetTid(kBestEffort);
  request.SetBufferSize(0);
  request.SetTimeout(0);
  request.SetStartingSequence(first);
  ns3::StatusCode success;
  success.SetSuccess();
  ns3::MgtAddBaResponseHeader response;
  response.SetStatusCode(success);
  response.SetAmsduSupport(true);
  response.SetImmediateBlockAck();
  response.SetTid(kBestEffort);
  response.SetBufferSize(sender->GetHeSupported() ? 255 : 63);
  response.SetTimeout(0);

  const auto exchange =
      ns3::DynamicCast<ns3::HtFrameExchangeManager>(receiver->GetFrameExchangeManager(0));
  exchange->DestroyBlockAckAgreement(from, kBestEffort);
  exchange->CreateBlockAckAgreement(&response, from, first);
  Exchange::acknowledge(*exchange, answer_to(from, to, response));
  queue->GetBaManager()->DestroyAgreement(to, kBestEffort);
  queue->GetBaManager()->CreateAgreement(&request, to);
  queue->GotAddBaResponse(&response, to);
}

#else

void agree_on_block_acks(ns3::Ptr<ns3::WifiMac> sender, ns3::Ptr<ns3::WifiMac> receiver) {
  sender->GetQosTxop(ns3::AC_BE)
      ->GetBaManager()
      ->DestroyOriginatorAgreement(receiver->GetAddress(), kBestEffort);
}

#endif

}  // namespace gradwave::channel
