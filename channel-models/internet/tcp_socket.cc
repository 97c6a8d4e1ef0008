// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/internet/tcp_socket.h"

#include <ns3/object-factory.h>
#include <ns3/rtt-estimator.h>
#include <ns3/simulator.h>
#include <ns3/tcp-congestion-ops.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/tcp-option-sack.h>
#include <ns3/tcp-option-ts.h>
#include <ns3/tcp-recovery-ops.h>
#include <ns3/tcp-rx-buffer.h>
#include <ns3/tcp-tx-buffer.h>
#include <ns3/uinteger.h>

#include <algorithm>
#include <utility>

namespace gradwave::channel {
namespace {

const ns3::Time kLongestTimeout = ns3::Seconds(60);  // as ns-3's
constexpr int kAcknowledgedAtOnce = 16;              // Linux's TCP_MAX_QUICKACKS

// What the protocol makes of the type that its attribute `name` holds.
template <typename T>
ns3::Ptr<T> make_of_type(const ns3::Ptr<ns3::TcpL4Protocol>& protocol, const std::string& name) {
  ns3::TypeIdValue type;
  protocol->GetAttribute(name, type);
  ns3::ObjectFactory factory;
  factory.SetTypeId(type.Get());
  return factory.Create<T>();
}

void copy_attributes(const ns3::Object& from, ns3::Object& to) {
  for (ns3::TypeId type = from.GetInstanceTypeId();; type = type.GetParent()) {
    for (std::size_t i = 0; i < type.GetAttributeN(); ++i) {
      const auto attribute = type.GetAttribute(i);
      if (!attribute.accessor->HasGetter() || !attribute.accessor->HasSetter()) continue;
      const ns3::Ptr<ns3::AttributeValue> value = attribute.checker->Create();
      if (attribute.accessor->Get(&from, *value)) attribute.accessor->Set(&to, *value);
    }
    if (!type.HasParent()) return;
  }
}

ns3::Ptr<const ns3::TcpOptionTS> stamps_of(const ns3::TcpHeader& header) {
  return ns3::DynamicCast<const ns3::TcpOptionTS>(header.GetOption(ns3::TcpOption::TS));
}

// 0: none.
std::uint32_t echo_of(const ns3::TcpHeader& header) {
  const auto stamps = stamps_of(header);
  return stamps ? stamps->GetEcho() : 0;
}

}  // namespace

std::uint32_t window_after(ns3::Time idle, AfterIdle after_idle, ns3::Time timeout,
                           std::uint32_t window, std::uint32_t initial_window) {
  if (after_idle == AfterIdle::kKeep || idle <= timeout) return window;
  const std::uint32_t least = std::min(initial_window, window);
  if (after_idle == AfterIdle::kRfc5681) return least;
  for (idle -= timeout; idle.IsStrictlyPositive() && window > least; idle -= timeout) window /= 2;
  return std::max(window, least);
}

ns3::TypeId TcpSocket::GetTypeId() {
  static const ns3::TypeId type =
      ns3::TypeId("gradwave::TcpSocket")
          .SetParent<ns3::TcpSocketBase>()
          .AddConstructor<TcpSocket>()
          .AddAttribute("AfterIdle", "what a pause does to the window", ns3::UintegerValue(0),
                        ns3::MakeUintegerAccessor(&TcpSocket::after_idle_),
                        ns3::MakeUintegerChecker<std::uint32_t>(0, 2));
  return type;
}

// The connection gets a congestion control of its own: ns-3's copies leave members as the memory
// was before (Westwood's acknowledged segments; TcpFriendliness of 3.43's CUBIC).
ns3::Ptr<ns3::TcpSocketBase> TcpSocket::Fork() {
  const ns3::Ptr<TcpSocket> copy = ns3::CopyObject<TcpSocket>(this);
  ns3::ObjectFactory factory;
  factory.SetTypeId(m_congestionControl->GetInstanceTypeId());
  const auto congestion_control = factory.Create<ns3::TcpCongestionOps>();
  copy_attributes(*m_congestionControl, *congestion_control);
  copy->SetCongestionControlAlgorithm(congestion_control);
  return copy;
}

int TcpSocket::Send(ns3::Ptr<ns3::Packet> packet, std::uint32_t flags) {
  if (m_state == ESTABLISHED && m_txBuffer->Size() == 0) validate_window();
  return TcpSocketBase::Send(packet, flags);
}

// In whole segments, as Linux counts.
void TcpSocket::validate_window() {
  const auto after_idle = static_cast<AfterIdle>(after_idle_);
  const ns3::Time idle = ns3::Simulator::Now() - last_sent_;
  if (after_idle == AfterIdle::kKeep || idle <= m_rto.Get()) return;
  if (m_congestionControl->HasCongControl()) return;
  const std::uint32_t segment = m_tcb->m_segmentSize;
  const std::uint32_t window = m_tcb->m_cWnd / segment;
  m_congestionControl->CwndEvent(m_tcb, ns3::TcpSocketState::CA_EVENT_CWND_RESTART);
  if (after_idle == AfterIdle::kLinux) {
    m_tcb->m_ssThresh = std::max(m_tcb->m_ssThresh.Get(), (window / 2 + window / 4) * segment);
  }
  m_tcb->m_cWnd = segment * window_after(idle, after_idle, m_rto, window, GetInitialCwnd());
  m_tcb->m_cWndInfl = m_tcb->m_cWnd;
}

// Behind a small window ns-3 asks for nothing to be sent, and follows a null pointer. Whoever asked
// looks at the window next, and goes round for ever if that is open.
std::uint32_t TcpSocket::AvailableWindow() const {
  return std::exchange(window_is_full_, false) ? 0 : TcpSocketBase::AvailableWindow();
}

// Data acknowledge as well as a pure acknowledgment does, which alone ns-3 counts.
std::uint32_t TcpSocket::SendDataPacket(ns3::SequenceNumber32 begin, std::uint32_t size,
                                        bool with_ack) {
  if (std::min(size, m_txBuffer->SizeFromSequence(begin)) == 0 || may_have_arrived(begin)) {
    window_is_full_ = true;
    return 0;
  }
  if (with_ack) m_highTxAck = std::max(m_highTxAck, m_tcb->m_rxBuffer->NextRxSequence());
  const bool acknowledges = with_ack && !m_delAckEvent.IsExpired();
  const std::uint32_t echo = m_timestampToEcho;
  if (!acknowledges) m_timestampToEcho = 0;
  const std::uint32_t sent = TcpSocketBase::SendDataPacket(begin, size, with_ack);
  m_timestampToEcho = echo;
  last_sent_ = ns3::Simulator::Now();
  if (const auto cubic = ns3::DynamicCast<Cubic>(m_congestionControl)) {
    cubic->sent(*m_tcb, BytesInFlight(), m_txBuffer->HeadSequence());
  }
  return sent;
}

// The oldest is for ns-3 to send again: at a partial acknowledgment.
bool TcpSocket::may_have_arrived(ns3::SequenceNumber32 begin) const {
  return m_tcb->m_congState == ns3::TcpSocketState::CA_RECOVERY &&
         begin > m_txBuffer->HeadSequence() && begin < m_tcb->m_highTxMark && begin >= sacked_;
}

// ns-3 forgets a doubled timeout whenever it sends an acknowledgment.
void TcpSocket::SendEmptyPacket(std::uint8_t flags) {
  const ns3::Time before = m_rto;
  TcpSocketBase::SendEmptyPacket(flags);
  if ((flags & ns3::TcpHeader::SYN) == 0) m_rto = before;
}

void TcpSocket::UpdateRttHistory(const ns3::SequenceNumber32& begin, std::uint32_t size,
                                 bool again) {
  const ns3::SequenceNumber32 end =
      begin + std::max<std::uint32_t>(size, 1);  // a SYN counts as one
  if (!again) {
    sent_.push_back({begin, end, ns3::Simulator::Now(), false});
    return;
  }
  auto sent = std::partition_point(sent_.begin(), sent_.end(),
                                   [&](const Sent& earlier) { return earlier.end <= begin; });
  for (; sent != sent_.end() && sent->begin < end; ++sent) sent->again = true;
}

TcpSocket::Samples TcpSocket::sample(const ns3::TcpHeader& header) {
  const ns3::SequenceNumber32 ack = header.GetAckNumber();
  if (sent_.empty() || sent_.front().end > ack) return {};
  const auto least = [](ns3::Time time) { return std::max(time, ns3::MicroSeconds(1)); };
  const ns3::Time now = ns3::Simulator::Now();
  const ns3::Time since_first = now - sent_.front().at;
  ns3::Time since_last;
  bool again = false;
  for (; !sent_.empty() && sent_.front().end <= ack; sent_.pop_front()) {
    again |= sent_.front().again;
    since_last = now - sent_.front().at;
  }
  if (!again) return {least(since_first), least(since_last)};
  const std::uint32_t echo = echo_of(header);
  if (!m_timestampEnabled || echo == 0) return {};
  const ns3::Time echoed = ns3::MilliSeconds(ns3::TcpOptionTS::NowToTsValue() - echo);  // may wrap
  if (echoed > since_first + ns3::MilliSeconds(1)) return {};
  return {least(echoed), least(echoed)};
}

// ns-3 is handed the samples in the form in which it takes them without timestamps.
void TcpSocket::EstimateRtt(const ns3::TcpHeader& header) {
  lost_ = Lost::kNothing;
  if (probing_ && header.GetAckNumber() > m_txBuffer->HeadSequence()) answer_probe(header);
  const Samples taken = sample(header);
  if (taken.oldest.IsZero()) return;
  const ns3::Time now = ns3::Simulator::Now();
  m_history = {{header.GetAckNumber(), 0, now - taken.oldest},
               {header.GetAckNumber(), 0, now - taken.newest}};
  const bool with_timestamps = std::exchange(m_timestampEnabled, false);
  TcpSocketBase::EstimateRtt(header);
  m_timestampEnabled = with_timestamps;
  m_history.clear();
  backed_off_ = {};
  m_rto = timeout();
}

void TcpSocket::ReceivedAck(ns3::Ptr<ns3::Packet> packet, const ns3::TcpHeader& header) {
  const ns3::SequenceNumber32 ack = header.GetAckNumber();
  sacked_ = std::max(sacked_, ack);
  if (const auto option =
          ns3::DynamicCast<const ns3::TcpOptionSack>(header.GetOption(ns3::TcpOption::SACK))) {
    for (const auto& block : option->GetSackList()) sacked_ = std::max(sacked_, block.second);
  }
  TcpSocketBase::ReceivedAck(packet, header);
}

// Compared so that it holds when the clock of milliseconds begins anew, after 50 days.
void TcpSocket::ReceivedData(ns3::Ptr<ns3::Packet> packet, const ns3::TcpHeader& header) {
  const auto stamps = stamps_of(header);
  if (m_timestampEnabled && stamps && header.GetSequenceNumber() <= m_highTxAck &&
      static_cast<std::int32_t>(stamps->GetTimestamp() - m_timestampToEcho) > 0) {
    m_timestampToEcho = stamps->GetTimestamp();
  }
  const ns3::Time now = ns3::Simulator::Now();
  if (!has_received_ || now - last_received_ > m_rto.Get()) quick_ = kAcknowledgedAtOnce;
  has_received_ = true;
  last_received_ = now;
  const std::uint32_t usual = m_delAckMaxCount;
  if (quick_ > 0) {
    --quick_;
    m_delAckMaxCount = 1;
  }
  TcpSocketBase::ReceivedData(packet, header);
  m_delAckMaxCount = usual;
}

ns3::Time TcpSocket::timeout() const {
  return std::max(m_rtt->GetEstimate() + std::max<ns3::Time>(m_minRto, m_rtt->GetVariation() * 4),
                  backed_off_);
}

void TcpSocket::restart_timer(ns3::Time timeout) {
  m_rto = timeout;
  if (m_retxEvent.IsExpired()) return;
  m_retxEvent.Cancel();
  m_retxEvent = ns3::Simulator::Schedule(timeout, &TcpSocket::ReTxTimeout, this);
}

void TcpSocket::NewAck(const ns3::SequenceNumber32& ack, bool restart) {
  TcpSocketBase::NewAck(ack, restart);
  if (restart) restart_timer(timeout());
  const Lost lost = std::exchange(lost_, Lost::kNothing);
  if (lost == Lost::kRest) {
    TcpSocketBase::ReTxTimeout();  // no timer has expired: nothing is backed off
    restart_timer(timeout());
  } else if (lost == Lost::kOne) {
    shrink_window();
  }
}

void TcpSocket::ReTxTimeout() { may_probe() ? probe() : take_for_lost(); }

// Of one segment alone nothing else is to be found out.
bool TcpSocket::may_probe() const {
  return m_timestampEnabled && m_dataRetrCount > 0 && m_state == ESTABLISHED &&
         m_tcb->m_congState != ns3::TcpSocketState::CA_RECOVERY &&
         m_tcb->m_congState != ns3::TcpSocketState::CA_LOSS &&
         m_tcb->m_highTxMark.Get() - m_txBuffer->HeadSequence() >
             static_cast<std::int32_t>(m_tcb->m_segmentSize);
}

void TcpSocket::probe() {
  if (!std::exchange(probing_, true)) {
    probe_stamp_ = ns3::TcpOptionTS::NowToTsValue();
    probe_end_ = m_tcb->m_highTxMark;
    in_flight_at_probe_ = BytesInFlight();
  }
  --m_dataRetrCount;
  backed_off_ = m_rto = std::max<ns3::Time>(m_rto, std::min(m_rto.Get() * 2, kLongestTimeout));
  SendDataPacket(m_txBuffer->HeadSequence(), m_tcb->m_segmentSize, m_connected);
}

// Fast recovery, which duplicate acknowledgments have begun meanwhile, mends by itself.
void TcpSocket::answer_probe(const ns3::TcpHeader& header) {
  probing_ = false;
  if (m_tcb->m_congState == ns3::TcpSocketState::CA_RECOVERY) return;
  const std::uint32_t echo = echo_of(header);
  if (echo != 0 && static_cast<std::int32_t>(echo - probe_stamp_) < 0) return;
  lost_ = header.GetAckNumber() < probe_end_ ? Lost::kRest : Lost::kOne;
}

// ns-3 doubles the timeout up to 60 s, which may be less than the path's own round trip.
void TcpSocket::take_for_lost() {
  const ns3::Time before = m_rto;
  probing_ = false;
  TcpSocketBase::ReTxTimeout();
  if (m_rto < before) restart_timer(before);
  if (m_rto > before) backed_off_ = m_rto;
}

// What a timeout does to the window where nothing is left to be sent again.
void TcpSocket::shrink_window() {
  m_tcb->m_ssThresh = m_congestionControl->GetSsThresh(m_tcb, in_flight_at_probe_);
  m_congestionControl->CwndEvent(m_tcb, ns3::TcpSocketState::CA_EVENT_LOSS);
  m_congestionControl->CongestionStateSet(m_tcb, ns3::TcpSocketState::CA_LOSS);
  m_congestionControl->CongestionStateSet(m_tcb, ns3::TcpSocketState::CA_OPEN);
  m_tcb->m_cWnd = m_tcb->m_segmentSize;
  m_tcb->m_cWndInfl = m_tcb->m_cWnd;
}

void TcpSocket::abort() { CloseAndNotify(); }

void abort(const ns3::Ptr<ns3::Socket>& socket) { ns3::DynamicCast<TcpSocket>(socket)->abort(); }

ns3::Ptr<ns3::Socket> make_tcp_socket(ns3::Ptr<ns3::Node> node) {
  const auto protocol = node->GetObject<ns3::TcpL4Protocol>();
  const auto socket = ns3::CreateObject<TcpSocket>();
  socket->SetNode(node);
  socket->SetTcp(protocol);
  socket->SetRtt(make_of_type<ns3::RttEstimator>(protocol, "RttEstimatorType"));
  socket->SetCongestionControlAlgorithm(
      make_of_type<ns3::TcpCongestionOps>(protocol, "SocketType"));
  socket->SetRecoveryAlgorithm(make_of_type<ns3::TcpRecoveryOps>(protocol, "RecoveryType"));
  protocol->AddSocket(socket);
  return socket;
}

}  // namespace gradwave::channel
