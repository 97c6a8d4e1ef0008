// SPDX-License-Identifier: GPL-2.0-only
#include "sim/transport/packet_transport.h"

#include <ns3/ipv4.h>
#include <ns3/simulator.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <exception>
#include <map>
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
constexpr double kAskAgain_s = 2;      // for a connection between robots that does not stand
constexpr double kIdleWatch_s = 3600;  // likewise, at most, while everybody computes

static_assert(kServer == channel::kNoPeer);

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

std::string away(std::optional<double> distance_m, int peer) {
  const char* format =
      peer == kServer ? ", %.1f m from the access point" : ", %.1f m from that robot";
  return distance_m ? text_of(format, *distance_m) : "";
}

}  // namespace

// One way, while anything is under way: what has arrived since.
struct Busy {
  std::int64_t messages = 0;
  double since_s = 0, bits = 0;
};

struct PacketTransport::State {
  // Between a worker and the server or a robot that relays for it.
  struct Pair {
    int worker = 0, peer = kServer;
    ns3::Ptr<RobotApplication> robot;
    bool stands = false;
    // Until it does, and since when.
    std::vector<std::pair<Message, double>> waiting;
    ns3::EventId asking_again;
    // By Direction, in the order in which they started, which TCP keeps.
    std::array<std::deque<UnderWay>, 2> under_way;
    std::array<std::int64_t, 2> repeats{};  // told of so far
  };

  TransportLimits limits;
  std::function<bool()> stop;
  std::unique_ptr<channel::Link> link;
  std::vector<double> sending_rates_bps;                       // [M]
  std::vector<ns3::Ipv4Address> addresses;                     // [M]
  std::map<int, ns3::Ptr<ServerApplication>> servers;          // by peer
  std::map<std::pair<int, int>, std::unique_ptr<Pair>> pairs;  // by worker and peer

  std::array<Busy, 2> busy;  // by Direction
  std::int64_t awaited = 0;  // sent, or to be sent, and not delivered
  std::deque<Delivery> delivered;
  ns3::Time last_progress;
  double watch_s = kWatch_s;
  ns3::EventId watching;
  int asking = -1;             // the robot that is being connected; -1: not all are ready
  bool connected = false;      // every connection stands
  bool waited_enough = false;  // next() is to return
  double host_s = 0;
  std::exception_ptr failure;  // thrown once the simulator has returned

  State(const channel::LinkOptions& options, const TransportLimits& transport_limits,
        std::function<bool()> stop_request);

  void install_applications(const channel::TcpOptions& options);
  void listen(int peer);
  Pair& pair_of(int worker, int peer);
  Connection::Events events_of(Pair& pair, Direction receives);
  std::optional<Connection::Events> accepted(Pair& pair, std::uint16_t port);
  void ask(Pair* pair);

  std::optional<Delivery> next(double until_s);
  void run();
  void watch();
  void watch_connecting();
  void connect_next();
  void watch_stall();
  template <typename Condition>
  void wait_for_routes(const Condition& there);
  template <typename Error>
  void fail(const std::string& what);

  void send(const Message& message, double delay_s);
  void start(Message message);
  void hand_over(Pair& pair, const Message& message);
  void receive(Pair& pair, Direction direction, std::int64_t bytes);
  void deliver(Pair& pair, const UnderWay& sent);
  void give_up_those_left_out();
  bool is_unreachable(const Pair& pair) const {
    return link->is_unreachable(pair.worker, pair.peer);
  }
  void lose(const Message& message, double start_s);

  int workers() const { return static_cast<int>(addresses.size()); }
  ns3::Ptr<ns3::Node> node(int worker) const {
    return worker == kServer ? link->server() : link->robots().Get(worker);
  }
  Connection& sender(Pair& pair, Direction direction) {
    return direction == Direction::kUplink ? pair.robot->connection()
                                           : servers.at(pair.peer)->connection(pair.worker);
  }
  // Of the radio that sends.
  channel::Reading reading(const Pair& pair, Direction direction) const {
    if (direction == Direction::kUplink) return link->uplink(pair.worker);
    return pair.peer == kServer ? link->downlink(pair.worker) : link->uplink(pair.peer);
  }
  bool is_pending() const {
    return std::any_of(pairs.begin(), pairs.end(), [](const auto& entry) {
      const Pair& pair = *entry.second;
      return !(pair.waiting.empty() && pair.under_way[0].empty() && pair.under_way[1].empty());
    });
  }
  std::string pending() const;
};

