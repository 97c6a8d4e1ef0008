// SPDX-License-Identifier: GPL-2.0-only
// One round and one evaluation by the learner itself, with fewer workers and samples than the run
// has and with noise in place of images, so that no data are read.
#include <ATen/ATen.h>

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "learning/data/dataset.h"
#include "learning/describe.h"
#include "learning/gossip_learner.h"
#include "learning/learner.h"
#include "learning/runtime/device.h"
#include "learning/runtime/random.h"
#include "learning/runtime/torch_runtime.h"

namespace gradwave::learning {
namespace {

constexpr std::int64_t kWorkers = 2, kBatch = 2;  // at most

Images noise(std::int64_t count, const DatasetShape& shape, Random& random) {
  boost::random::uniform_int_distribution<int> pixel(0, 255);
  const auto pixels = std::make_shared<std::vector<std::uint8_t>>(count * shape.image.pixels());
  for (std::uint8_t& each : *pixels) each = static_cast<std::uint8_t>(pixel(random));
  Images images;
  images.append(pixels->data(), shape.image.pixels(), count, pixels);
  for (std::int64_t i = 0; i < count; ++i) {
    images.labels.push_back(static_cast<Label>(i % shape.classes));
  }
  return images;
}

// As many test images as an evaluation takes last: one alone may be what a network cannot have.
std::int64_t evaluated_last(std::int64_t test_samples) {
  return test_samples % kEvaluatedTogether == 1 ? 1 : std::min<std::int64_t>(test_samples, 2);
}

Dataset made_up(const DatasetShape& shape, const TrainingOptions& training, std::uint64_t seed) {
  Random random = random_stream(seed, "rehearsal");
  Dataset data;
  data.classes = shape.classes;
  data.image = shape.image;
  data.normalisation.assign(shape.image.channels, {0.5F, 0.25F});
  data.train = noise(training.workers * training.batch, shape, random);
  data.test = noise(evaluated_last(shape.test_samples), shape, random);
  return data;
}

void rehearse_server(const Options& options, Dataset data) {
  Learner learner(options, std::move(data));
  std::vector<int> everybody(options.training.workers);
  std::iota(everybody.begin(), everybody.end(), 0);
  learner.plan(everybody);
  learner.apply(everybody);
  learner.evaluate();
}

void rehearse_gossip(const Options& options, Dataset data) {
  GossipLearner learner(options, std::move(data));
  learner.step();
  std::vector<Edge> edges;
  if (options.training.workers > 1) {
    edges = {{0, 1, 0.5}};
    for (const auto& [from, to] : {std::pair(0, 1), std::pair(1, 0)}) {
      learner.message(from, to);
      learner.hear(from, to);
    }
  }
  learner.mix(edges);
  learner.evaluate();
}

void rehearse_batch_of(std::int64_t batch, Options options, const DatasetShape& shape) {
  options.training.workers = std::min(options.training.workers, kWorkers);
  options.training.batch = batch;
  options.data.partition = "iid";
  if (needs_pilot(options)) options.compression.t_hat = 0;
  options.theory.pilot_rounds = 0;
  try {
    Dataset data = made_up(shape, options.training, options.seed);
    options.gossip.enabled ? rehearse_gossip(options, std::move(data))
                           : rehearse_server(options, std::move(data));
  } catch (const std::invalid_argument&) {
    throw;
  } catch (const std::exception& error) {
    throw OptionError({"model.architecture", "host.device"},
                      std::string("a first round on made-up images fails: ") + error.what());
  }
}

}  // namespace

void rehearse(const Options& options, const DatasetShape& shape) {
  // Those of a learner, which may be under way in this process.
  const KeptNumbers kept(device_of(options.host.device));
  const std::int64_t batch = std::min(options.training.batch, kBatch);
  try {
    rehearse_batch_of(batch, options, shape);
  } catch (const OptionError& error) {
    if (batch > 1) throw;
    try {
      rehearse_batch_of(2, options, shape);
    } catch (const std::exception&) {
      throw error;  // the batch is not to blame
    }
    throw OptionError({"training.batch", "model.file"},
                      std::string("training.batch = 1 is too small, 2 would do: ") + error.what());
  }
}

void rehearse(const Options& options) { rehearse(options, inspect_dataset(options.data)); }

}  // namespace gradwave::learning
