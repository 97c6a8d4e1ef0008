// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/world.h"

#include <gtest/gtest.h>
#include <ns3/constant-position-mobility-model.h>
#include <ns3/simulator.h>

#include "channel-models/link.h"
#include "channel-models/motion/mobility.h"
#include "channel-models/motion/placement.h"
#include "tests/channel-models/heights.h"

namespace gradwave::channel::nr {
namespace {

struct Seen {
  double gain_db;
  std::vector<double> fading, reported;
};

// What robot 1's channel is after ten seconds of walking, if its world is also looked at every so
// many seconds before.
Seen after_ten_seconds(const std::string& mobility, double look_s) {
  LinkOptions options;
  options.technology = "nr";
  options.workers = 3;
  options.radio.path_loss = "inf-dh";
  stand_where_it_holds(options.placement, "inf-dh");
  options.mobility.model = mobility;
  options.mobility.pause_s = 0;
  apply_defaults(options);
  ns3::NodeContainer robots, stations;
  robots.Create(options.workers);
  set_moving(robots, options);
  stations.Create(1);
  const auto fixed = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
  fixed->SetPosition({0, 0, options.placement.access_point_height_m});
  stations.Get(0)->AggregateObject(fixed);
  World world(options, robots, stations);
  world.begin();
  for (double at_s = look_s; look_s > 0 && at_s < 10; at_s += look_s) {
    ns3::Simulator::Schedule(ns3::Seconds(at_s), [&] {
      for (int robot = 0; robot < 3; ++robot) {
        world.gain_db(robot, 0);
        world.fading(robot, 0, ns3::Simulator::Now().GetNanoSeconds());
      }
    });
  }
  Seen seen{};
  ns3::Simulator::Schedule(ns3::Seconds(10), [&] {
    const std::int64_t now_ns = ns3::Simulator::Now().GetNanoSeconds();
    seen = {world.gain_db(1, 0), world.fading(1, 0, now_ns), world.fading(1, 0, now_ns - 12000000)};
  });
  ns3::Simulator::Stop(ns3::Seconds(11));
  ns3::Simulator::Run();
  ns3::Simulator::Destroy();
  return seen;
}

// Methods send at other times; their robots walk through one world.
TEST(World, IsTheSameHoweverOftenOneLooks) {
  for (const char* mobility : {"static", "random-waypoint"}) {
    const Seen once = after_ten_seconds(mobility, 0);
    for (const double look_s : {0.37, 0.0113}) {
      const Seen often = after_ten_seconds(mobility, look_s);
      // ns-3 adds up a walk's steps from look to look: the last bits are those of the looks.
      EXPECT_NEAR(often.gain_db, once.gain_db, 1e-9) << mobility;
      ASSERT_EQ(often.fading.size(), 18u);
      for (std::size_t i = 0; i < once.fading.size(); ++i) {
        EXPECT_NEAR(often.fading[i], once.fading[i], 1e-6) << mobility;
        EXPECT_NEAR(often.reported[i], once.reported[i], 1e-6) << mobility;
      }
    }
    EXPECT_NE(once.fading, once.reported) << mobility;
  }
}

}  // namespace
}  // namespace gradwave::channel::nr
