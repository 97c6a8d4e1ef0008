// SPDX-License-Identifier: GPL-2.0-only
// Messages through robots that relay for each other.
#include "channel-models/mesh/mesh.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "channel-models/mesh/graph.h"
#include "channel-models/reach.h"
#include "tests/sim/transport/network.h"

namespace gradwave {
namespace {

using testing::HasSubstr;

// Robots in a row, so far apart that only neighbours hear each other.
LinkOptions row(std::int64_t robots, double apart_m = 45) {
  LinkOptions options;
  options.technology = "mesh";
  options.workers = robots;
  options.placement.layout = "list";
  for (std::int64_t i = 1; i <= robots; ++i) {
    options.placement.positions_m.emplace_back(apart_m * static_cast<double>(i), 0);
  }
  return options;
}

double bps(const LinkOptions& options, int robot, std::int64_t bytes) {
  Network network(options, {});
  network.connect();
  network.upload(robot, 0, bytes);
  return 8 * static_cast<double>(bytes) / latency_s(network.arrival());
}

TEST(Mesh, ARobotThatReachesTheServerSendsToIt) {
  for (const Delivery& transfer : exchange(row(1), 2, 30000, 60000)) {
    EXPECT_EQ(counter(transfer, "hops"), 1);
    EXPECT_GT(counter(transfer, "phy_rate_bps"), 1e6);
    EXPECT_NEAR(*transfer.distance_m, 45, 0.1);
  }
}

TEST(Mesh, WhatGoesFurtherIsRelayed) {
  for (const Delivery& transfer : exchange(row(4), 2, 30000, 60000)) {
    EXPECT_EQ(counter(transfer, "hops"), transfer.message.worker + 1);
  }
}

// What the server sends through robot 0 is not all robot 0's.
TEST(Mesh, WhatTheServerSendsIsCountedForWhomItIs) {
  LinkOptions options = row(3, 20);
  options.mesh.links = "chain";
  Network network(options, {});
  network.connect();
  for (int i = 0; i < 3; ++i) network.download(i, 100000);
  for (int i = 0; i < 3; ++i) {
    const Delivery delivery = network.arrival();
    EXPECT_EQ(counter(delivery, "hops"), delivery.message.worker + 1);
    EXPECT_GT(counter(delivery, "phy_rate_bps"), 1e6);
    EXPECT_GT(counter(delivery, "airtime_s"), 8 * 100000 / 300e6);
    EXPECT_NEAR(counter(delivery, "airtime_s") + counter(delivery, "waiting_s"),
                latency_s(delivery), 1e-9);
  }
  // From a relay to its child: one hop, whatever its route to the server.
  network.send({100, 2, Direction::kDownlink, 10000, 1}, 0);
  EXPECT_EQ(counter(network.arrival(), "hops"), 1);
  network.send({101, 2, Direction::kUplink, 10000, 1}, 0);
  EXPECT_EQ(counter(network.arrival(), "hops"), 1);
}

// One channel: while a packet takes its second hop, none takes the first.
TEST(Mesh, TwoHopsCarryHalfOfOne) {
  LinkOptions options = row(2, 20);  // all hear each other
  options.mesh.links = "chain";
  options.wifi.rate_control = "constant";
  const double one = bps(options, 0, 3000000), two = bps(options, 1, 3000000);
  EXPECT_NEAR(two / one, 0.5, 0.06);
}

TEST(Mesh, ThreeHopsCarryAThirdOfOne) {
  LinkOptions options = row(3, 15);
  options.mesh.links = "chain";
  options.wifi.rate_control = "constant";
  EXPECT_NEAR(bps(options, 2, 3000000) / bps(options, 0, 3000000), 1.0 / 3, 0.06);
}

TEST(Mesh, WallsMakeRelaysWorthTheirWhile) {
  LinkOptions options = row(2, 15);
  options.placement.positions_m = {{0, 15}, {15, 15}};
  const auto parent = [&] {
    channel::apply_defaults(options);
    return channel::mesh::cheapest(channel::mesh_technology().graph(options)).parent[1];
  };
  EXPECT_EQ(parent(), 2);
  options.floor.plan = {"p.toml", "[[wall]]\nloss_db = 40\npoints = [[5, 0], [5, 12]]\n"};
  EXPECT_EQ(parent(), 0) << "around the wall's end";
}

TEST(Mesh, ARobotThatNobodyReachesIsRefusedOrWaitedFor) {
  LinkOptions options = row(3);
  options.placement.positions_m[2] = {5000, 0};
  EXPECT_THAT(failure<channel::OptionError>([&] { channel::check_reach(options, 30); }),
              HasSubstr("no route to the server with seed 1 from robot 2"));
  options.mesh.unreached = "wait";
  EXPECT_NO_THROW(channel::check_reach(options, 30));
  Network network(options, {5, 20});
  EXPECT_THAT(failure<Stalled>([&] { network.connect(); }),
              HasSubstr("no route to the server: robot 2"));
}

TEST(Mesh, ARobotThatComesNearerIsWaitedFor) {
  LinkOptions options = row(1);
  options.mesh.unreached = "wait";
  options.mobility.model = "waypoints";
  options.mobility.file = {"log", "robot,t_s,x_m,y_m\n0,0,1000,0\n0,10,20,0\n"};
  Network network(options, {30, 20});
  network.connect();
  EXPECT_GT(network.now_s(), 5);
  EXPECT_LT(network.now_s(), 11);
}

LinkOptions with_a_robot_that_goes_and_returns() {
  LinkOptions options = row(2);
  options.mesh.unreached = "leave-out";
  options.mobility.model = "waypoints";
  options.mobility.file = {
      "log", "robot,t_s,x_m,y_m\n0,0,20,0\n1,0,30,0\n1,1,30,0\n1,2,900,0\n1,8,900,0\n1,9,30,0\n"};
  return options;
}

// By RETX time-outs alone its connection would be silent for seconds after it is back.
TEST(Mesh, WhoGoesAwayLosesItsMessageAndConnectsAnewWhenItIsBack) {
  const LinkOptions options = with_a_robot_that_goes_and_returns();
  Network network(options, {});
  network.connect();
  EXPECT_TRUE(network.absent().empty());
  network.upload(1, 0, 400000000);
  const Delivery loss = network.arrival();
  EXPECT_TRUE(loss.lost);
  EXPECT_EQ(loss.message.worker, 1);
  EXPECT_LT(loss.end_s, 3.1);
  EXPECT_THAT(network.absent(), testing::ElementsAre(1));
  EXPECT_EQ(network.parents(), (std::vector<int>{kServer, kServer}));

  network.download(1, 1000);
  const Delivery at_once = network.arrival();
  EXPECT_TRUE(at_once.lost);
  EXPECT_EQ(at_once.end_s, at_once.start_s);
  network.upload(0, 0, 100000);
  EXPECT_FALSE(network.arrival().lost) << "the others go on";

  network.next(10.5);
  EXPECT_TRUE(network.absent().empty());
  network.download(1, 50000);
  network.upload(1, 0, 60000);
  for (int i = 0; i < 2; ++i) {
    const Delivery delivery = network.arrival();
    EXPECT_FALSE(delivery.lost);
    EXPECT_EQ(delivery.message.bytes,
              delivery.message.direction == Direction::kUplink ? 60000 : 50000);
    EXPECT_LT(delivery.end_s, 11);
  }
}

// It leaves before the acknowledgment of its last message: TCP, which would repeat that until it
// gives up, has nothing to say any more.
TEST(Mesh, WhoGoesAwayWithNothingUnderWayConnectsAnewAsWell) {
  LinkOptions options = with_a_robot_that_goes_and_returns();
  options.mobility.file.text =
      "robot,t_s,x_m,y_m\n0,0,20,0\n1,0,30,0\n1,2,30,0\n1,2.001,5000,0\n1,700,5000,0\n1,701,30,0\n";
  Network network(options, {});
  network.connect();
  network.upload(1, 0, 50000);
  network.arrival();
  network.upload(1, 1.997 - network.now_s(), 1000);
  EXPECT_NEAR(network.arrival().end_s, 2, 0.01);
  network.next(703);
  network.upload(1, 0, 50000);
  EXPECT_LT(latency_s(network.arrival()), 0.5);
}

TEST(Mesh, WhoIsAwayAtTheBeginningConnectsWhenItComes) {
  LinkOptions options = with_a_robot_that_goes_and_returns();
  options.mobility.file.text = "robot,t_s,x_m,y_m\n0,0,20,0\n1,0,900,0\n1,1,900,0\n1,3,30,0\n";
  EXPECT_NO_THROW(channel::check_link(options));
  Network network(options, {});
  network.connect();
  EXPECT_LT(network.now_s(), 1);
  EXPECT_THAT(network.absent(), testing::ElementsAre(1));
  network.next(4.5);
  network.upload(1, 0, 60000);
  EXPECT_FALSE(network.arrival().lost);
}

TEST(Mesh, WhereNobodyHasARouteItIsWaitedForTheFirst) {
  LinkOptions options = with_a_robot_that_goes_and_returns();
  options.mobility.file.text =
      "robot,t_s,x_m,y_m\n0,0,20,0\n0,1,900,0\n0,5,900,0\n0,6,20,0\n1,0,900,0\n";
  Network network(options, {30, 20});
  network.connect();
  network.next(3);
  EXPECT_THAT(network.absent(), testing::ElementsAre(1));
  EXPECT_GT(network.now_s(), 5);
}

// Robot 1 walks from beside the server to behind robot 0, while it sends.
TEST(Mesh, ATransferSurvivesAChangeOfRoutes) {
  LinkOptions options = row(2);
  options.wifi.streams = 1;
  options.mobility.model = "waypoints";
  options.mobility.file = {"log", "robot,t_s,x_m,y_m\n0,0,45,0\n1,0,30,0\n1,1,30,0\n1,4,85,0\n"};
  Network network(options, {});
  network.connect();
  network.upload(1, 0, 40000000);
  const Delivery transfer = network.arrival();
  EXPECT_GT(transfer.end_s, 4);
  EXPECT_EQ(counter(transfer, "hops"), 2);
  const auto seen = network.take_routes();
  ASSERT_GE(seen.size(), 4u);
  EXPECT_EQ(seen.front().routes[1].hops, 1);
  EXPECT_FALSE(seen.front().routes[1].parent);
  EXPECT_EQ(seen.back().routes[1].hops, 2);
  EXPECT_EQ(seen.back().routes[1].parent, 0);
  EXPECT_EQ(seen.back().routes[1].bottleneck_from, 0) << "45 m are more than 40";
  int changes = 0;
  for (const auto& look : seen) changes += look.changed;
  EXPECT_EQ(changes, 2);
  EXPECT_TRUE(network.take_routes().empty());
}

TEST(Mesh, RobotsThatStandAreLookedAtOnce) {
  Network network(row(2), {});
  network.connect();
  network.upload(0, 20, 1000);
  network.arrival();
  const auto seen = network.take_routes();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].links, 2);
  EXPECT_EQ(seen[0].components, 1);
  EXPECT_DOUBLE_EQ(seen[0].connectivity, 1);  // of a path of three
}

