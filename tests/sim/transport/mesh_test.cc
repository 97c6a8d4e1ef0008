// SPDX-License-Identifier: GPL-2.0-only
// Messages through robots that relay for each other.
#include "channel-models/mesh/mesh.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
    return channel::mesh::cheapest(channel::mesh_at_start(options)).parent[1];
  };
  EXPECT_EQ(parent(), 2);
  options.floor.plan = {"p.toml", "[[wall]]\nloss_db = 40\npoints = [[5, 0], [5, 12]]\n"};
  EXPECT_EQ(parent(), 0) << "around the wall's end";
}

TEST(Mesh, ARobotThatNobodyReachesIsRefusedOrWaitedFor) {
  LinkOptions options = row(3);
  options.placement.positions_m[2] = {5000, 0};
  EXPECT_THAT(failure<channel::OptionError>([&] { channel::check_link(options); }),
              HasSubstr("no route to the server with seed 1 from robot 2"));
  options.mesh.unreached = "wait";
  EXPECT_NO_THROW(channel::check_link(options));
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
  EXPECT_TRUE(network.left_out().empty());
  network.upload(1, 0, 400000000);
  const Delivery loss = network.arrival();
  EXPECT_TRUE(loss.lost);
  EXPECT_EQ(loss.message.worker, 1);
  EXPECT_LT(loss.end_s, 3.1);
  EXPECT_THAT(network.left_out(), testing::ElementsAre(1));
  EXPECT_EQ(network.parents(), (std::vector<int>{kServer, kServer}));

  network.download(1, 1000);
  const Delivery at_once = network.arrival();
  EXPECT_TRUE(at_once.lost);
  EXPECT_EQ(at_once.end_s, at_once.start_s);
  network.upload(0, 0, 100000);
  EXPECT_FALSE(network.arrival().lost) << "the others go on";

  network.next(10.5);
  EXPECT_TRUE(network.left_out().empty());
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

TEST(Mesh, WhoIsAwayAtTheBeginningConnectsWhenItComes) {
  LinkOptions options = with_a_robot_that_goes_and_returns();
  options.mobility.file.text = "robot,t_s,x_m,y_m\n0,0,20,0\n1,0,900,0\n1,1,900,0\n1,3,30,0\n";
  EXPECT_NO_THROW(channel::check_link(options));
  Network network(options, {});
  network.connect();
  EXPECT_LT(network.now_s(), 1);
  EXPECT_THAT(network.left_out(), testing::ElementsAre(1));
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
  EXPECT_THAT(network.left_out(), testing::ElementsAre(1));
  EXPECT_GT(network.now_s(), 5);
}

// Robot 1 walks from beside the server to behind robot 0, while it sends.
TEST(Mesh, ATransferSurvivesAChangeOfRoutes) {
  LinkOptions options = row(2);
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
  EXPECT_THAT(channel::mesh::cheapest(channel::mesh_at_start(options)).parent,
              testing::ElementsAre(1, 3, 1));
  const auto said = [&](const std::string& table) {
    with(table);
    return failure<channel::OptionError>([&] { channel::check_link(options); });
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

}  // namespace
}  // namespace gradwave