PacketTransport::State::State(const channel::LinkOptions& options,
                              const TransportLimits& transport_limits,
                              std::function<bool()> stop_request)
    : limits(transport_limits), stop(std::move(stop_request)) {
  channel::check_link(options);
  channel::apply_defaults(options);
  link = channel::make_link(options);
  install_applications(options.tcp);
  ns3::Simulator::Schedule(ns3::Seconds(kWatch_s), &State::watch, this);
}

void PacketTransport::State::install_applications(const channel::TcpOptions& options) {
  const std::uint32_t all = link->robots().GetN();
  sending_rates_bps = options.sending_rates_bps.empty()
                          ? std::vector<double>(all, options.sending_rate_bps)
                          : options.sending_rates_bps;
  for (std::uint32_t i = 0; i < all; ++i) {
    addresses.push_back(link->robots().Get(i)->GetObject<ns3::Ipv4>()->GetAddress(1, 0).GetLocal());
  }
  if (!link->server()) return;  // robots connect when they have something to say
  for (int i = 0; i < workers(); ++i) pair_of(i, kServer);
}

// At `peer`, for whoever wants to connect.
void PacketTransport::State::listen(int peer) {
  ns3::Ptr<ServerApplication>& server = servers[peer];
  if (server) return;
  server = ns3::CreateObject<ServerApplication>(kPort, addresses, sending_rates_bps,
                                                [this, peer](int worker, std::uint16_t port) {
                                                  return accepted(pair_of(worker, peer), port);
                                                });
  node(peer)->AddApplication(server);
}

// Their connection, which is still to be asked for.
PacketTransport::State::Pair& PacketTransport::State::pair_of(int worker, int peer) {
  std::unique_ptr<Pair>& pair = pairs[{worker, peer}];
  if (pair) return *pair;
  pair = std::make_unique<Pair>();
  pair->worker = worker;
  pair->peer = peer;
  const ns3::Ipv4Address to = peer == kServer ? link->server_address() : addresses[peer];
  pair->robot = ns3::CreateObject<RobotApplication>(ns3::InetSocketAddress(to, kPort),
                                                    sending_rates_bps[worker],
                                                    events_of(*pair, Direction::kDownlink));
  node(worker)->AddApplication(pair->robot);
  listen(peer);
  return *pair;
}

// ns-3's sockets may never agree once a packet of their handshake is lost, which among robots that
// move it is.
void PacketTransport::State::ask(Pair* pair) {
  if (pair->stands) return;
  pair->robot->connect();
  pair->asking_again = ns3::Simulator::Schedule(ns3::Seconds(kAskAgain_s), &State::ask, this, pair);
}

std::optional<Connection::Events> PacketTransport::State::accepted(Pair& pair, std::uint16_t port) {
  if (pair.stands || port != pair.robot->port()) return std::nullopt;
  if (pair.worker == asking) {
    pair.stands = true;
    ns3::Simulator::Schedule(ns3::Seconds(kConnect_s), &State::connect_next, this);
  } else {  // once its socket is in our hands
    pair.stands = true;
    ns3::Simulator::ScheduleNow([this, &pair] {
      for (const auto& [message, since_s] : std::exchange(pair.waiting, {})) {
        hand_over(pair, message);
      }
    });
  }
  return events_of(pair, Direction::kUplink);
}

Connection::Events PacketTransport::State::events_of(Pair& pair, Direction receives) {
  return {[this, &pair, receives](std::int64_t bytes) { receive(pair, receives, bytes); },
          [this, &pair] {
            const std::string still = pending();
            fail<Stalled>("TCP gave up the connection of robot " + std::to_string(pair.worker) +
                          after_now() + (still.empty() ? "" : ": " + still));
          }};
}

// An exception does not cross the simulator's event loop: it waits until that has returned.
void PacketTransport::State::run() {
  const auto start = std::chrono::steady_clock::now();
  ns3::Simulator::Run();
  host_s += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
}

template <typename Error>
void PacketTransport::State::fail(const std::string& what) {
  if (!failure) failure = std::make_exception_ptr(Error(what));
  ns3::Simulator::Stop();
}

// Draws no random number and sends no packet, so that watching changes nothing.
void PacketTransport::State::watch() {
  const bool idle = connected && !is_pending();
  watch_s = idle ? std::min(2 * watch_s, kIdleWatch_s) : kWatch_s;
  watching = ns3::Simulator::Schedule(ns3::Seconds(watch_s), &State::watch, this);
  if (stop && stop()) {
    fail<Interrupted>("interrupted");
  } else if (const std::string failure_text = link->failure(); !failure_text.empty()) {
    fail<std::runtime_error>(failure_text + after_now());
  } else if (connected) {
    give_up_those_left_out();
    watch_stall();
  } else {
    watch_connecting();
  }
}