TEST(Mesh, EdgesAreThoseOfTheTable) {
  LinkOptions options = row(3, 15);
  options.mesh.links = "edges";
  const auto with = [&](const std::string& table) { options.mesh.edges = {"e.csv", table}; };
  with("from,to\nserver,1\n1,0\n2,1\n");
  channel::apply_defaults(options);
  EXPECT_THAT(channel::mesh::cheapest(channel::mesh_technology().graph(options)).parent,
              testing::ElementsAre(1, 3, 1));
  const auto said = [&](const std::string& table) {
    with(table);
    return failure<channel::OptionError>([&] {
      channel::check_link(options);
      channel::check_reach(options, 30);
    });
  };
  EXPECT_THAT(said("from,to\n0,server\n0,3\n"), HasSubstr("mesh.edges: e.csv:3: to = \"3\""));
  EXPECT_THAT(said("from,to\n0,0\n"), HasSubstr("e.csv:2: an edge leads to another node"));
  EXPECT_THAT(said("from,to\n0,1\n1,0\n"), HasSubstr("e.csv:3: this edge stands there twice"));
  EXPECT_THAT(said("from,to\n0,server\n0,1\n"), HasSubstr("no route to the server with seed 1 from "
                                                          "robot 2"));
}

TEST(Mesh, RobotsSendToEachOtherOverConnectionsOfTheirOwn) {
  Network network(row(3), {});
  network.connect();
  EXPECT_THAT(network.parents(), testing::ElementsAre(kServer, 0, 1));
  network.send({100, 2, Direction::kUplink, 40000, 1}, 0);
  const Delivery up = network.arrival();
  EXPECT_EQ(up.message.peer, 1);
  EXPECT_GT(latency_s(up), 0);
  network.send({101, 2, Direction::kUplink, 40000, 1}, 0);
  network.arrival();
  network.send({102, 2, Direction::kDownlink, 40000, 1}, 0);
  EXPECT_EQ(network.arrival().message.id, 102);
  network.send({103, 1, Direction::kDownlink, 40000, 0}, 0);  // no connection yet
  network.send({104, 1, Direction::kDownlink, 30000, 0}, 0);
  EXPECT_EQ(network.arrival().message.id, 103);
  EXPECT_EQ(network.arrival().message.id, 104);
  network.upload(0, 0, 40000);
  EXPECT_EQ(network.arrival().message.peer, kServer);
}

