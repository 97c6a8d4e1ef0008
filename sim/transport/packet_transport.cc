// SPDX-License-Identifier: GPL-2.0-only
#include "sim/transport/packet_transport.h"

#include <ns3/ipv4.h>
#include <ns3/simulator.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdio>
#include <deque>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

#include "channel-models/link.h"
#include "sim/transport/robot_application.h"
#include "sim/transport/server_application.h"

namespace gradwave {
namespace {

constexpr std::uint16_t kPort = 5000;
constexpr double kConnect_s = 0.01;    // from one robot's connection to the next
constexpr double kWatch_s = 0.1;       // between two looks at what has become of the network
constexpr double kIdleWatch_s = 3600;  // likewise, at most, while everybody computes

// A message handed to the socket; what was counted then, so that the difference is its own.
struct UnderWay {
  Message message;
  std::int64_t received_bytes = 0;
  double start_s = 0;
  channel::Reading counted;
};

std::string with_commas(std::int64_t number) {
  std::string text = std::to_string(number);
  for (int i = static_cast<int>(text.size()) - 3; i > 0; i -= 3) text.insert(i, ",");
  return text;
}

std::string text_of(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

void append(std::string& list, const std::string& item) {
  list += (list.empty() ? "" : "; ") + item;
}

double simulated_s() { return ns3::Simulator::Now().GetSeconds(); }

std::string after_now() { return text_of(" after %.1f s of simulated time", simulated_s()); }

std::string away(std::optional<double> distance_m) {
  return distance_m ? text_of(", %.1f m from the access point", *distance_m) : "";
}

}  // namespace

// One way, while anything is under way: what has arrived since.
struct Busy {
  std::int64_t messages = 0;
  double since_s = 0, bits = 0;
};

struct PacketTransport::State {
  TransportLimits limits;
  std::function<bool()> stop;
  std::unique_ptr<channel::Link> link;
  std::vector<ns3::Ptr<RobotApplication>> robots;  // [M]
  ns3::Ptr<ServerApplication> server;

  // [M], by Direction, in the order in which they started, which TCP keeps.
  std::vector<std::array<std::deque<UnderWay>, 2>> under_way;
  std::vector<std::array<std::int64_t, 2>> repeats;  // told of so far, by worker and direction
  std::array<Busy, 2> busy;                          // by Direction
  std::int64_t awaited = 0;                          // sent, or to be sent, and not delivered
  std::deque<Delivery> delivered;
  ns3::Time last_progress;
  double watch_s = kWatch_s;
  ns3::EventId watching;
  int asking = -1;             // the robot that is being connected; -1: not all are ready
  bool connected = false;      // every connection stands
  bool waited_enough = false;  // next() is to return
  std::exception_ptr failure;  // thrown once the simulator has returned

  State(const channel::LinkOptions& options, const TransportLimits& transport_limits,
        std::function<bool()> stop_request);

  void install_applications(const channel::TcpOptions& options);
  Connection::Events events_of(int worker, Direction receives);

  std::optional<Delivery> next(double until_s);
  void run();
  void watch();
  void watch_connecting();
  void connect_next();
  void watch_stall();
  template <typename Error>
  void fail(const std::string& what);

  void send(const Message& message, double delay_s);
  void start(Message message);
  void receive(int worker, Direction direction, std::int64_t bytes);
  void deliver(const UnderWay& sent);

