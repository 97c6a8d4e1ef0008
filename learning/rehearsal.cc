// SPDX-License-Identifier: GPL-2.0-only
// One round and one evaluation by the learner itself, with fewer workers and samples than the run
// has. The images are a few of the data set, normalised as in training: a network may depend on
// what values its pixels have.
#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "learning/data/dataset.h"
#include "learning/describe.h"
#include "learning/gossip_learner.h"
#include "learning/learner.h"
#include "learning/runtime/device.h"
#include "learning/runtime/torch_runtime.h"

namespace gradwave::learning {
namespace {

constexpr std::int64_t kWorkers = 2, kBatch = 2;  // at most

// `count` of them, again from the first where they are fewer.
Images repeated(const Images& examples, std::int64_t count) {
  Images images;
  images.owners = examples.owners;
  for (std::int64_t i = 0; i < count; ++i) {
    images.images.push_back(examples.images[i % examples.count()]);
    images.labels.push_back(examples.labels[i % examples.count()]);
  }
  return images;
}

// As many test images as an evaluation takes last: one alone may be what a network cannot have.
std::int64_t evaluated_last(std::int64_t test_samples) {
  return test_samples % kEvaluatedTogether == 1 ? 1 : std::min<std::int64_t>(test_samples, 2);
}

Dataset small(const DatasetShape& shape, const TrainingOptions& training) {
  Dataset data;
  data.classes = shape.classes;
  data.image = shape.image;
  data.normalisation = shape.normalisation;
  data.train = repeated(shape.train_examples, training.workers * training.batch);
  data.test = repeated(shape.test_examples, evaluated_last(shape.test_samples));
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
    Dataset data = small(shape, options.training);
    options.gossip.enabled ? rehearse_gossip(options, std::move(data))
                           : rehearse_server(options, std::move(data));
  } catch (const std::invalid_argument&) {
    throw;
  } catch (const std::exception& error) {
    throw OptionError({"model.architecture", "host.device"},
                      std::string("a first round on a few images fails: ") + error.what());
  }
}

void rehearse_on(const Options& options, const DatasetShape& shape) {
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

DatasetShape with_examples(DatasetShape shape, const Dataset& data) {
  shape.normalisation = data.normalisation;
  shape.train_examples = examples_of(data.train);
  shape.test_examples = examples_of(data.test);
  return shape;
}

}  // namespace

// Of a folder of images, a few decoded ones will do, and their own mean and deviation, unless the
// network fails on them: only all images have the normalisation that it is trained with.
void rehearse(const Options& options, const DatasetShape& shape) {
  if (shape.train_examples.count() > 0) {
    rehearse_on(options, shape);
    return;
  }
  constexpr std::int64_t kFew = 8;
  DataOptions few = options.data;
  few.train_samples = std::min(kFew, shape.train_samples);
  few.test_samples = std::min(kFew, shape.test_samples);
  try {
    rehearse_on(options, with_examples(shape, load_dataset(few)));
  } catch (const OptionError&) {
    rehearse_on(options, with_examples(shape, load_dataset(options.data)));
  }
}

void rehearse(const Options& options) { rehearse(options, inspect_dataset(options.data)); }

}  // namespace gradwave::learning
