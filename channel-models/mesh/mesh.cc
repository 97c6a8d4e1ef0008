// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/mesh/mesh.h"

#include <ns3/constant-position-mobility-model.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/ipv4-routing-table-entry.h>
#include <ns3/ipv4-static-routing-helper.h>
#include <ns3/neighbor-cache-helper.h>
#include <ns3/propagation-delay-model.h>
#include <ns3/qos-txop.h>
#include <ns3/simulator.h>
#include <ns3/wifi-mac.h>
#include <ns3/wifi-net-device.h>
#include <ns3/wifi-phy.h>
#include <ns3/yans-wifi-channel.h>
#include <ns3/yans-wifi-helper.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "channel-models/internet/internet.h"
#include "channel-models/internet/tcp.h"
#include "channel-models/mesh/block_acks.h"
#include "channel-models/mesh/mesh_links.h"
#include "channel-models/motion/mobility.h"
#include "channel-models/motion/placement.h"
#include "channel-models/ns3/attributes.h"
#include "channel-models/ns3/child.h"
#include "channel-models/ns3/streams.h"
#include "channel-models/radio/propagation.h"
#include "channel-models/table.h"
#include "channel-models/wifi/wifi_coverage.h"
#include "channel-models/wifi/wifi_meter.h"
#include "channel-models/wifi/wifi_radio.h"

namespace gradwave::channel {
namespace {

using ns3::Ptr;

constexpr std::int64_t kMtuBytes = 2296;
constexpr double kPacketBytes = 1448;    // of payload
constexpr std::uint32_t kInterface = 1;  // after the loopback

enum class Policy { kRefuse, kWait, kLeaveOut };
enum class Aggregation { kServer, kRelays, kGossip };

const Table<Policy>& policy_table() {
  static const Table<Policy> table = {
      {"refuse", "the scenario is refused if a robot has no route where it starts; later, as wait",
       Policy::kRefuse},
      {"wait", "rounds wait until everybody has one, at most limits.stall_s", Policy::kWait},
      {"leave-out",
       "rounds go on without them; who is back gets the whole model first, or, without a server, "
       "what it has missed",
       Policy::kLeaveOut},
  };
  return table;
}

const Table<Aggregation>& aggregation_table() {
  static const Table<Aggregation> table = {
      {"server", "gradients at the server alone: relays pass on packets", Aggregation::kServer},
      {"relays", "gradients on every relay, which waits for its children and sends one message on",
       Aggregation::kRelays},
      {"gossip",
       "there is no server: each robot has a model and averages it with its neighbours' "
       "(CHOCO-SGD)",
       Aggregation::kGossip},
  };
  return table;
}

// Robots and, if there is one, the server, which stands.
ns3::NodeContainer place_nodes(const LinkOptions& options) {
  ns3::NodeContainer robots, server;
  robots.Create(options.workers);
  set_moving(robots, options);
  if (!has_server(options)) return robots;
  server.Create(1);
  const auto fixed = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
  fixed->SetPosition(access_point_place(options.placement));
  server.Get(0)->AggregateObject(fixed);
  return {robots, server};
}

std::vector<Ptr<ns3::MobilityModel>> mobilities_of(const ns3::NodeContainer& nodes) {
  std::vector<Ptr<ns3::MobilityModel>> all;
  for (std::uint32_t i = 0; i < nodes.GetN(); ++i) {
    all.push_back(nodes.Get(i)->GetObject<ns3::MobilityModel>());
  }
  return all;
}

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

// Those whom the server, or robot 0, does not reach: "robot 2, 5; robot 6" by components.
std::string unreached(const mesh::Figures& figures) {
  std::map<int, std::string> islands;
  for (std::size_t i = 0; i < figures.routes.size(); ++i) {
    const mesh::Route& route = figures.routes[i];
    if (route.component == 0) continue;
    std::string& robots = islands[route.component];
    robots += (robots.empty() ? "robot " : ", ") + std::to_string(i);
  }
  std::string text;
  for (const auto& [component, robots] : islands) text += (text.empty() ? "" : "; ") + robots;
  return text;
}

RoutesSeen seen(const mesh::Graph& graph, const mesh::Figures& figures, bool changed) {
  const auto node = [&](int number) {
    return number == graph.server() || number == mesh::kNobody
               ? std::nullopt
               : std::optional<std::int64_t>(number);
  };
  RoutesSeen all;
  all.time_s = ns3::Simulator::Now().GetSeconds();
  all.changed = changed;
  all.links = static_cast<std::int64_t>(graph.edges.size());
  all.components = figures.components;
  all.connectivity = figures.connectivity;
  for (const mesh::Route& route : figures.routes) {
    all.routes.push_back({node(route.parent), route.hops, route.cost_s, route.bottleneck.first,
                          node(route.bottleneck.second), route.bottleneck_s, route.betweenness,
                          route.component});
  }
  return all;
}

class Mesh final : public Link {
 public:
  explicit Mesh(const LinkOptions& options);
  ~Mesh() override { ns3::Simulator::Cancel(looking_); }
  Mesh(const Mesh&) = delete;  // ns-3's events hold its address
  Mesh& operator=(const Mesh&) = delete;

