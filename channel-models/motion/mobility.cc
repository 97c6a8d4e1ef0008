// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/mobility.h"

#include <ns3/constant-position-mobility-model.h>
#include <ns3/double.h>
#include <ns3/object-factory.h>
#include <ns3/pointer.h>
#include <ns3/position-allocator.h>
#include <ns3/random-variable-stream.h>
#include <ns3/random-waypoint-mobility-model.h>

#include "channel-models/ns3/streams.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

using ns3::CreateObject;
using ns3::CreateObjectWithAttributes;
using ns3::DoubleValue;
using ns3::MobilityModel;
using ns3::PointerValue;
using ns3::Ptr;
using ns3::UniformRandomVariable;

Ptr<UniformRandomVariable> uniform(double least, double most) {
  return CreateObjectWithAttributes<UniformRandomVariable>("Min", DoubleValue(least), "Max",
                                                           DoubleValue(most));
}

Ptr<MobilityModel> stay(const MobilityOptions&, double, double) {
  return CreateObject<ns3::ConstantPositionMobilityModel>();
}

// Each robot has an allocator of its own: a shared one would hand out goals in the order of
// arrival.
Ptr<MobilityModel> random_waypoint(const MobilityOptions& options, double half_side_m,
                                   double height_m) {
  const auto goals = CreateObjectWithAttributes<ns3::RandomRectanglePositionAllocator>(
      "X", PointerValue(uniform(-half_side_m, half_side_m)), "Y",
      PointerValue(uniform(-half_side_m, half_side_m)), "Z", DoubleValue(height_m));
  return CreateObjectWithAttributes<ns3::RandomWaypointMobilityModel>(
      "Speed", PointerValue(uniform(options.speed_min_mps, options.speed_max_mps)), "Pause",
      PointerValue(uniform(options.pause_s, options.pause_s)), "PositionAllocator",
      PointerValue(goals));
}

void check_waypoints(const MobilityOptions& options, double half_side_m) {
  if (!(options.speed_min_mps > 0)) {
    throw OptionError({"mobility.speed_min_mps"},
                      "mobility.speed_min_mps: a random waypoint needs a speed above 0 m/s");
  }
  if (options.speed_min_mps > options.speed_max_mps) {
    throw OptionError({"mobility.speed_min_mps", "mobility.speed_max_mps"},
                      "mobility.speed_min_mps is above mobility.speed_max_mps");
  }
  if (!(half_side_m > 0)) {
    throw OptionError(
        {"mobility.model", "placement.layout"},
        "mobility.model: a random waypoint has no room: every robot is placed at the server's "
        "radio");
  }
}

struct Mobility {
  void (*check)(const MobilityOptions& options, double half_side_m);
  Ptr<MobilityModel> (*make)(const MobilityOptions& options, double half_side_m, double height_m);
};

const Table<Mobility>& table() {
  static const Table<Mobility> mobilities = {
      {"static", "robots stay where they are", {[](const MobilityOptions&, double) {}, stay}},
      {"random-waypoint",
       "straight to a random point of the square around the placement, a pause, and on",
       {check_waypoints, random_waypoint}},
  };
  return mobilities;
}

}  // namespace

Words mobilities() { return words_of(table()); }

void check_mobility(const MobilityOptions& options, const Places& places) {
  look_up(table(), "mobility.model", options.model).check(options, places.half_side_m);
}

void set_moving(const ns3::NodeContainer& robots, const MobilityOptions& options,
                const Places& places) {
  const Mobility mobility = look_up(table(), "mobility.model", options.model);
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
    const ns3::Vector& start = places.positions[i];
    const Ptr<MobilityModel> model = mobility.make(options, places.half_side_m, start.z);
    model->SetPosition(start);
    model->AssignStreams(kMobilityStreams + kMobilityStreamsEach * i);
    robots.Get(i)->AggregateObject(model);
  }
}

}  // namespace gradwave::channel
