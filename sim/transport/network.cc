// SPDX-License-Identifier: GPL-2.0-only
#include "sim/transport/network.h"

#include <ns3/ipv4.h>
#include <ns3/simulator.h>

#include <array>
#include <cassert>
#include <cstdio>
#include <deque>
#include <exception>
#include <utility>
#include <vector>

#include "channel-models/link.h"
#include "sim/transport/robot_application.h"
#include "sim/transport/server_application.h"

namespace gradwave {
namespace {

constexpr std::uint16_t kPort = 5000;
constexpr double kConnect_s = 0.01;  // from one robot's connection to the next
constexpr double kWatch_s = 0.1;     // between two looks at what has become of the network

// A message under way; what was counted when it started, so that the difference is its own.
struct Message {
  std::int64_t bytes = 0;  // 0: there is none
  bool started = false;    // handed to the socket
  std::int64_t received_bytes = 0;
  double start_s = 0;
  channel::Traffic traffic;
  std::int64_t retransmissions = 0;
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

std::string away(double distance_m) {  // a wire has no distance
  return distance_m > 0 ? text_of(", %.1f m from the access point", distance_m) : "";
}

}  // namespace

struct Network::State {
  NetworkLimits limits;
  std::function<bool()> stop;
  std::unique_ptr<channel::Link> link;
  std::vector<ns3::Ptr<RobotApplication>> robots;  // [M]
  ns3::Ptr<ServerApplication> server;

  std::vector<std::array<Message, 2>> messages;  // [M], by Direction
  std::deque<Transfer> completed;
  ns3::Time last_progress;
  int asking = -1;             // the robot that is being connected; -1: not all are ready
  bool connected = false;      // every connection stands
  std::exception_ptr failure;  // thrown once the simulator has returned

  State(const channel::LinkOptions& options, const NetworkLimits& network_limits,
        std::function<bool()> stop_request);

  void install_applications(double sending_rate_bps);
  Connection::Events events_of(int worker, Direction receives);

  void run();
  void watch();
  void watch_connecting();
  void connect_next();
  void watch_stall();
  template <typename Error>
  void fail(const std::string& what);

  void schedule(int worker, Direction direction, double delay_s, std::int64_t bytes);
  void start(int worker, Direction direction);
  void receive(int worker, Direction direction, std::int64_t bytes);