void PacketTransport::State::watch_connecting() {
  if (asking < 0) {
    if (link->ready()) connect_next();
  } else if (Pair& pair = pair_of(asking, kServer);
             !pair.stands && link->is_unreachable(asking, kServer)) {
    pair.asking_again.Cancel();
    pair.robot->give_up();
    connect_next();
  }
  if ((ns3::Simulator::Now() - last_progress).GetSeconds() <= limits.connect_timeout_s) return;
  fail<Stalled>(asking < 0 ? "no association" + after_now() + ": " + link->waiting_for()
                           : "no connection to the server" + after_now() + ": robot " +
                                 std::to_string(asking) +
                                 away(link->distance_m(asking, kServer), kServer));
}

// One robot after the other: the link layer's handshakes of many at once would collide, and some of
// ns-3's never recover from that.
void PacketTransport::State::connect_next() {
  last_progress = ns3::Simulator::Now();
  while (link->server() && ++asking < workers()) {
    if (link->is_unreachable(asking, kServer)) continue;  // it asks when it is back
    Pair& pair = pair_of(asking, kServer);
    link->hops(asking, kServer) ? ask(&pair) : pair.robot->connect();
    return;
  }
  connected = true;
  channel::begin(*link);
  ns3::Simulator::Stop();
}

void PacketTransport::State::watch_stall() {
  if ((ns3::Simulator::Now() - last_progress).GetSeconds() <= limits.stall_s) return;
  if (!is_pending()) return;  // everybody computes
  fail<Stalled>("no byte has arrived for " + text_of("%g simulated seconds", limits.stall_s) +
                " (limits.stall_s)" + after_now() + ": " + pending());
}

void PacketTransport::State::send(const Message& message, double delay_s) {
  assert(connected && message.bytes > 0);
  ++awaited;
  const int sender_node = message.direction == Direction::kUplink ? message.worker : message.peer;
  ns3::Simulator::ScheduleWithContext(node(sender_node)->GetId(), ns3::Seconds(delay_s),
                                      &State::start, this, message);
}

void PacketTransport::State::start(Message message) {
  last_progress = ns3::Simulator::Now();
  Pair& pair = pair_of(message.worker, message.peer);
  if (is_unreachable(pair)) {
    lose(message, simulated_s());
  } else if (pair.stands && pair.waiting.empty()) {
    hand_over(pair, message);
  } else {
    pair.waiting.emplace_back(message, simulated_s());
    if (pair.waiting.size() == 1) ask(&pair);
  }
  if (watch_s == kWatch_s) return;
  watching.Cancel();
  watch_s = kWatch_s;
  watching = ns3::Simulator::Schedule(ns3::Seconds(watch_s), &State::watch, this);
}

void PacketTransport::State::hand_over(Pair& pair, const Message& message) {
  pair.under_way[static_cast<int>(message.direction)].push_back(
      {message, 0, simulated_s(), reading(pair, message.direction)});
  Busy& way = busy[static_cast<int>(message.direction)];
  if (way.messages++ == 0) way = {1, simulated_s(), 0};
  sender(pair, message.direction).send(message.bytes);
}

// Both ends know how long each message is: what goes beyond one is the next one's.
void PacketTransport::State::receive(Pair& pair, Direction direction, std::int64_t bytes) {
  last_progress = ns3::Simulator::Now();
  std::deque<UnderWay>& queue = pair.under_way[static_cast<int>(direction)];
  while (bytes > 0 && !queue.empty()) {
    UnderWay& sent = queue.front();
    const std::int64_t its_own = std::min(bytes, sent.message.bytes - sent.received_bytes);
    sent.received_bytes += its_own;
    bytes -= its_own;
    if (sent.received_bytes < sent.message.bytes) return;
    deliver(pair, sent);
    queue.pop_front();
  }
  if (bytes > 0) {
    fail<std::logic_error>("robot " + std::to_string(pair.worker) + ": " + with_commas(bytes) +
                           " bytes arrived that nobody sent");
  }
}

void PacketTransport::State::deliver(Pair& pair, const UnderWay& sent) {
  const Direction direction = sent.message.direction;
  Delivery delivery;
  delivery.message = sent.message;
  delivery.start_s = sent.start_s;
  delivery.end_s = simulated_s();
  delivery.distance_m = link->distance_m(pair.worker, pair.peer);
  std::int64_t& told = pair.repeats[static_cast<int>(direction)];
  delivery.retransmissions = sender(pair, direction).retransmissions() - told;
  told += delivery.retransmissions;
  delivery.counters = link->between(sent.counted, reading(pair, direction));
  if (const auto hops = link->hops(pair.worker, pair.peer)) {
    delivery.counters.insert(delivery.counters.begin(), {"hops", *hops});
  }
  delivered.push_back(std::move(delivery));
  --awaited;
  Busy& way = busy[static_cast<int>(direction)];
  --way.messages;
  way.bits += 8 * static_cast<double>(sent.message.bytes);
  const double taken_s = simulated_s() - way.since_s;
  if (way.bits > link->capacity_bits(direction == Direction::kUplink, taken_s) + 1) {
    fail<std::logic_error>(text_of("%.0f bits", way.bits) +
                           text_of(" arrived within %g s, more than the medium carries", taken_s));
  }
  ns3::Simulator::Stop();
}

