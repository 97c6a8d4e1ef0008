// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/mobility.h"

#include <ns3/box.h>
#include <ns3/constant-position-mobility-model.h>
#include <ns3/double.h>
#include <ns3/gauss-markov-mobility-model.h>
#include <ns3/object-factory.h>
#include <ns3/pointer.h>
#include <ns3/position-allocator.h>
#include <ns3/random-variable-stream.h>
#include <ns3/random-waypoint-mobility-model.h>

#include <algorithm>
#include <cmath>

#include "channel-models/motion/given_paths.h"
#include "channel-models/motion/ns2_file.h"
#include "channel-models/motion/placement.h"
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

using Starts = std::vector<ns3::Vector>;

Starts laid_out(const LinkOptions& options) { return place(options).positions; }

// Robots that each have a model of their own, at their starts.
template <Ptr<MobilityModel> (*make)(const LinkOptions&, double half_side_m)>
void each_its_own(const ns3::NodeContainer& robots, const LinkOptions& options) {
  const Places places = place(options);
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
    const Ptr<MobilityModel> model = make(options, places.half_side_m);
    model->SetPosition(places.positions[i]);
    model->AssignStreams(kMobilityStreams + kMobilityStreamsEach * i);
    robots.Get(i)->AggregateObject(model);
  }
}

Ptr<MobilityModel> stay(const LinkOptions&, double) {
  return CreateObject<ns3::ConstantPositionMobilityModel>();
}

// Each robot has an allocator of its own: a shared one would hand out goals in the order of
// arrival.
Ptr<MobilityModel> random_waypoint(const LinkOptions& options, double half_side_m) {
  const MobilityOptions& mobility = options.mobility;
  const auto& [x, y] = options.placement.access_point_m;
  const auto goals = CreateObjectWithAttributes<ns3::RandomRectanglePositionAllocator>(
      "X", PointerValue(uniform(x - half_side_m, x + half_side_m)), "Y",
      PointerValue(uniform(y - half_side_m, y + half_side_m)), "Z",
      DoubleValue(options.placement.height_m));
  return CreateObjectWithAttributes<ns3::RandomWaypointMobilityModel>(
      "Speed", PointerValue(uniform(mobility.speed_min_mps, mobility.speed_max_mps)), "Pause",
      PointerValue(uniform(mobility.pause_s, mobility.pause_s)), "PositionAllocator",
      PointerValue(goals));
}

Ptr<ns3::NormalRandomVariable> normal(double deviation) {
  return CreateObjectWithAttributes<ns3::NormalRandomVariable>("Mean", DoubleValue(0), "Variance",
                                                               DoubleValue(deviation * deviation),
                                                               "Bound", DoubleValue(3 * deviation));
}

// Speeds scatter so that nearly all are between the two given.
double speed_deviation_mps(const MobilityOptions& options) {
  return (options.speed_max_mps - options.speed_min_mps) / 4;
}

Ptr<MobilityModel> gauss_markov(const LinkOptions& options, double half_side_m) {
  const MobilityOptions& mobility = options.mobility;
  const auto& [x, y] = options.placement.access_point_m;
  const double height_m = options.placement.height_m;
  const double mean_mps = (mobility.speed_min_mps + mobility.speed_max_mps) / 2;
  return CreateObjectWithAttributes<ns3::GaussMarkovMobilityModel>(
      "Bounds",
      ns3::BoxValue(
          {x - half_side_m, x + half_side_m, y - half_side_m, y + half_side_m, height_m, height_m}),
      "TimeStep", ns3::TimeValue(ns3::Seconds(mobility.step_s)), "Alpha",
      DoubleValue(mobility.memory), "MeanVelocity", PointerValue(uniform(mean_mps, mean_mps)),
      "MeanDirection", PointerValue(uniform(0, 2 * M_PI)), "MeanPitch", PointerValue(uniform(0, 0)),
      "NormalVelocity", PointerValue(normal(speed_deviation_mps(mobility))), "NormalDirection",
      PointerValue(normal(mobility.turn_rad)), "NormalPitch", PointerValue(normal(0)));
}

template <std::vector<Path> (*paths)(const LinkOptions&)>
void on_rails(const ns3::NodeContainer& robots, const LinkOptions& options) {
  const std::vector<Path> all = paths(options);
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
    robots.Get(i)->AggregateObject(CreateObject<PathMobilityModel>(all[i]));
  }
}

template <std::vector<Path> (*paths)(const LinkOptions&)>
Starts at_first(const LinkOptions& options) {
  Starts starts;
  for (const Path& path : paths(options)) starts.push_back(path.at(0));
  return starts;
}

template <std::vector<Path> (*paths)(const LinkOptions&)>
double fastest_of(const LinkOptions& options) {
  double fastest = 0;
  for (const Path& path : paths(options)) fastest = std::max(fastest, path.fastest_mps());
  return fastest;
}