TEST(Mesh, TwoRunsAreTheSame) {
  LinkOptions options = row(4, 40);
  options.mobility.model = "random-waypoint";
  options.mesh.unreached = "wait";
  const auto one = exchange(options, 3, 50000, 50000), other = exchange(options, 3, 50000, 50000);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].end_s, other[i].end_s);
}

// Robots alone.
LinkOptions without_a_server(std::int64_t robots, double apart_m = 40) {
  LinkOptions options = row(robots, apart_m);
  options.mesh.aggregation = "gossip";
  return options;
}

// Both ways over one connection, which they make when the first has something to say.
Message between(std::int64_t id, int one, int other, Direction direction, std::int64_t bytes) {
  return {id, one, direction, bytes, other};
}

TEST(Mesh, WithoutAServerRobotsSendToTheirNeighbours) {
  Network network(without_a_server(4), {});
  network.connect();
  const auto neighbours = network.neighbours();
  EXPECT_THAT(neighbours, testing::ElementsAre(std::pair(0, 1), std::pair(1, 2), std::pair(2, 3)));
  for (int round = 0; round < 3; ++round) {
    std::int64_t id = 10 * round;
    for (const auto& [one, other] : neighbours) {
      network.send(between(id++, one, other, Direction::kUplink, 30000), 0);
      network.send(between(id++, one, other, Direction::kDownlink, 40000), 0);
    }
    for (int i = 0; i < 6; ++i) {
      const Delivery delivery = network.arrival();
      EXPECT_FALSE(delivery.lost);
      EXPECT_NEAR(*delivery.distance_m, 40, 0.1);
      EXPECT_LT(latency_s(delivery), round == 0 ? 3 : 0.5);
      EXPECT_GT(counter(delivery, "phy_rate_bps"), 1e6);
    }
  }
  const auto seen = network.take_routes();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].links, 3);
  EXPECT_NEAR(seen[0].connectivity, 2 - std::sqrt(2), 1e-9);  // of a path of four
  for (const auto& route : seen[0].routes) EXPECT_EQ(route.hops, 0);
}

