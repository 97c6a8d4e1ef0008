// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/mesh/block_acks.h"

#include <ns3/block-ack-manager.h>
#include <ns3/ht-frame-exchange-manager.h>
#include <ns3/qos-txop.h>
#include <ns3/version-defines.h>
#include <ns3/wifi-mac-header.h>
#include <ns3/wifi-mac-queue.h>
#include <ns3/wifi-mpdu.h>
#include <ns3/wifi-remote-station-manager.h>

#if NS3_VERSION_MINOR < 43
#include <ns3/mgt-headers.h>
#else
#include <ns3/mgt-action-headers.h>
#endif

#include <algorithm>

namespace gradwave::channel {
namespace {

constexpr std::uint8_t kBestEffort = 0;

// Without links beside each other (802.11be) there is one.
constexpr std::uint8_t kLink = 0;

// As AdhocWifiMac does with the first packet for somebody: all are alike.
void introduce(ns3::WifiMac& mac, ns3::Mac48Address other) {
  const auto stations = mac.GetWifiRemoteStationManager();
  if (!stations->IsBrandNew(other)) return;
#if NS3_VERSION_MINOR < 43
  const bool ht = mac.GetHtSupported();
#else
  const bool ht = mac.GetHtSupported(kLink);
#endif
  if (ht) {
    stations->AddAllSupportedMcs(other);
    stations->AddStationHtCapabilities(other, mac.GetHtCapabilities(kLink));
  }
  if (mac.GetVhtSupported(kLink)) {
    stations->AddStationVhtCapabilities(other, mac.GetVhtCapabilities(kLink));
  }
  if (mac.GetHeSupported()) {
    stations->AddStationHeCapabilities(other, mac.GetHeCapabilities(kLink));
#if NS3_VERSION_MINOR >= 43
    if (mac.Is6GhzBand(kLink)) {
      stations->AddStationHe6GhzCapabilities(other, mac.GetHe6GhzBandCapabilities(kLink));
    }
#endif
  }
  stations->AddAllSupportedModes(other);
  stations->RecordDisassociated(other);
}

ns3::MgtAddBaRequestHeader request_from(std::uint16_t first) {
  ns3::MgtAddBaRequestHeader request;
  request.SetAmsduSupport(true);
  request.SetImmediateBlockAck();
  request.SetTid(kBestEffort);
  request.SetBufferSize(0);
  request.SetTimeout(0);
  request.SetStartingSequence(first);
  return request;
}

ns3::MgtAddBaResponseHeader response_of(std::uint16_t buffer_size) {
  ns3::StatusCode success;
  success.SetSuccess();
  ns3::MgtAddBaResponseHeader response;
  response.SetStatusCode(success);
  response.SetAmsduSupport(true);
  response.SetImmediateBlockAck();
  response.SetTid(kBestEffort);
  response.SetBufferSize(buffer_size);
  response.SetTimeout(0);
  return response;
}

std::uint16_t next_sequence(ns3::QosTxop& queue, ns3::Mac48Address to) {
  ns3::WifiMacHeader next;
  next.SetType(ns3::WIFI_MAC_QOSDATA);
  next.SetQosTid(kBestEffort);
  next.SetAddr1(to);
  return queue.PeekNextSequenceNumberFor(&next);
}

}  // namespace

#if NS3_VERSION_MINOR < 43

namespace {

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
  const std::uint16_t first = next_sequence(*queue, to);
  const auto request = request_from(first);
  const auto response = response_of(sender->GetHeSupported() ? 255 : 63);
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

namespace {

// What takes what a radio has received, which only the MAC and its exchanges know.
struct Exchange : ns3::HtFrameExchangeManager {
  static ns3::Ptr<ns3::MacRxMiddle> receiving(ns3::HtFrameExchangeManager& exchange) {
    return exchange.*(&Exchange::m_rxMiddle);
  }
};

}  // namespace

void agree_on_block_acks(ns3::Ptr<ns3::WifiMac> sender, ns3::Ptr<ns3::WifiMac> receiver) {
  const ns3::Mac48Address from = sender->GetAddress(), to = receiver->GetAddress();
  introduce(*sender, to);
  introduce(*receiver, from);
  const auto queue = sender->GetQosTxop(ns3::AC_BE);
  // Where QosTxop::GotAddBaResponse() begins.
  std::uint16_t first = next_sequence(*queue, to);
  const auto waiting = queue->GetWifiMacQueue()->PeekByTidAndAddress(kBestEffort, to);
  if (waiting && waiting->HasSeqNoAssigned()) first = waiting->GetHeader().GetSequenceNumber();
  const auto response =
      response_of(std::min(receiver->GetMpduBufferSize(), receiver->GetMaxBaBufferSize(from)));

  const auto exchange =
      ns3::DynamicCast<ns3::HtFrameExchangeManager>(receiver->GetFrameExchangeManager(kLink));
  const auto theirs = receiver->GetQosTxop(ns3::AC_BE)->GetBaManager();
  theirs->DestroyRecipientAgreement(from, kBestEffort);
  theirs->CreateRecipientAgreement(response, from, first, Exchange::receiving(*exchange));
  queue->GetBaManager()->DestroyOriginatorAgreement(to, kBestEffort);
  queue->GetBaManager()->CreateOriginatorAgreement(request_from(first), to);
  queue->GotAddBaResponse(response, to);
}

#endif

}  // namespace gradwave::channel