void PacketTransport::State::lose(const Message& message, double start_s) {
  Delivery loss;
  loss.message = message;
  loss.start_s = start_s;
  loss.end_s = simulated_s();
  loss.distance_m = link->distance_m(message.worker, message.peer);
  loss.lost = true;
  delivered.push_back(std::move(loss));
  --awaited;
  ns3::Simulator::Stop();
}

// Who is left out loses what is under way to or from it, and its connection, also an idle one: TCP
// may be repeating what has arrived and was not acknowledged.
void PacketTransport::State::give_up_those_left_out() {
  for (auto& [ends, pair] : pairs) {
    if (!is_unreachable(*pair)) continue;
    if (pair->waiting.empty() && !pair->robot->has_socket()) continue;
    for (const auto& [message, since_s] : std::exchange(pair->waiting, {})) lose(message, since_s);
    for (std::size_t way = 0; way < pair->under_way.size(); ++way) {
      busy[way].messages -= static_cast<std::int64_t>(pair->under_way[way].size());
      for (const UnderWay& sent : std::exchange(pair->under_way[way], {})) {
        lose(sent.message, sent.start_s);
      }
    }
    pair->stands = false;
    pair->asking_again.Cancel();
    pair->repeats = {};
    pair->robot->give_up();
    servers.at(pair->peer)->give_up(pair->worker);
  }
}

// What has been handed to a socket and not arrived, "" if there is nothing.
std::string PacketTransport::State::pending() const {
  std::string text;
  for (const auto& [ends, pair] : pairs) {
    const auto& [worker, peer] = ends;
    const std::string robot = "robot " + std::to_string(worker);
    const std::string other = peer == kServer ? "" : " (robot " + std::to_string(peer) + ")";
    for (const Direction direction : {Direction::kUplink, Direction::kDownlink}) {
      for (const UnderWay& sent : pair->under_way[static_cast<int>(direction)]) {
        append(text, robot + ": " + with_commas(sent.received_bytes) + " of " +
                         with_commas(sent.message.bytes) + " bytes " +
                         (direction == Direction::kUplink ? "up" : "down") + other +
                         away(link->distance_m(worker, peer), peer));
      }
    }
    if (!pair->waiting.empty()) append(text, robot + ": no connection yet" + other);
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

// A route that is not there yet may be when robots have moved on.
template <typename Condition>
void PacketTransport::State::wait_for_routes(const Condition& there) {
  const double from_s = simulated_s();
  while (!there()) {
    if (simulated_s() - from_s > limits.stall_s) throw Stalled(link->waiting_for() + after_now());
    next(simulated_s() + kWatch_s);
  }
}

std::vector<int> PacketTransport::parents() {
  std::vector<int> parents;
  state_->wait_for_routes([&] { return !(parents = state_->link->parents()).empty(); });
  return parents;
}

std::set<int> PacketTransport::absent() {
  std::set<int> all;
  state_->wait_for_routes([&] {
    all.clear();
    for (int i = 0; i < state_->workers(); ++i) {
      if (state_->link->is_unreachable(i, kServer)) all.insert(i);
    }
    return static_cast<int>(all.size()) < state_->workers();
  });
  return all;
}

std::vector<std::pair<int, int>> PacketTransport::neighbours() {
  state_->wait_for_routes([&] { return state_->link->ready(); });
  return state_->link->neighbours();
}

std::vector<channel::RoutesSeen> PacketTransport::take_routes() {
  return state_->link->take_routes();
}

bool PacketTransport::ready() { return state_->link->ready(); }

std::optional<double> PacketTransport::distance_m(int worker, int peer) {
  return state_->link->distance_m(worker, peer);
}

PacketTransport::Cost PacketTransport::cost() const {
  return {state_->host_s, static_cast<std::int64_t>(ns3::Simulator::GetEventCount())};
}

std::int64_t PacketTransport::wire_bytes() const { return state_->link->wire_bytes(); }

std::optional<double> PacketTransport::airtime_s() const { return state_->link->airtime_s(); }

}  // namespace gradwave