  const ns3::NodeContainer& robots() const override { return robots_; }
  Ptr<ns3::Node> server() const override {
    return has_server_ ? nodes_.Get(nodes_.GetN() - 1) : nullptr;
  }
  ns3::Ipv4Address server_address() const override { return addresses_.back(); }
  bool ready() const override;
  std::string waiting_for() const override {
    const std::string robots = unreached(figures_);
    if (robots.empty()) return "";
    return (has_server_ ? "no route to the server: " : "no route to robot 0: ") + robots;
  }
  void begin() override;
  std::optional<double> distance_m(int worker, int peer) const override;
  std::optional<int> hops(int worker, int peer) const override;
  Reading uplink(int worker) const override { return meter_->uplink(worker); }
  Reading downlink(int worker) const override { return meter_->downlink(worker); }
  Counters between(const Reading& before, const Reading& after) const override {
    return WifiMeter::between(before, after);
  }
  // Of nodes far apart, every second one may send at once.
  double capacity_bits(bool, double seconds) const override {
    return most_bps_ * seconds * (nodes_.GetN() / 2);
  }
  std::vector<int> parents() const override;
  bool is_unreachable(int worker, int peer) const override;
  std::vector<std::pair<int, int>> neighbours() const override;
  std::vector<RoutesSeen> take_routes() override { return std::exchange(routes_seen_, {}); }
  std::int64_t wire_bytes() const override { return meter_->wire_bytes(); }
  std::optional<double> airtime_s() const override { return meter_->airtime_s(); }

 private:
  void install_radios(const LinkOptions& options);
  void install_addresses();
  void update_topology();
  void record_topology(bool changes);
  std::set<std::pair<int, int>> find_hops() const;
  Ptr<ns3::WifiMac> mac(int node) const {
    return ns3::DynamicCast<ns3::WifiNetDevice>(radios_.Get(node))->GetMac();
  }
  void reset_block_acks(int node, int neighbour);
  void install_routes();
  void remove_routes(std::uint32_t node);
  void route(int node, int destination, int next_hop);

