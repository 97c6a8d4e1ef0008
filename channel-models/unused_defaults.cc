// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/unused_defaults.h"

#include <ns3/boolean.h>
#include <ns3/data-rate.h>
#include <ns3/double.h>
#include <ns3/integer.h>
#include <ns3/nstime.h>
#include <ns3/packet.h>
#include <ns3/pointer.h>
#include <ns3/queue-size.h>
#include <ns3/simulator.h>
#include <ns3/string.h>
#include <ns3/type-id.h>
#include <ns3/uinteger.h>

#include <algorithm>
#include <map>

#include "channel-models/internet/tcp_socket.h"
#include "channel-models/link.h"
#include "channel-models/ns3/child.h"

namespace gradwave::channel {
namespace {

std::map<std::string, bool> asked_for;

// ns-3 copies an attribute's initial value into each object that takes it.
template <typename Value>
class Watched final : public Value {
 public:
  Watched(const Value& value, std::string name) : Value(value), name_(std::move(name)) {}
  ns3::Ptr<ns3::AttributeValue> Copy() const override {
    asked_for[name_] = true;
    return Value::Copy();
  }

 private:
  std::string name_;
};

template <typename Value>
bool watch_as(ns3::TypeId type, std::size_t index, const std::string& name) {
  const auto initial = ns3::DynamicCast<const Value>(type.GetAttribute(index).initialValue);
  if (!initial) return false;
  type.SetAttributeInitialValue(index, ns3::Create<Watched<Value>>(*initial, name));
  asked_for[name] = false;
  return true;
}

void watch(const std::string& name) {
  const std::size_t colons = name.rfind("::");
  const ns3::TypeId type = ns3::TypeId::LookupByName(name.substr(0, colons));
  for (std::size_t i = 0; i < type.GetAttributeN(); ++i) {
    if (type.GetAttribute(i).name != name.substr(colons + 2)) continue;
    watch_as<ns3::BooleanValue>(type, i, name) || watch_as<ns3::DoubleValue>(type, i, name) ||
        watch_as<ns3::UintegerValue>(type, i, name) || watch_as<ns3::IntegerValue>(type, i, name) ||
        watch_as<ns3::TimeValue>(type, i, name) || watch_as<ns3::StringValue>(type, i, name) ||
        watch_as<ns3::DataRateValue>(type, i, name) ||
        watch_as<ns3::QueueSizeValue>(type, i, name) ||
        watch_as<ns3::PointerValue>(type, i, name) || watch_as<ns3::TypeIdValue>(type, i, name);
  }
}

// Each robot sends some bytes once it is connected, and the server answers.
void exchange(const Link& link, double round_trip_s) {
  constexpr std::uint16_t kPort = 5000;
  const auto send = [](ns3::Ptr<ns3::Socket> socket) {
    socket->Send(ns3::Create<ns3::Packet>(4000));
  };
  const auto server = make_tcp_socket(link.server());
  server->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), kPort));
  server->Listen();
  server->SetAcceptCallback(
      ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address&>(),
      ns3::Callback<void, ns3::Ptr<ns3::Socket>, const ns3::Address&>(
          [send](ns3::Ptr<ns3::Socket> socket, const ns3::Address&) { send(socket); }));
  std::vector<ns3::Ptr<ns3::Socket>> robots;
  for (std::uint32_t i = 0; i < link.robots().GetN(); ++i) {
    const auto robot = make_tcp_socket(link.robots().Get(i));
    robot->Bind();
    robot->SetConnectCallback(ns3::Callback<void, ns3::Ptr<ns3::Socket>>(send),
                              ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
    const ns3::InetSocketAddress there(link.server_address(), kPort);
    ns3::Simulator::Schedule(ns3::Seconds(1 + 0.1 * i), [robot, there] { robot->Connect(there); });
    robots.push_back(robot);
  }
  ns3::Simulator::Stop(ns3::Seconds(3 + 5 * round_trip_s));
  ns3::Simulator::Run();
  ns3::Simulator::Destroy();
}

// One character for each of the names, '0' if nothing asked for it.
std::string try_out(LinkOptions options) {
  options.workers = std::min<std::int64_t>(options.workers, 2);
  options.mesh.aggregation = MeshOptions().aggregation;  // with a server, who is as robots are
  if (options.placement.positions_m.size() > 2) options.placement.positions_m.resize(2);
  apply_defaults(options);
  for (const auto& [name, value] : options.ns3_defaults) watch(name);
  exchange(*make_link(options), round_trip_s(options));
  std::string answer;
  for (const auto& [name, value] : options.ns3_defaults) {
    const auto watched = asked_for.find(name);
    answer += watched != asked_for.end() && !watched->second ? '0' : '1';
  }
  return answer;
}

}  // namespace

std::vector<std::string> unused_defaults(const LinkOptions& options) {
  if (options.ns3_defaults.empty()) return {};
  const std::string answer = in_a_child([&] { return try_out(options); }).value_or("");
  std::vector<std::string> unused;
  if (answer.size() != options.ns3_defaults.size()) return unused;  // it says more when it runs
  std::size_t i = 0;
  for (const auto& [name, value] : options.ns3_defaults) {
    if (answer[i++] == '0') unused.push_back(name);
  }
  return unused;
}

}  // namespace gradwave::channel
