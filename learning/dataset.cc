// SPDX-License-Identifier: GPL-2.0-only
#include "learning/dataset.h"

#include <stdexcept>
#include <string>

#include "learning/learner.h"
#include "learning/table.h"

namespace gradwave::learning {

Dataset load_mnist(const DataOptions& options);               // mnist.cc
DatasetShape inspect_mnist(const DataOptions& options);       // mnist.cc
Dataset load_procedural(const DataOptions& options);          // procedural.cc
DatasetShape inspect_procedural(const DataOptions& options);  // procedural.cc

namespace {

// Both see all there is; a loader may stop at options.train_samples and options.test_samples.
struct Source {
  DatasetShape (*inspect)(const DataOptions&);
  Dataset (*load)(const DataOptions&);
};

const std::vector<Entry<Source>>& table() {
  static const std::vector<Entry<Source>> entries = {
      {"procedural",
       "drawn by this program: 28 x 28 grey, 10 classes, 60,000 + 10,000",
       {inspect_procedural, load_procedural}},
      {"mnist",
       "handwritten digits: 28 x 28 grey, 10 classes, 60,000 + 10,000; from files",
       {inspect_mnist, load_mnist}},
  };
  return entries;
}

const Source& source(const DataOptions& options) {
  return look_up(table(), "data set", options.dataset);
}

// How many of `available` samples are wanted.
std::int64_t limited(std::int64_t wanted, std::int64_t available, const std::string& key) {
  if (wanted > available) {
    throw std::invalid_argument(key + " = " + std::to_string(wanted) + ", but there are only " +
                                std::to_string(available));
  }
  return wanted > 0 ? wanted : available;
}

void keep_first(Images& images, std::int64_t samples) {
  images.count = samples;
  images.data.resize(samples * images.pixels);
  images.labels.resize(samples);
}

}  // namespace

std::string to_string(const ImageShape& shape) {
  return std::to_string(shape.channels) + " x " + std::to_string(shape.height) + " x " +
         std::to_string(shape.width);
}

DatasetShape inspect_dataset(const DataOptions& options) {
  DatasetShape shape = source(options).inspect(options);
  shape.train_samples = limited(options.train_samples, shape.train_samples, "data.train_samples");
  shape.test_samples = limited(options.test_samples, shape.test_samples, "data.test_samples");
  return shape;
}

Dataset load_dataset(const DataOptions& options) {
  Dataset data = source(options).load(options);
  keep_first(data.train, limited(options.train_samples, data.train.count, "data.train_samples"));
  keep_first(data.test, limited(options.test_samples, data.test.count, "data.test_samples"));
  return data;
}

Words datasets() { return words_of(table()); }

}  // namespace gradwave::learning
