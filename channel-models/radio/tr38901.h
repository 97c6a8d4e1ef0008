// SPDX-License-Identifier: GPL-2.0-only
// The deployments of TR 38.901 as places that robots walk through: a path is in line of sight or
// not, with the probability that Table 7.4.2-1 gives at its length, and is shadowed
// (Table 7.4.1-1), both by fields over the places of its ends that change with the distance moved
// (Tables 7.5-6 and 7.6.3.1-2), never with time: a robot that stands keeps its state, and one that
// returns finds it again, whatever is sent meanwhile. Losses over distance are ns-3's own; those of
// indoor factories, which it lacks, are in indoor_factory.h. No distance or height gives less loss
// than the formula does with a line of sight at the least distance of its range. All stand
// outdoors, or all indoors: no path goes through a wall.
#pragma once

#include <ns3/propagation-loss-model.h>

#include <string>

#include "channel-models/options.h"

namespace gradwave::channel {

Words deployments();

// Whether a path loss of the scenario is one of them.
bool is_deployment(const std::string& path_loss);

// Throws OptionError for clutter that the hall does not have, or heights at which the model does
// not hold.
void check_deployment(const RadioOptions& options, const PlacementOptions& placement);

// What the deployment expects of a robot's height that is outside its range, or "".
std::string deployment_height_fault(const RadioOptions& options, double height_m,
                                    double station_height_m);

// The distances at which the model holds (Table 7.4.1-1), from the station on the ground, or, of
// indoor ones, from antenna to antenna.
struct DistanceRange {
  double least_m, most_m;
  bool on_ground;
};
DistanceRange deployment_range(const RadioOptions& options);

// Probability of a line of sight between ends that are `distance_m` apart on the ground.
double line_of_sight_probability(const RadioOptions& options, double distance_m, double high_m,
                                 double low_m);

ns3::Ptr<ns3::PropagationLossModel> make_deployment(const RadioOptions& options,
                                                    double frequency_hz);

}  // namespace gradwave::channel