  int workers() const { return static_cast<int>(under_way.size()); }
  std::deque<UnderWay>& messages(int worker, Direction direction) {
    return under_way[worker][static_cast<int>(direction)];
  }
  Connection& sender(int worker, Direction direction) {
    return direction == Direction::kUplink ? robots[worker]->connection()
                                           : server->connection(worker);
  }
  channel::Reading reading(int worker, Direction direction) const {
    return direction == Direction::kUplink ? link->uplink(worker) : link->downlink(worker);
  }
  std::string pending() const;
};

PacketTransport::State::State(const channel::LinkOptions& options,
                              const TransportLimits& transport_limits,
                              std::function<bool()> stop_request)
    : limits(transport_limits),
      stop(std::move(stop_request)),
      under_way(options.workers),
      repeats(options.workers) {
  channel::check_link(options);
  channel::apply_defaults(options);
  link = channel::make_link(options);
  install_applications(options.tcp);
  ns3::Simulator::Schedule(ns3::Seconds(kWatch_s), &State::watch, this);
}

void PacketTransport::State::install_applications(const channel::TcpOptions& options) {
  const std::vector<double> rates_bps =
      options.sending_rates_bps.empty()
          ? std::vector<double>(static_cast<std::size_t>(workers()), options.sending_rate_bps)
          : options.sending_rates_bps;
  std::vector<ns3::Ipv4Address> addresses;
  for (int i = 0; i < workers(); ++i) {
    const ns3::Ptr<ns3::Node> node = link->robots().Get(i);
    addresses.push_back(node->GetObject<ns3::Ipv4>()->GetAddress(1, 0).GetLocal());
    robots.push_back(
        ns3::CreateObject<RobotApplication>(ns3::InetSocketAddress(link->server_address(), kPort),
                                            rates_bps[i], events_of(i, Direction::kDownlink)));
    node->AddApplication(robots.back());
  }
  const auto accepted = [this](int worker) {
    ns3::Simulator::Schedule(ns3::Seconds(kConnect_s), &State::connect_next, this);
    return events_of(worker, Direction::kUplink);
  };
  server = ns3::CreateObject<ServerApplication>(kPort, addresses, rates_bps, accepted);
  link->server()->AddApplication(server);
}

Connection::Events PacketTransport::State::events_of(int worker, Direction receives) {
  return {[this, worker, receives](std::int64_t bytes) { receive(worker, receives, bytes); },
          [this, worker] {
            const std::string still = pending();
            fail<Stalled>("TCP gave up the connection of robot " + std::to_string(worker) +
                          after_now() + (still.empty() ? "" : ": " + still));
          }};
}

// An exception does not cross the simulator's event loop: it waits until that has returned.
void PacketTransport::State::run() {
  ns3::Simulator::Run();
  if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
}

template <typename Error>
void PacketTransport::State::fail(const std::string& what) {
  if (!failure) failure = std::make_exception_ptr(Error(what));
  ns3::Simulator::Stop();
}

// Draws no random number and sends no packet, so that watching changes nothing.
void PacketTransport::State::watch() {
  const bool idle = connected && pending().empty();
  watch_s = idle ? std::min(2 * watch_s, kIdleWatch_s) : kWatch_s;
  watching = ns3::Simulator::Schedule(ns3::Seconds(watch_s), &State::watch, this);
  if (stop && stop()) {
    fail<Interrupted>("interrupted");
  } else if (const std::string failure_text = link->failure(); !failure_text.empty()) {
    fail<std::runtime_error>(failure_text + after_now());
  } else if (connected) {
    watch_stall();
  } else {
    watch_connecting();
  }
}

void PacketTransport::State::watch_connecting() {
  if (asking < 0 && link->ready()) connect_next();
  if ((ns3::Simulator::Now() - last_progress).GetSeconds() <= limits.connect_timeout_s) return;
  fail<Stalled>(asking < 0 ? "no association" + after_now() + ": " + link->waiting_for()
                           : "no connection to the server" + after_now() + ": robot " +
                                 std::to_string(asking) + away(link->distance_m(asking)));
}

// One robot after the other: the link layer's handshakes of many at once would collide, and some of
// ns-3's never recover from that.
void PacketTransport::State::connect_next() {
  last_progress = ns3::Simulator::Now();
  if (++asking < workers()) {
    robots[asking]->connect();
    return;
  }
  connected = true;
  link->begin();
  ns3::Simulator::Stop();
}

void PacketTransport::State::watch_stall() {
  if ((ns3::Simulator::Now() - last_progress).GetSeconds() <= limits.stall_s) return;
  const std::string still = pending();
  if (still.empty()) return;  // everybody computes
  fail<Stalled>("no byte has arrived for " + text_of("%g simulated seconds", limits.stall_s) +
                after_now() + ": " + still);
}

void PacketTransport::State::send(const Message& message, double delay_s) {
  assert(connected && message.bytes > 0);
  ++awaited;
  const ns3::Ptr<ns3::Node> node =
      message.direction == Direction::kUplink ? link->robots().Get(message.worker) : link->server();
  ns3::Simulator::ScheduleWithContext(node->GetId(), ns3::Seconds(delay_s), &State::start, this,
                                      message);
}

void PacketTransport::State::start(Message message) {
  messages(message.worker, message.direction)
      .push_back({message, 0, simulated_s(), reading(message.worker, message.direction)});
  last_progress = ns3::Simulator::Now();
  Busy& way = busy[static_cast<int>(message.direction)];
  if (way.messages++ == 0) way = {1, simulated_s(), 0};
  sender(message.worker, message.direction).send(message.bytes);
  if (watch_s == kWatch_s) return;
  watching.Cancel();
  watch_s = kWatch_s;
  watching = ns3::Simulator::Schedule(ns3::Seconds(watch_s), &State::watch, this);
}

// Both ends know how long each message is: what goes beyond one is the next one's.
void PacketTransport::State::receive(int worker, Direction direction, std::int64_t bytes) {
  last_progress = ns3::Simulator::Now();
  std::deque<UnderWay>& queue = messages(worker, direction);
  while (bytes > 0 && !queue.empty()) {
    UnderWay& sent = queue.front();
    const std::int64_t its_own = std::min(bytes, sent.message.bytes - sent.received_bytes);
    sent.received_bytes += its_own;
    bytes -= its_own;
    if (sent.received_bytes < sent.message.bytes) return;
    deliver(sent);
    queue.pop_front();
  }
  if (bytes > 0) {
    fail<std::logic_error>("robot " + std::to_string(worker) + ": " + with_commas(bytes) +
                           " bytes arrived that nobody sent");
  }
}

void PacketTransport::State::deliver(const UnderWay& sent) {
  const auto& [id, worker, direction, bytes] = sent.message;
  Delivery delivery;
  delivery.message = sent.message;
  delivery.start_s = sent.start_s;
  delivery.end_s = simulated_s();
  delivery.distance_m = link->distance_m(worker);
  std::int64_t& told = repeats[worker][static_cast<int>(direction)];
  delivery.retransmissions = sender(worker, direction).retransmissions() - told;
  told += delivery.retransmissions;
  delivery.counters = link->between(sent.counted, reading(worker, direction));
  delivered.push_back(std::move(delivery));
  --awaited;
  Busy& way = busy[static_cast<int>(direction)];
  --way.messages;
  way.bits += 8 * static_cast<double>(bytes);
  const double taken_s = simulated_s() - way.since_s;
  if (way.bits > link->most_bits(direction == Direction::kUplink, taken_s) + 1) {
    fail<std::logic_error>(text_of("%.0f bits", way.bits) +
                           text_of(" arrived within %g s, more than the medium carries", taken_s));
  }
  ns3::Simulator::Stop();
}

// What has been handed to a socket and not arrived, "" if there is nothing.
std::string PacketTransport::State::pending() const {
  std::string text;
  for (int i = 0; i < workers(); ++i) {
    for (const Direction direction : {Direction::kUplink, Direction::kDownlink}) {
      for (const UnderWay& sent : under_way[i][static_cast<int>(direction)]) {
        append(text, "robot " + std::to_string(i) + ": " + with_commas(sent.received_bytes) +
                         " of " + with_commas(sent.message.bytes) + " bytes " +
                         (direction == Direction::kUplink ? "up" : "down") +
                         away(link->distance_m(i)));
      }
    }
  }
  return text;
}

std::optional<Delivery> PacketTransport::State::next(double until_s) {
  ns3::EventId end_of_waiting;
  if (std::isfinite(until_s) && delivered.empty()) {
    const ns3::Time left = ns3::Seconds(until_s) - ns3::Simulator::Now();
    if (left.IsNegative()) return std::nullopt;
    end_of_waiting = ns3::Simulator::Schedule(left, [this] {
      waited_enough = true;
      ns3::Simulator::Stop();
    });
  }
  waited_enough = false;
  while (delivered.empty() && !waited_enough) {
    assert(awaited > 0 || !end_of_waiting.IsExpired());
    run();
  }
  end_of_waiting.Cancel();
  if (delivered.empty()) return std::nullopt;
  Delivery first = std::move(delivered.front());
  delivered.pop_front();
  return first;
}

PacketTransport::PacketTransport(const channel::LinkOptions& link, const TransportLimits& limits,
                                 std::function<bool()> stop)
    : state_(std::make_unique<State>(link, limits, std::move(stop))) {}

PacketTransport::~PacketTransport() { ns3::Simulator::Destroy(); }

void PacketTransport::connect() { state_->run(); }

double PacketTransport::now_s() const { return simulated_s(); }

void PacketTransport::send(const Message& message, double delay_s) {
  state_->send(message, delay_s);
}

std::optional<Delivery> PacketTransport::next(double until_s) { return state_->next(until_s); }

std::int64_t PacketTransport::wire_bytes() const { return state_->link->wire_bytes(); }

std::optional<double> PacketTransport::airtime_s() const { return state_->link->airtime_s(); }

}  // namespace gradwave