  const bool has_server_;
  ns3::NodeContainer nodes_, robots_;  // of nodes_, the server is the last
  ns3::NetDeviceContainer radios_;
  std::vector<ns3::Ipv4Address> addresses_;  // of every node
  Ptr<ns3::PropagationLossModel> path_loss_, fading_;
  double most_bps_ = 0;
  std::unique_ptr<WifiMeter> meter_;
  MeshLinks links_;
  double period_s_, hysteresis_;  // 0: they are looked at once
  bool leaves_out_;
  mesh::Graph graph_;
  mesh::Tree tree_;
  mesh::Figures figures_;
  std::set<std::pair<int, int>> hops_;
  bool begun_ = false;
  std::vector<RoutesSeen> routes_seen_;
  ns3::EventId looking_;
};

Mesh::Mesh(const LinkOptions& options)
    : has_server_(has_server(options)),
      nodes_(place_nodes(options)),
      links_(options, mobilities_of(nodes_)),
      period_s_(stands_still(options.mobility) ? 0 : options.mesh.update_period_s),
      hysteresis_(options.mesh.hysteresis),
      leaves_out_(look_up(policy_table(), "mesh.unreached", options.mesh.unreached) ==
                  Policy::kLeaveOut),
      tree_{std::vector<int>(options.workers, mesh::kNobody)} {
  for (int i = 0; i < options.workers; ++i) robots_.Add(nodes_.Get(i));
  install_radios(options);
  install_addresses();
  update_topology();
}

void Mesh::install_radios(const LinkOptions& options) {
  const auto channel = ns3::CreateObject<ns3::YansWifiChannel>();
  path_loss_ = make_path_loss(options, centre_frequency_hz(options.wifi));
  fading_ = make_fading(options.radio);
  channel->SetPropagationLossModel(path_loss_);
  channel->SetPropagationDelayModel(ns3::CreateObject<ns3::ConstantSpeedPropagationDelayModel>());
  ns3::YansWifiPhyHelper phy;
  phy.SetChannel(channel);
  ns3::WifiHelper wifi;
  set_standard(wifi, options.wifi);
  ns3::WifiMacHelper mac;
  mac.SetType("ns3::AdhocWifiMac");
  radios_ = wifi.Install(phy, mac, nodes_);
  wifi.AssignStreams(radios_, kRadioStreams);
  const auto radio = [&](std::uint32_t node) {
    return ns3::DynamicCast<ns3::WifiNetDevice>(radios_.Get(node))->GetPhy();
  };
  for (int i = 0; i < options.workers; ++i) set_robots_radio(*radio(i), options, i);
  most_bps_ = highest_rate_bps(options.wifi, *radio(0));
}

void Mesh::install_addresses() {
  install_internet(nodes_);
  const ns3::Ipv4InterfaceContainer interfaces =
      ns3::Ipv4AddressHelper("10.1.0.0", "255.255.0.0").Assign(radios_);
  for (std::uint32_t i = 0; i < nodes_.GetN(); ++i) addresses_.push_back(interfaces.GetAddress(i));
  ns3::NeighborCacheHelper().PopulateNeighborCache(interfaces);
  ns3::NetDeviceContainer robots, server;
  for (std::uint32_t i = 0; i < robots_.GetN(); ++i) robots.Add(radios_.Get(i));
  if (has_server_) server.Add(radios_.Get(robots_.GetN()));
  meter_ = std::make_unique<WifiMeter>(robots, server);
  meter_->watch_queues(addresses_);
  meter_->look_into_packets();
}

void Mesh::begin() {
  begun_ = true;
  if (fading_) set_after(path_loss_, fading_);
  record_topology(true);
}

// Once for each time.
void Mesh::record_topology(bool changes) {
  RoutesSeen now = seen(graph_, figures_, changes);
  if (!routes_seen_.empty() && routes_seen_.back().time_s == now.time_s) {
    now.changed = now.changed || routes_seen_.back().changed;
    routes_seen_.pop_back();
  }
  routes_seen_.push_back(std::move(now));
}

bool Mesh::ready() const {
  if (!leaves_out_) return unreached(figures_).empty();
  return !has_server_ || std::any_of(figures_.routes.begin(), figures_.routes.end(),
                                     [](const mesh::Route& route) { return route.hops > 0; });
}

// Who sends to whom without a relay.
std::set<std::pair<int, int>> Mesh::find_hops() const {
  std::set<std::pair<int, int>> all;
  if (!has_server_) {
    for (const mesh::Edge& edge : graph_.edges) all.emplace(edge.one, edge.other);
  }
  for (std::size_t i = 0; i < tree_.parent.size(); ++i) {
    if (tree_.parent[i] != mesh::kNobody) all.emplace(i, tree_.parent[i]);
  }
  return all;
}

// Draws no random number and sends no packet.
void Mesh::update_topology() {
  // A tree does not hold on to a link; of neighbours, each that goes interrupts a message.
  graph_ = has_server_ ? links_.now() : links_.now(graph_);
  const mesh::Tree cheapest = mesh::cheapest(graph_);
  const bool leaves_tree = mesh::is_worth_it(graph_, tree_, cheapest, hysteresis_);
  if (leaves_tree) tree_ = cheapest;
  const auto before = std::exchange(hops_, find_hops());
  for (const auto& [one, other] : hops_) {
    if (before.count({one, other}) > 0) continue;
    reset_block_acks(one, other);
    reset_block_acks(other, one);
  }
  figures_ = mesh::figures(graph_, tree_);
  if (leaves_tree) install_routes();
  const bool changes = has_server_ ? leaves_tree : hops_ != before;
  if (begun_) record_topology(changes);
  if (period_s_ > 0) {
    looking_ = ns3::Simulator::Schedule(ns3::Seconds(period_s_), &Mesh::update_topology, this);
  }
}

// Not while something is on the air.
void Mesh::reset_block_acks(int node, int neighbour) {
  if (mac(node)->GetQosTxop(ns3::AC_BE)->GetAccessStatus(0) == ns3::Txop::GRANTED) {
    ns3::Simulator::Schedule(ns3::MicroSeconds(100), &Mesh::reset_block_acks, this, node,
                             neighbour);
    return;
  }
  agree_on_block_acks(mac(node), mac(neighbour));
}

// Between any two who have one, along the tree: down to whoever is below, and up else.
void Mesh::install_routes() {
  const int server = graph_.server();
  const auto reached = [&](int node) { return node == server || figures_.routes[node].hops > 0; };
  for (int node = 0; node <= server; ++node) {
    remove_routes(node);
    if (!reached(node)) continue;
    std::vector<int> next(nodes_.GetN(), node == server ? mesh::kNobody : tree_.parent[node]);
    for (int robot = 0; robot < server; ++robot) {
      if (!reached(robot)) continue;
      for (int child = robot; child != server; child = tree_.parent[child]) {
        if (tree_.parent[child] == node) next[robot] = child;
      }
    }
    for (int other = 0; other <= server; ++other) {
      if (other != node && reached(other) && next[other] != mesh::kNobody) {
        route(node, other, next[other]);
      }
    }
  }
}

// All but that to the network itself.
void Mesh::remove_routes(std::uint32_t node) {
  const auto routing =
      ns3::Ipv4StaticRoutingHelper().GetStaticRouting(nodes_.Get(node)->GetObject<ns3::Ipv4>());
  for (std::uint32_t i = routing->GetNRoutes(); i > 0; --i) {
    if (routing->GetRoute(i - 1).IsHost()) routing->RemoveRoute(i - 1);
  }
}

void Mesh::route(int node, int destination, int next_hop) {
  ns3::Ipv4StaticRoutingHelper()
      .GetStaticRouting(nodes_.Get(node)->GetObject<ns3::Ipv4>())
      ->AddHostRouteTo(addresses_[destination], addresses_[next_hop], kInterface);
}

std::vector<int> Mesh::parents() const {
  std::vector<int> parents;
  for (const mesh::Route& route : figures_.routes) {
    if (route.hops == 0 && !leaves_out_) return {};
    parents.push_back(route.hops == 0 || route.parent == graph_.server() ? -1 : route.parent);
  }
  return parents;
}

bool Mesh::is_unreachable(int worker, int peer) const {
  if (!has_server_) return hops_.count(std::minmax(worker, peer)) == 0;
  const auto has_route = [&](int robot) { return figures_.routes[robot].hops > 0; };
  return leaves_out_ && !(has_route(worker) && (peer == kNoPeer || has_route(peer)));
}

std::vector<std::pair<int, int>> Mesh::neighbours() const {
  if (has_server_) return {};
  return {hops_.begin(), hops_.end()};
}

std::optional<double> Mesh::distance_m(int worker, int peer) const {
  const int next = peer == kNoPeer ? tree_.parent[worker] : peer;
  const auto other = nodes_.Get(next == mesh::kNobody ? graph_.server() : next);
  return robots_.Get(worker)->GetObject<ns3::MobilityModel>()->GetDistanceFrom(
      other->GetObject<ns3::MobilityModel>());
}

std::optional<int> Mesh::hops(int worker, int peer) const {
  if (!has_server_) return 1;
  return mesh::hops_between(tree_, worker, peer == kNoPeer ? graph_.server() : peer);
}

Aggregation aggregation(const LinkOptions& options) {
  return look_up(aggregation_table(), "mesh.aggregation", options.mesh.aggregation);
}
Policy policy(const LinkOptions& options) {
  return look_up(policy_table(), "mesh.unreached", options.mesh.unreached);
}
bool mesh_has_server(const LinkOptions& options) {
  return aggregation(options) != Aggregation::kGossip;
}
bool relays_add(const LinkOptions& options) { return aggregation(options) == Aggregation::kRelays; }

mesh::Graph graph_at_start(const LinkOptions& options) {
  return MeshLinks(options, mobilities_of(place_nodes(options))).now();
}

void check_mesh(const LinkOptions& options) {
  check_radio(options.wifi);
  check_propagation(options.radio, options.placement);
  check_mobility(options);
  check_tcp(options.tcp, kMtuBytes);
  allowed_links(options);
  if (!has_server(options) && options.workers < 2) {
    throw OptionError({"team.workers", "mesh.aggregation"},
                      "mesh.aggregation = \"gossip\" is among robots; expected two or more");
  }
  policy(options);
}

void check_mesh_routes(const LinkOptions& options) {
  if (policy(options) != Policy::kRefuse) return;
  const auto islands = in_a_child([&] {
    apply_defaults(options);
    const mesh::Graph graph = graph_at_start(options);
    return unreached(mesh::figures(graph, mesh::cheapest(graph)));
  });
  if (!islands || islands->empty()) return;
  throw OptionError(
      {"placement.radius_m", "placement.positions_m", "placement.spacing_m", "mobility.loops_m",
       "mobility.file", "team.robots", "mesh.edges", "mesh.links", "wifi.tx_power_dbm"},
      std::string("mesh: no route to ") + (has_server(options) ? "the server" : "robot 0") +
          " with seed " + std::to_string(options.seed) + " from " + *islands +
          ", with mesh.margin_db = " + shown(options.mesh.margin_db) +
          " to spare; mesh.unreached = \"wait\" waits for them, \"leave-out\" goes on without");
}

CoverageNow routed_by_mesh(const LinkOptions& options) {
  const auto links =
      std::make_shared<const MeshLinks>(options, mobilities_of(place_nodes(options)));
  const auto robots = static_cast<std::size_t>(options.workers);
  return [links, robots] {
    const mesh::Graph graph = links->now();
    const mesh::Figures figures = mesh::figures(graph, mesh::cheapest(graph));
    std::vector<Covered> all(robots);
    for (std::size_t i = 0; i < robots; ++i) all[i].reached = figures.routes[i].component == 0;
    return all;
  };
}

void apply_mesh(const LinkOptions& options) {
  apply_radio(options.wifi);
  set_default("ns3::WifiMacQueue::MaxDelay", std::string("500ms"));
  apply_propagation(options.radio, centre_frequency_hz(options.wifi));
  apply_tcp(options.tcp, kMtuBytes, 0);
}

std::vector<std::string> describe_neighbours(const mesh::Graph& graph, const mesh::Figures& figures,
                                             const MessageSizes& messages) {
  std::vector<int> degree(graph.robots);
  double sum_s = 0, worst_s = 0;
  std::pair<int, int> worst;
  for (const mesh::Edge& edge : graph.edges) {
    ++degree[edge.one];
    ++degree[edge.other];
    sum_s += 2 * edge.cost_s;
    if (edge.cost_s <= worst_s) continue;
    worst_s = edge.cost_s;
    worst = {edge.one, edge.other};
  }
  const auto [least, most] = std::minmax_element(degree.begin(), degree.end());
  char text[240];
  std::snprintf(text, sizeof text,
                "no server; where robots start: %zu links, of %d to %d for a robot, %d components, "
                "algebraic connectivity %.2f",
                graph.edges.size(), *least, *most, figures.components, figures.connectivity);
  std::vector<std::string> lines = {text};
  const std::string islands = unreached(figures);
  if (!islands.empty()) lines.push_back("no route to robot 0 where they start: " + islands);
  if (graph.edges.empty()) return lines;
  const double message_bytes =
      messages.uplink_bytes * graph.robots / (2 * static_cast<double>(graph.edges.size()));
  std::snprintf(text, sizeof text,
                "the link that costs most is between robots %d and %d: %.2f ms for a packet of "
                "1,500 bytes; a round keeps the channel busy for about %.3g s, where all hear each "
                "other",
                worst.first, worst.second, 1e3 * worst_s, message_bytes / kPacketBytes * sum_s);
  lines.emplace_back(text);
  lines.emplace_back("below, of each robot to the other that hears it best, with no margin:");
  return lines;
}

std::vector<std::string> describe_mesh(const LinkOptions& options, const MessageSizes& messages) {
  const mesh::Graph graph = graph_at_start(options);
  const mesh::Figures figures = mesh::figures(graph, mesh::cheapest(graph));
  if (!graph.has_server) return describe_neighbours(graph, figures, messages);
  int most_hops = 0, reached = 0;
  double sum_s = 0, worst_s = 0;
  std::pair<int, int> worst;
  for (const mesh::Route& route : figures.routes) {
    reached += route.hops > 0;
    most_hops = std::max(most_hops, route.hops);
    sum_s += route.cost_s;
    if (route.bottleneck_s <= worst_s) continue;
    worst_s = route.bottleneck_s;
    worst = route.bottleneck;
  }
  char text[240];
  std::snprintf(text, sizeof text,
                "mesh where robots start: %d of %d have a route, of at most %d hops; %zu links, %d "
                "components, algebraic connectivity %.2f",
                reached, graph.robots, most_hops, graph.edges.size(), figures.components,
                figures.connectivity);
  std::vector<std::string> lines = {text};
  if (reached == 0) return lines;
  const std::string to =
      worst.second == graph.server() ? "the server" : "robot " + std::to_string(worst.second);
  std::snprintf(text, sizeof text,
                "the hop that costs most leads from robot %d to %s: %.2f ms for a packet of 1,500 "
                "bytes; a round keeps the channel busy for about %.3g s up and %.3g s down, where "
                "all hear each other",
                worst.first, to.c_str(), 1e3 * worst_s,
                messages.uplink_bytes / kPacketBytes * sum_s,
                messages.downlink_bytes / kPacketBytes * sum_s);
  lines.emplace_back(text);
  const std::string islands = unreached(figures);
  if (!islands.empty()) lines.push_back("no route where they start: " + islands);
  return lines;
}

// Settings that differ from their defaults and change nothing.
std::vector<std::string> ineffective_mesh(const LinkOptions& options) {
  static const LinkOptions usual;
  std::vector<std::string> sentences;
  const PlacementOptions& placement = options.placement;
  const MeshOptions& mesh = options.mesh;
  const bool stands = stands_still(options.mobility);
  const bool placed = stands ? !around_access_point(placement) : !known_paths(options).empty();
  if (!has_server(options) && placed &&
      placement.access_point_m != usual.placement.access_point_m) {
    sentences.emplace_back(
        "placement.access_point_m has no effect: with mesh.aggregation = \"gossip\" there is no "
        "access point, and where robots are does not depend on it");
  }
  if (!has_server(options) &&
      placement.access_point_height_m != usual.placement.access_point_height_m) {
    sentences.emplace_back(
        "placement.access_point_height_m has no effect: there is no access point with "
        "mesh.aggregation = \"gossip\"");
  }
  if (stands && (mesh.update_period_s != usual.mesh.update_period_s ||
                 mesh.hysteresis != usual.mesh.hysteresis)) {
    sentences.emplace_back(
        "mesh.update_period_s and mesh.hysteresis have no effect: robots stand, and routes are "
        "looked at once");
  }
  return sentences;
}

std::unique_ptr<Link> make_mesh(const LinkOptions& options) {
  return std::make_unique<Mesh>(options);
}

std::vector<Point> at_access_point_if_any(const LinkOptions& options) {
  return mesh_has_server(options) ? at_access_point(options) : std::vector<Point>();
}

std::string influence_of_mesh(const LinkOptions& options) {
  if (relays_add(options)) {
    return "mesh.aggregation = \"relays\" adds gradients up along the mesh's routes";
  }
  if (!mesh_has_server(options)) {
    return "mesh.aggregation = \"gossip\" averages along the mesh's links";
  }
  if (policy(options) == Policy::kLeaveOut) {
    return "mesh.unreached = \"leave-out\" goes on without robots that have no route";
  }
  return "";
}

std::string unsampled_mesh(const LinkOptions& options) {
  if (policy(options) == Policy::kLeaveOut) {
    return "mesh.unreached = \"leave-out\" loses messages where routes end, packet by packet";
  }
  if (!mesh_has_server(options)) {
    return "mesh.aggregation = \"gossip\" is simulated packet by packet";
  }
  // Measured (tests/benchmarks/sampling.py, "mesh, wandering"): the packets' time lies in 17 of 23
  // intervals of 95 %, and one round in fourteen is drawn.
  if (world_of(options).wanders) {
    return "mobility.model = \"" + options.mobility.model +
           "\" in a mesh: how long a message waits for a route depends on where robots happen to "
           "be, and nothing can be told from some rounds about others";
  }
  return unsampled_rate_control(options);
}

}  // namespace

Words mesh_aggregations() { return words_of(aggregation_table()); }
Words mesh_policies() { return words_of(policy_table()); }

Technology mesh_technology() {
  Technology of;
  of.check = check_mesh;
  of.apply = apply_mesh;
  of.make = make_mesh;
  of.world = wifi_world;
  of.influence = influence_of_mesh;
  of.unsampled = unsampled_mesh;
  of.has_server = mesh_has_server;
  of.adds_on_the_way = relays_add;
  of.host_work = wifi_host_work;
  of.cover = cover_by_wifi;
  of.stations = at_access_point_if_any;
  of.radio = wifi_summary;
  of.fading = wifi_fading;
  of.robot_power_dbm = wifi_power_dbm;
  of.graph = graph_at_start;
  of.routed = routed_by_mesh;
  of.check_routes = check_mesh_routes;
  of.ineffective = ineffective_mesh;
  of.describe = describe_mesh;
  return of;
}

}  // namespace gradwave::channel