TEST(Mesh, WithoutAServerWhoIsApartIsRefusedWaitedForOrLeftOut) {
  LinkOptions options = without_a_server(3);
  options.placement.positions_m[2] = {5000, 0};
  EXPECT_THAT(failure<channel::OptionError>([&] { channel::check_reach(options, 30); }),
              HasSubstr("no route to robot 0 with seed 1 from robot 2"));
  options.mesh.unreached = "wait";
  EXPECT_NO_THROW(channel::check_reach(options, 30));
  {
    Network network(options, {5, 20});
    EXPECT_THAT(failure<Stalled>([&] { network.connect(); }),
                HasSubstr("no route to robot 0: robot 2"));
  }
  options.mesh.unreached = "leave-out";
  Network network(options, {});
  network.connect();
  EXPECT_THAT(network.neighbours(), testing::ElementsAre(std::pair(0, 1)));
}

// Robot 1 leaves robot 0 for robot 2 in the middle of a message.
TEST(Mesh, WithoutAServerALinkThatGoesLosesItsMessages) {
  LinkOptions options = without_a_server(3, 30);
  options.mesh.unreached = "leave-out";
  options.mobility.model = "waypoints";
  options.mobility.file = {"log",
                           "robot,t_s,x_m,y_m\n0,0,0,0\n2,0,400,0\n1,0,30,0\n1,2,30,0\n"
                           "1,4,370,0\n1,8,370,0\n1,10,30,0\n"};
  Network network(options, {});
  network.connect();
  EXPECT_THAT(network.neighbours(), testing::ElementsAre(std::pair(0, 1)));
  network.send(between(0, 0, 1, Direction::kUplink, 400000000), 0);
  network.send(between(1, 0, 1, Direction::kDownlink, 1000), 0);
  EXPECT_FALSE(network.arrival().lost);
  const Delivery loss = network.arrival();
  EXPECT_TRUE(loss.lost);
  EXPECT_GT(loss.end_s, 2);
  EXPECT_LT(loss.end_s, 4);
  network.next(6);
  EXPECT_THAT(network.neighbours(), testing::ElementsAre(std::pair(1, 2)));
  network.send(between(2, 1, 2, Direction::kUplink, 50000), 0);
  EXPECT_FALSE(network.arrival().lost);
  network.send(between(3, 0, 1, Direction::kUplink, 50000), 0);
  const Delivery at_once = network.arrival();
  EXPECT_TRUE(at_once.lost);
  EXPECT_EQ(at_once.end_s, at_once.start_s);
  network.next(11.5);
  EXPECT_THAT(network.neighbours(), testing::ElementsAre(std::pair(0, 1)));
  network.send(between(4, 0, 1, Direction::kDownlink, 50000), 0);
  network.send(between(5, 0, 1, Direction::kUplink, 50000), 0);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(network.arrival().lost) << "they connect anew";
}

