// SPDX-License-Identifier: GPL-2.0-only
// The deployments of TR 38.901 as places that robots walk through: a path is in line of sight or
// not, with the probability that Table 7.4.2-1 gives at its length, and is shadowed
// (Table 7.4.1-1), both by fields over the places of its ends that change with the distance moved
// (Tables 7.5-6 and 7.6.3.1-2), never with time: a robot that stands keeps its state, and one that
// returns finds it again, whatever is sent meanwhile. Losses over distance are ns-3's own; those of
// indoor factories, which it lacks, are in indoor_factory.h. All stand outdoors, or all indoors: no
// path goes through a wall.
#pragma once

#include <ns3/propagation-loss-model.h>

#include "channel-models/options.h"

namespace gradwave::channel {

Words deployments();

// Whether a path loss of the scenario is one of them.
bool is_deployment(const std::string& path_loss);

// Throws OptionError for clutter that the hall does not have, or heights at which the model does
// not hold.
void check_deployment(const RadioOptions& options, const PlacementOptions& placement);

// Probability of a line of sight between ends that are `distance_m` apart on the ground.
double line_of_sight_probability(const RadioOptions& options, double distance_m, double high_m,
                                 double low_m);

ns3::Ptr<ns3::PropagationLossModel> make_deployment(const RadioOptions& options,
                                                    double frequency_hz);

}  // namespace gradwave::channel
