// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/placement.h"

#include <gtest/gtest.h>
#include <ns3/mobility-model.h>
#include <ns3/simulator.h>

#include <cmath>
#include <vector>

#include "channel-models/motion/mobility.h"

namespace gradwave::channel {
namespace {

Places places_of(const LinkOptions& options) {
  apply_defaults(options);
  return place(options);
}

double distance_m(const ns3::Vector& position) { return std::hypot(position.x, position.y); }

TEST(Placement, DiscIsUniformOverItsArea) {
  LinkOptions options;
  options.workers = 20000;
  options.placement.radius_m = 50;
  int inner = 0;
  for (const ns3::Vector& position : places_of(options).positions) {
    EXPECT_LE(distance_m(position), 50);
    EXPECT_EQ(position.z, options.placement.height_m);
    inner += distance_m(position) < 25;
  }
  EXPECT_NEAR(inner, 5000, 250);  // a quarter of the area; standard deviation 61
}

TEST(Placement, DiscDependsOnTheSeed) {
  LinkOptions options;
  const Places first = places_of(options);
  options.seed = 2;
  EXPECT_NE(first.positions[0].x, places_of(options).positions[0].x);
}

TEST(Placement, DiscIsTheSameWhateverElseIsSet) {
  LinkOptions options;
  const Places plain = places_of(options);
  options.workers = 20;
  options.radio.fading = "rayleigh";
  options.wifi.rate_control = "minstrel-ht";
  options.mobility.model = "random-waypoint";
  options.tcp.congestion_control = "vegas";
  const Places other = places_of(options);
  for (std::size_t i = 0; i < plain.positions.size(); ++i) {
    EXPECT_EQ(plain.positions[i], other.positions[i]);
  }
}

// The walk's arena is the layout's, not that of the positions which a seed happens to draw.
TEST(Placement, TheSquareOfADiscIsThatOfItsRadius) {
  LinkOptions options;
  options.placement.radius_m = 50;
  EXPECT_EQ(places_of(options).half_side_m, 50);
  options.workers = 1;
  EXPECT_EQ(places_of(options).half_side_m, 50);
}

TEST(Placement, CircleHasEverybodyAtItsRadius) {
  LinkOptions options;
  options.placement.layout = "circle";
  options.placement.radius_m = 40;
  const Places places = places_of(options);
  for (const ns3::Vector& position : places.positions) {
    EXPECT_NEAR(distance_m(position), 40, 1e-9);
  }
  EXPECT_EQ(places.half_side_m, 40);
  EXPECT_NEAR(places.positions[2].x, 0, 1e-9);  // a quarter turn of eight
  EXPECT_NEAR(places.positions[2].y, 40, 1e-9);
}

TEST(Placement, GridIsCentredOnTheServersRadio) {
  LinkOptions options;
  options.workers = 9;
  options.placement.layout = "grid";
  options.placement.spacing_m = 10;
  const Places places = places_of(options);
  EXPECT_EQ(places.positions[0], ns3::Vector(-10, -10, 1));
  EXPECT_EQ(places.positions[4], ns3::Vector(0, 0, 1));
  EXPECT_EQ(places.positions[8], ns3::Vector(10, 10, 1));
  EXPECT_EQ(places.half_side_m, 10);
}

TEST(Placement, ListIsTaken) {
  LinkOptions options;
  options.workers = 2;
  options.placement.layout = "list";
  options.placement.positions_m = {{1, 2}, {-30, 4}};
  const Places places = places_of(options);
  EXPECT_EQ(places.positions[1], ns3::Vector(-30, 4, 1));
  EXPECT_EQ(places.half_side_m, 30);
}

// The robots' positions at t = 100 s.
std::vector<ns3::Vector> walked(const LinkOptions& options) {
  apply_defaults(options);
  ns3::NodeContainer robots;
  robots.Create(options.workers);
  set_moving(robots, options);
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) robots.Get(i)->Initialize();
  ns3::Simulator::Stop(ns3::Seconds(100));
  ns3::Simulator::Run();
  std::vector<ns3::Vector> positions;
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
    positions.push_back(robots.Get(i)->GetObject<ns3::MobilityModel>()->GetPosition());
  }
  ns3::Simulator::Destroy();
  return positions;
}

TEST(Mobility, StaticRobotsStay) {
  LinkOptions options;
  EXPECT_EQ(walked(options)[3], places_of(options).positions[3]);
}

TEST(Mobility, RandomWaypointWalksInsideTheSquareOfThePlacement) {
  LinkOptions options;
  options.mobility.model = "random-waypoint";
  options.mobility.pause_s = 0;
  const Places places = places_of(options);
  const std::vector<ns3::Vector> positions = walked(options);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    EXPECT_GT(ns3::CalculateDistance(positions[i], places.positions[i]), 0);
    EXPECT_LE(std::abs(positions[i].x), places.half_side_m);
    EXPECT_LE(std::abs(positions[i].y), places.half_side_m);
    EXPECT_EQ(positions[i].z, options.placement.height_m);
  }
}

TEST(Mobility, ARobotsWalkIsItsOwn) {
  LinkOptions options;
  options.mobility.model = "random-waypoint";
  options.workers = 2;
  options.placement.layout = "list";
  options.placement.positions_m = {{30, 0}, {0, 30}};
  const std::vector<ns3::Vector> two = walked(options);
  options.workers = 3;
  options.placement.positions_m.push_back({5, 5});
  const std::vector<ns3::Vector> three = walked(options);
  EXPECT_EQ(two[0], three[0]);
  EXPECT_EQ(two[1], three[1]);
  EXPECT_NE(two[0], two[1]);
}

}  // namespace
}  // namespace gradwave::channel