// A link begins 6 dB above what it needs and ends at that.
TEST(Mesh, WithoutAServerTheMarginIsForALinkToBegin) {
  LinkOptions options = without_a_server(2, 0);
  options.mesh.unreached = "leave-out";
  options.mesh.margin_db = 6;
  options.mobility.model = "waypoints";
  options.mobility.file = {"log",
                           "robot,t_s,x_m,y_m\n0,0,0,0\n1,0,300,0\n1,100,1,0\n1,200,300,0\n"};
  options.placement.positions_m = {{0, 0}, {300, 0}};
  Network network(options, {});
  network.connect();
  double begins_m = 0, ends_m = 0;
  for (double at_s = 1; at_s < 200; at_s += 1) {
    network.next(at_s);
    if (network.neighbours().empty()) continue;
    const double apart_m = at_s < 100 ? 300 - 2.99 * at_s : 1 + 2.99 * (at_s - 100);
    if (begins_m == 0) begins_m = apart_m;
    ends_m = apart_m;
  }
  EXPECT_GT(begins_m, 20);
  EXPECT_NEAR(ends_m / begins_m, std::pow(10, 6 / 30.0), 0.15);  // exponent 3
}

// The first look after all is ready may be at the very time of the beginning.
TEST(Mesh, RoutesAreToldOnceForEachTime) {
  LinkOptions options = without_a_server(2);
  options.mobility.model = "waypoints";
  options.mobility.file = {"log", "robot,t_s,x_m,y_m\n0,0,0,0\n1,0,30,0\n1,10,31,0\n"};
  for (const double period_s : {0.1, 0.05, 0.02, 0.01}) {
    options.mesh.update_period_s = period_s;
    Network network(options, {});
    network.connect();
    network.next(0.5);
    const auto seen = network.take_routes();
    ASSERT_GT(seen.size(), 3u);
    for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_GT(seen[i].time_s, seen[i - 1].time_s);
  }
}

TEST(Mesh, WithoutAServerLinksToOneAreRefused) {
  LinkOptions options = without_a_server(3, 20);
  options.mesh.links = "star";
  EXPECT_THAT(failure<channel::OptionError>([&] { channel::check_link(options); }),
              HasSubstr("has no link between robots"));
  options.mesh.links = "edges";
  options.mesh.edges = {"e.csv", "from,to\n0,1\n1,server\n"};
  EXPECT_THAT(failure<channel::OptionError>([&] { channel::check_link(options); }),
              HasSubstr("e.csv:3: there is no server"));
  options.mesh.edges.text = "from,to\n0,1\n1,2\n";
  EXPECT_NO_THROW(channel::check_link(options));
  EXPECT_EQ(channel::neighbour_links(options), 2);
  options.mesh.links = "chain";
  EXPECT_EQ(channel::neighbour_links(options), 2);
  options.mesh.links = "reach";
  EXPECT_EQ(channel::neighbour_links(options), 3);
  EXPECT_THAT(failure<channel::OptionError>([&] { channel::check_link(without_a_server(1)); }),
              HasSubstr("is among robots"));
}

}  // namespace
}  // namespace gradwave
