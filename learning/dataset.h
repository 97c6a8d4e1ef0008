// SPDX-License-Identifier: GPL-2.0-only
// Labelled images in memory as bytes, one byte a pixel; they become floats only when a batch is
// gathered. A new data set is one file with a loader and one line in dataset.cc's table.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "learning/options.h"

namespace gradwave::learning {

struct ImageShape {
  std::int64_t channels = 1, height = 1, width = 1;

  std::int64_t pixels() const { return channels * height * width; }
};
std::string to_string(const ImageShape& shape);  // "3 x 32 x 32"

struct Images {
  std::int64_t count = 0;
  std::int64_t pixels = 0;           // per image: channels x height x width
  std::vector<std::uint8_t> data;    // [count, pixels]
  std::vector<std::uint8_t> labels;  // [count], 0..classes-1
};

struct Dataset {
  std::int64_t classes = 0;
  ImageShape image;
  float mean = 0, deviation = 1;  // a pixel p enters the model as (p/255 - mean) / deviation
  Images train, test;
};

// Sizes alone, after checking that the files are there, whole and of the right form.
struct DatasetShape {
  std::int64_t classes = 0;
  ImageShape image;
  std::int64_t train_samples = 0, test_samples = 0;
};

// Both throw std::invalid_argument naming file, what was found and what was expected.
DatasetShape inspect_dataset(const DataOptions& options);
Dataset load_dataset(const DataOptions& options);

// The sample indices of each worker, [M][...]: a partition of 0..count-1 (less a random few, where
// it does not divide), by options.partition "iid", "dirichlet" or "shards". Every worker gets at
// least one sample; throws std::invalid_argument where that cannot be.
std::vector<std::vector<std::int64_t>> partition(const DataOptions& options,
                                                 const std::vector<std::uint8_t>& labels,
                                                 std::int64_t classes, std::int64_t workers,
                                                 std::uint64_t seed);

}  // namespace gradwave::learning
