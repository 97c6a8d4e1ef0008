// SPDX-License-Identifier: GPL-2.0-only
// Robots on known paths over a whole network: time 0 of a path is the start of round 0.
#include <gtest/gtest.h>

#include "tests/sim/transport/network.h"

namespace gradwave {
namespace {

// A robot that goes away from the access point, 5 m a second from `from_m` on.
LinkOptions leaving(const std::string& technology, double from_m, double to_m) {
  LinkOptions options;
  options.workers = 1;
  options.technology = technology;
  options.radio.path_loss = "friis";
  options.placement.height_m = options.placement.access_point_height_m = 1;
  options.mobility.model = "waypoints";
  options.mobility.file = {"log", "robot,t_s,x_m,y_m\n0,0," + std::to_string(from_m) + ",0\n0," +
                                      std::to_string((to_m - from_m) / 5) + "," +
                                      std::to_string(to_m) + ",0\n"};
  return options;
}

TEST(KnownPaths, BeginWithRoundZeroOverEveryTechnology) {
  for (const char* technology : {"wifi", "mesh", "nr", "lte"}) {
    const LinkOptions options = leaving(technology, 10, 100);
    Network network(options, {});
    network.connect();
    const double zero_s = network.now_s();
    EXPECT_GT(zero_s, 0) << "the network is up before round 0";
    network.upload(0, 2, 2000);
    const Delivery first = network.arrival();
    EXPECT_NEAR(first.distance_m.value(), 10 + 5 * (first.end_s - zero_s), 1e-3) << technology;
    network.upload(0, 4, 2000);
    const Delivery second = network.arrival();
    EXPECT_NEAR(second.distance_m.value(), 10 + 5 * (second.end_s - zero_s), 1e-3) << technology;
  }
}

TEST(KnownPaths, ARobotThatStartsOutOfReachComesIntoItAndRoundZeroFindsItAtItsStart) {
  LinkOptions options = leaving("wifi", 0, 0);
  options.mobility.file.text =
      "robot,t_s,x_m,y_m\n0,0,3000,0\n0,12,3000,0\n0,13,20,0\n0,23,120,0\n";
  Network network(options, {});
  network.connect();
  const double zero_s = network.now_s();
  EXPECT_GT(zero_s, 12) << "it walked along its path to associate";
  network.upload(0, 0, 2000);
  const Delivery delivery = network.arrival();
  EXPECT_GT(delivery.end_s - zero_s, 12) << "out of reach until then";
  EXPECT_LT(delivery.end_s - zero_s, 20);
}

}  // namespace
}  // namespace gradwave