  int workers() const { return static_cast<int>(messages.size()); }
  Message& message(int worker, Direction direction) {
    return messages[worker][static_cast<int>(direction)];
  }
  Connection& sender(int worker, Direction direction) {
    return direction == Direction::kUplink ? robots[worker]->connection()
                                           : server->connection(worker);
  }
  channel::Traffic traffic(int worker, Direction direction) const {
    return direction == Direction::kUplink ? link->uplink(worker) : link->downlink(worker);
  }
  std::string pending() const;
};

Network::State::State(const channel::LinkOptions& options, const NetworkLimits& network_limits,
                      std::function<bool()> stop_request)
    : limits(network_limits), stop(std::move(stop_request)), messages(options.workers) {
  channel::configure(options);
  link = channel::make_link(options);
  install_applications(options.tcp.sending_rate_bps);
  ns3::Simulator::Schedule(ns3::Seconds(kWatch_s), &State::watch, this);
}

void Network::State::install_applications(double sending_rate_bps) {
  std::vector<ns3::Ipv4Address> addresses;
  for (int i = 0; i < workers(); ++i) {
    const ns3::Ptr<ns3::Node> node = link->robots().Get(i);
    addresses.push_back(node->GetObject<ns3::Ipv4>()->GetAddress(1, 0).GetLocal());
    robots.push_back(
        ns3::CreateObject<RobotApplication>(ns3::InetSocketAddress(link->server_address(), kPort),
                                            sending_rate_bps, events_of(i, Direction::kDownlink)));
    node->AddApplication(robots.back());
  }
  const auto accepted = [this](int worker) {
    ns3::Simulator::Schedule(ns3::Seconds(kConnect_s), &State::connect_next, this);
    return events_of(worker, Direction::kUplink);
  };
  server = ns3::CreateObject<ServerApplication>(kPort, addresses, sending_rate_bps, accepted);
  link->server()->AddApplication(server);
}

Connection::Events Network::State::events_of(int worker, Direction receives) {
  return {[this, worker, receives](std::int64_t bytes) { receive(worker, receives, bytes); },
          [this, worker] {
            const std::string still = pending();
            fail<Stalled>("TCP gave up the connection of robot " + std::to_string(worker) +
                          after_now() + (still.empty() ? "" : ": " + still));
          }};
}

// An exception does not cross the simulator's event loop: it waits until that has returned.
void Network::State::run() {
  ns3::Simulator::Run();
  if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
}

template <typename Error>
void Network::State::fail(const std::string& what) {
  if (!failure) failure = std::make_exception_ptr(Error(what));
  ns3::Simulator::Stop();
}

// Draws no random number and sends no packet, so that watching changes nothing.
void Network::State::watch() {
  ns3::Simulator::Schedule(ns3::Seconds(kWatch_s), &State::watch, this);
  if (stop && stop()) {
    fail<Interrupted>("interrupted");
  } else if (connected) {
    watch_stall();
  } else {
    watch_connecting();
  }
}

void Network::State::watch_connecting() {
  if (asking < 0 && link->ready()) connect_next();
  if ((ns3::Simulator::Now() - last_progress).GetSeconds() <= limits.connect_timeout_s) return;
  fail<Stalled>(asking < 0 ? "no association" + after_now() + ": " + link->waiting_for()
                           : "no connection to the server" + after_now() + ": robot " +
                                 std::to_string(asking) + away(link->distance_m(asking)));
}

// One robot after the other: the link layer's handshakes of many at once would collide, and some of
// ns-3's never recover from that.
void Network::State::connect_next() {
  last_progress = ns3::Simulator::Now();
  if (++asking < workers()) {
    robots[asking]->connect();
    return;
  }
  connected = true;
  link->begin();
  ns3::Simulator::Stop();
}

void Network::State::watch_stall() {
  if ((ns3::Simulator::Now() - last_progress).GetSeconds() <= limits.stall_s) return;
  const std::string still = pending();
  if (still.empty()) return;  // everybody computes
  fail<Stalled>("no byte has arrived for " + text_of("%g simulated seconds", limits.stall_s) +
                after_now() + ": " + still);
}

void Network::State::schedule(int worker, Direction direction, double delay_s, std::int64_t bytes) {
  assert(connected && bytes > 0 && message(worker, direction).bytes == 0);
  message(worker, direction).bytes = bytes;
  const ns3::Ptr<ns3::Node> node =
      direction == Direction::kUplink ? link->robots().Get(worker) : link->server();
  ns3::Simulator::ScheduleWithContext(node->GetId(), ns3::Seconds(delay_s), &State::start, this,
                                      worker, direction);
}

void Network::State::start(int worker, Direction direction) {
  Message& sent = message(worker, direction);
  sent.started = true;
  sent.start_s = simulated_s();
  sent.traffic = traffic(worker, direction);
  sent.retransmissions = sender(worker, direction).retransmissions();
  last_progress = ns3::Simulator::Now();
  sender(worker, direction).send(sent.bytes);
}

void Network::State::receive(int worker, Direction direction, std::int64_t bytes) {
  Message& sent = message(worker, direction);
  last_progress = ns3::Simulator::Now();
  sent.received_bytes += bytes;
  if (sent.received_bytes < sent.bytes) return;
  if (sent.received_bytes > sent.bytes) {
    fail<std::logic_error>("robot " + std::to_string(worker) + ": " +
                           with_commas(sent.received_bytes) + " bytes arrived of " +
                           with_commas(sent.bytes) + " sent");
    return;
  }

  const channel::Traffic after = traffic(worker, direction);
  Transfer transfer;
  transfer.worker = worker;
  transfer.direction = direction;
  transfer.bytes = sent.received_bytes;
  transfer.start_s = sent.start_s;
  transfer.end_s = simulated_s();
  transfer.distance_m = link->distance_m(worker);
  transfer.retransmissions = sender(worker, direction).retransmissions() - sent.retransmissions;
  transfer.mac_retries = after.mac_retries - sent.traffic.mac_retries;
  const std::int64_t data_bytes = after.data_bytes - sent.traffic.data_bytes;
  if (data_bytes > 0) {
    transfer.phy_rate_bps =
        (after.rate_weighted_bytes - sent.traffic.rate_weighted_bytes) / data_bytes;
  }
  sent = {};
  completed.push_back(transfer);
  ns3::Simulator::Stop();
}

// What has been handed to a socket and not arrived, "" if there is nothing.
std::string Network::State::pending() const {
  std::string text;
  for (int i = 0; i < workers(); ++i) {
    for (const Direction direction : {Direction::kUplink, Direction::kDownlink}) {
      const Message& sent = messages[i][static_cast<int>(direction)];
      if (!sent.started) continue;
      append(text, "robot " + std::to_string(i) + ": " + with_commas(sent.received_bytes) + " of " +
                       with_commas(sent.bytes) + " bytes " +
                       (direction == Direction::kUplink ? "up" : "down") +
                       away(link->distance_m(i)));
    }
  }
  return text;
}

Network::Network(const channel::LinkOptions& link, const NetworkLimits& limits,
                 std::function<bool()> stop)
    : state_(std::make_unique<State>(link, limits, std::move(stop))) {}

Network::~Network() { ns3::Simulator::Destroy(); }

void Network::connect() { state_->run(); }

double Network::now_s() const { return simulated_s(); }

void Network::upload(int worker, double delay_s, std::int64_t bytes) {
  state_->schedule(worker, Direction::kUplink, delay_s, bytes);
}

void Network::download(int worker, std::int64_t bytes) {
  state_->schedule(worker, Direction::kDownlink, 0, bytes);
}

Transfer Network::next() {
  while (state_->completed.empty()) state_->run();
  const Transfer transfer = state_->completed.front();
  state_->completed.pop_front();
  return transfer;
}

std::int64_t Network::wire_bytes() const { return state_->link->wire_bytes(); }

double Network::airtime_s() const { return state_->link->airtime_s(); }

}  // namespace gradwave