double standing(const LinkOptions&) { return 0; }
double walking(const LinkOptions& options) { return options.mobility.speed_max_mps; }
double wandering(const LinkOptions& options) {
  return options.mobility.speed_max_mps + speed_deviation_mps(options.mobility);
}

std::vector<Path> not_known(const LinkOptions&) { return {}; }

void check_layout(const LinkOptions& options) { place(options); }

void check_walk(const LinkOptions& options) {
  check_speeds(options.mobility);
  if (!(place(options).half_side_m > 0)) {
    throw OptionError({"mobility.model", "placement.layout"},
                      "mobility.model: \"" + options.mobility.model +
                          "\" has no room: every robot is placed at the access point");
  }
}

// ns-3 looks at the square's edges once a step: who would be beyond one at the end of a step turns
// back instead, and has to be inside then.
void check_wandering(const LinkOptions& options) {
  check_walk(options);
  const double step_m = options.mobility.step_s * wandering(options);
  const double half_side_m = place(options).half_side_m;
  if (step_m <= half_side_m) return;
  char text[200];
  std::snprintf(
      text, sizeof text,
      "mobility.step_s: in one step a robot goes up to %g m, and the square is %g m wide; "
      "expected at most half of it",
      step_m, 2 * half_side_m);
  throw OptionError({"mobility.step_s", "mobility.speed_max_mps", "placement.radius_m",
                     "placement.spacing_m", "mobility.model"},
                    text);
}

template <std::vector<Path> (*paths)(const LinkOptions&)>
void check_paths(const LinkOptions& options) {
  paths(options);
}

struct Mobility {
  void (*check)(const LinkOptions& options);
  void (*move)(const ns3::NodeContainer& robots, const LinkOptions& options);
  Starts (*starts)(const LinkOptions& options);
  double (*fastest_mps)(const LinkOptions& options);
  std::vector<Path> (*paths)(const LinkOptions& options);
};

const Table<Mobility>& table() {
  static const Table<Mobility> mobilities = {
      {"static",
       "robots stay where they are",
       {check_layout, each_its_own<stay>, laid_out, standing, not_known}},
      {"random-waypoint",
       "straight to a random point of the square around the placement, a pause, and on",
       {check_walk, each_its_own<random_waypoint>, laid_out, walking, not_known}},
      {"gauss-markov",
       "wander about the square around the placement, speed and direction changing by and by",
       {check_wandering, each_its_own<gauss_markov>, laid_out, wandering, not_known}},
      {"patrol",
       "round and round loops_m, which say where robots start",
       {check_paths<patrols>, on_rails<patrols>, at_first<patrols>, fastest_of<patrols>, patrols}},
      {"waypoints",
       "as a log of a robot's says: file, a table with columns robot, t_s, x_m, y_m",
       {check_paths<waypoints>, on_rails<waypoints>, at_first<waypoints>, fastest_of<waypoints>,
        waypoints}},
      {"ns2",
       "as a movement file of ns-2's says",
       {check_paths<ns2_paths>, on_rails<ns2_paths>, at_first<ns2_paths>, fastest_of<ns2_paths>,
        ns2_paths}},
  };
  return mobilities;
}

Mobility mobility(const LinkOptions& options) {
  return look_up(table(), "mobility.model", options.mobility.model);
}

std::vector<Ptr<PathMobilityModel>> paths_of(const ns3::NodeContainer& robots) {
  std::vector<Ptr<PathMobilityModel>> all;
  for (std::uint32_t i = 0; i < robots.GetN(); ++i) {
    const auto model = robots.Get(i)->GetObject<MobilityModel>();
    if (const auto path = ns3::DynamicCast<PathMobilityModel>(model)) all.push_back(path);
  }
  return all;
}

}  // namespace

Words mobilities() { return words_of(table()); }

void check_mobility(const LinkOptions& options) { mobility(options).check(options); }

void set_moving(const ns3::NodeContainer& robots, const LinkOptions& options) {
  mobility(options).move(robots, options);
}

void wait_on_paths(const ns3::NodeContainer& robots) {
  for (const Ptr<PathMobilityModel>& path : paths_of(robots)) path->wait();
}

void begin_paths(const ns3::NodeContainer& robots) {
  for (const Ptr<PathMobilityModel>& path : paths_of(robots)) path->begin();
}

std::vector<ns3::Vector> starts(const LinkOptions& options) {
  return mobility(options).starts(options);
}

std::vector<Path> known_paths(const LinkOptions& options) {
  return mobility(options).paths(options);
}

bool stands_still(const MobilityOptions& options) { return options.model == "static"; }

double fastest_mps(const LinkOptions& options) { return mobility(options).fastest_mps(options); }

}  // namespace gradwave::channel
