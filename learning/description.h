// SPDX-License-Identifier: GPL-2.0-only
// What can be known or refused before a run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "learning/options.h"

namespace gradwave::learning {

// What can be known of a run before any gradient is computed.
struct Description {
  std::int64_t model_size = 0;  // d, parameters
  std::int64_t train_samples = 0;
  std::int64_t test_samples = 0;
  double forward_macs = 0;         // multiply-adds of one sample's forward pass, from the layers
  std::int64_t k = 0;              // k of the budget K = k T; d for sparsifier "none"
  std::string device;              // what the learning runs on: "cpu", "cuda:0"
  std::string inputs;              // hash of what it reads, data and network (data/content.h); of a
                                   // learner's own description empty
  std::vector<std::string> notes;  // what the scenario's author should know: one sentence each

  // A pixel p of channel c enters the model as (p / 255 - data_mean[c]) / data_deviation[c]; both
  // are empty where only decoding all images would tell. A learner's own description has them.
  std::vector<double> data_mean, data_deviation;
  // Training samples of each worker by class, [M][classes].
  std::vector<std::vector<std::int64_t>> class_counts;
  std::int64_t image_floats = 0;  // channels x height x width of an image
  // Operators of a forward pass that each worker takes alone; 0 where several share a pass.
  std::int64_t forward_operators = 0;
};

// Reads through the data (and so finds missing or truncated files) but keeps none of it, and
// rehearses; what has been rehearsed in this process and differs in sizes alone, no other time.
// Throws OptionError with a sentence for whatever in the options cannot be.
Description describe(const Options& options);

// Whether a pilot has to estimate t_hat.
bool needs_pilot(const Options& options);

// Takes one round and one evaluation of a few samples, as the run would: on its device, with its
// model, its method and some of the data set's images. Throws OptionError for what fails, as a
// user's network may in training alone. A loss that is not finite is no failure.
void rehearse(const Options& options);

}  // namespace gradwave::learning
