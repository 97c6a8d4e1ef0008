// SPDX-License-Identifier: GPL-2.0-only
// Labelled images in memory as bytes, one byte a pixel and channel, shared by all workers; they
// become floats only when a batch is gathered. A new data set is one file with a loader and one
// line in dataset.cc's table.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "learning/options.h"

namespace gradwave::learning {

struct ImageShape {
  std::int64_t channels = 1, height = 1, width = 1;

  std::int64_t pixels() const { return channels * height * width; }
};
inline bool operator==(const ImageShape& a, const ImageShape& b) {
  return a.channels == b.channels && a.height == b.height && a.width == b.width;
}
std::string to_string(const ImageShape& shape);  // "3 x 32 x 32"

using Label = std::uint16_t;

struct Images {
  std::vector<const std::uint8_t*> images;          // [count], each [channels, height, width]
  std::vector<Label> labels;                        // [count], 0..classes-1
  std::vector<std::shared_ptr<const void>> owners;  // of the memory in which the images lie

  std::int64_t count() const { return static_cast<std::int64_t>(images.size()); }

  // `count` images more, `stride` bytes apart from `first` on, in memory that `owner` keeps.
  void append(const std::uint8_t* first, std::int64_t stride, std::int64_t count,
              std::shared_ptr<const void> owner);
};

// A pixel p of a channel enters the model as (p / 255 - mean) / deviation.
struct Normalisation {
  float mean = 0, deviation = 1;
};

struct Dataset {
  std::int64_t classes = 0;
  ImageShape image;
  std::vector<Normalisation> normalisation;  // [channels]
  Images train, test;
};

// Sizes alone, after checking that the files are there, whole and of the right form.
struct DatasetShape {
  std::int64_t classes = 0;
  ImageShape image;
  std::int64_t train_samples = 0, test_samples = 0;
  std::vector<Label> train_labels = {};  // [train_samples]
  std::vector<std::string> notes = {};  // what the scenario's author should know: one sentence each
  std::string content = {};  // hash of what the files hold; of a folder of images, which are many,
                             // of their names, sizes and times; empty: there are none
  std::vector<Label> test_labels = {};             // [test_samples]
  std::vector<Normalisation> normalisation = {};   // empty if only decoding all images would tell
  Images train_examples = {}, test_examples = {};  // a few of each, for rehearsals
};

DatasetShape shape_of(const Dataset& data);

// Both throw OptionError naming file, what was found and what was expected.
DatasetShape inspect_dataset(const DataOptions& options);
Dataset load_dataset(const DataOptions& options);

// For loaders that read everything to know it: all that a DatasetShape has, of all samples; the
// normalisation, where it is to be measured, of those that the options use.
DatasetShape inspected(const Dataset& data, const DataOptions& options);

// A few images from all over these, with their labels.
Images examples_of(const Images& images);

// Sentences on the classes of which the first `used` of these labels have no sample: one on those
// that `key` (data.train_samples, say) leaves out, one on those that the set itself lacks. `which`
// is "training" or "test".
std::vector<std::string> class_notes(const std::vector<Label>& labels, std::int64_t used,
                                     std::int64_t classes, const std::string& key,
                                     const std::string& which);

// For loaders. Where the files of data.dataset are: data.path, or else the folder called
// `usual_name` in data.folder. Throws OptionError if neither is set.
std::filesystem::path location(const DataOptions& options, const std::string& usual_name);

// The mean and deviation of each channel over all `images`, which may not be empty.
std::vector<Normalisation> measure_normalisation(const Images& images, const ImageShape& shape);

// The sample indices of each worker, [M][...]: a partition of 0..count-1 (less a random few, where
// it does not divide), by options.partition "iid", "dirichlet" or "shards". Every worker gets at
// least one sample; throws OptionError where that cannot be.
std::vector<std::vector<std::int64_t>> partition(const DataOptions& options,
                                                 const std::vector<Label>& labels,
                                                 std::int64_t classes, std::int64_t workers,
                                                 std::uint64_t seed);

// Whether every worker's samples are drawn alike.
bool is_identically_distributed(const DataOptions& options);

// Sentences on the samples that partition() leaves out of these data, if any: how many, and of
// which classes where that is not chance.
std::vector<std::string> partition_notes(const DataOptions& options, const DatasetShape& shape,
                                         std::int64_t workers);

}  // namespace gradwave::learning
