// SPDX-License-Identifier: GPL-2.0-only
#include "learning/data/dataset.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "learning/data/content.h"
#include "learning/data/file_bytes.h"
#include "learning/table.h"
#include "learning/words.h"

namespace gradwave::learning {

// Both see all there is; a loader may stop at options.train_samples and options.test_samples, and
// leaves the normalisation empty if it is to be measured.
using Inspect = DatasetShape(const DataOptions& options);
using Load = Dataset(const DataOptions& options);
Inspect inspect_procedural, inspect_mnist, inspect_fashion_mnist, inspect_cifar10, inspect_cifar100,
    inspect_folder;
Load load_procedural;                 // procedural.cc
Load load_mnist, load_fashion_mnist;  // mnist.cc
Load load_cifar10, load_cifar100;     // cifar.cc
Load load_folder;                     // image_folder.cc

namespace {

struct Source {
  Inspect* inspect;
  Load* load;
};

const std::vector<Entry<Source>>& table() {
  static const std::vector<Entry<Source>> entries = {
      {"procedural",
       "drawn by this program: 28 x 28 grey, 10 classes, 60,000 + 10,000",
       {inspect_procedural, load_procedural}},
      {"mnist",
       "MNIST, or with data.path any set in its form (KMNIST, EMNIST, QMNIST)",
       {inspect_mnist, load_mnist}},
      {"fashion-mnist",
       "Fashion-MNIST, in data.folder or from Debian's package dataset-fashion-mnist",
       {inspect_fashion_mnist, load_fashion_mnist}},
      {"cifar10",
       "CIFAR-10's binary files: 32 x 32 colour, 10 classes, 10,000 for each data_batch_N.bin + "
       "10,000",
       {inspect_cifar10, load_cifar10}},
      {"cifar100",
       "CIFAR-100's binary files: 32 x 32 colour, 100 classes, 50,000 + 10,000",
       {inspect_cifar100, load_cifar100}},
      {"folder",
       "your own PNG and JPEG images: data.path/train/CLASS/*, data.path/test/CLASS/*",
       {inspect_folder, load_folder}},
  };
  return entries;
}

Source source(const DataOptions& options) {
  const Source found = look_up(table(), "data set", options.dataset, "data.dataset");
  const auto refuse = [&](const std::string& key) {
    throw OptionError({key, "data.dataset"},
                      key + " is not used by data.dataset = \"" + options.dataset + "\"");
  };
  if (found.load == load_procedural && !options.path.empty()) refuse("data.path");
  if (found.load != load_folder && options.side != 0) refuse("data.side");
  return found;
}

// How many of `available` samples are wanted.
std::int64_t limited(std::int64_t wanted, std::int64_t available, const std::string& key) {
  if (wanted > available) {
    throw OptionError({key}, key + " = " + std::to_string(wanted) + ", but there are only " +
                                 std::to_string(available));
  }
  return wanted > 0 ? wanted : available;
}

struct Kept {
  DataOptions options;
  Dataset data;
  std::string content;  // of all there was, not only of the first options.train_samples
};

std::optional<Kept>& kept() {
  static std::optional<Kept> data;
  return data;
}

// What loading depends on.
auto loaded_part(const DataOptions& options) {
  return std::tie(options.dataset, options.folder, options.path, options.side,
                  options.train_samples, options.test_samples);
}

bool is_kept(const DataOptions& options) {
  return kept() && loaded_part(kept()->options) == loaded_part(options);
}

// Of files, of what was read of them; of a folder of images, which are not all read, of the
// listing, which has to be the same before and after; of drawn images, nothing.
std::pair<Dataset, std::string> load(const DataOptions& options) {
  const Source from = source(options);
  const std::string before = from.load == load_folder ? from.inspect(options).content : "";
  std::pair<Dataset, std::string> loaded = {from.load(options), before};
  if (from.load == load_folder) {
    if (from.inspect(options).content != before) {
      refuse_file(options.path, "was written to while it was read");
    }
  } else if (from.load != load_procedural) {
    loaded.second = content_of(loaded.first);
  }
  return loaded;
}

Dataset limited(Dataset data, const DataOptions& options);

void keep_first(Images& images, std::int64_t samples) {
  images.images.resize(samples);
  images.labels.resize(samples);
}

}  // namespace

std::string to_string(const ImageShape& shape) {
  return std::to_string(shape.channels) + " x " + std::to_string(shape.height) + " x " +
         std::to_string(shape.width);
}

void Images::append(const std::uint8_t* first, std::int64_t stride, std::int64_t count,
                    std::shared_ptr<const void> owner) {
  images.reserve(images.size() + count);
  for (std::int64_t i = 0; i < count; ++i) images.push_back(first + i * stride);
  owners.push_back(std::move(owner));
}

DatasetShape shape_of(const Dataset& data) {
  DatasetShape shape = {data.classes, data.image, data.train.count(), data.test.count(),
                        data.train.labels};
  shape.test_labels = data.test.labels;
  shape.normalisation = data.normalisation;
  shape.train_examples = examples_of(data.train);
  shape.test_examples = examples_of(data.test);
  return shape;
}

DatasetShape inspected(const Dataset& data, const DataOptions& options) {
  DatasetShape shape = shape_of(data);
  shape.content = content_of(data);
  if (shape.normalisation.empty()) {
    Images used = data.train;
    if (options.train_samples > 0 && options.train_samples < used.count()) {
      keep_first(used, options.train_samples);
    }
    shape.normalisation = measure_normalisation(used, data.image);
  }
  return shape;
}

Images examples_of(const Images& images) {
  constexpr std::int64_t kMost = 8;
  Images some;
  some.owners = images.owners;
  const std::int64_t count = std::min(kMost, images.count());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t at = i * images.count() / count;
    some.images.push_back(images.images[at]);
    some.labels.push_back(images.labels[at]);
  }
  return some;
}

DatasetShape inspect_dataset(const DataOptions& options) {
  DatasetShape shape = source(options).inspect(options);
  const auto use = [&](std::vector<Label>& labels, std::int64_t& samples, std::int64_t wanted,
                       const std::string& key, const std::string& which) {
    samples = limited(wanted, samples, key);
    for (std::string& note : class_notes(labels, samples, shape.classes, key, which)) {
      shape.notes.push_back(std::move(note));
    }
    labels.resize(samples);
  };
  use(shape.train_labels, shape.train_samples, options.train_samples, "data.train_samples",
      "training");
  use(shape.test_labels, shape.test_samples, options.test_samples, "data.test_samples", "test");
  return shape;
}

void keep_dataset(const DataOptions& options) {
  if (is_kept(options)) return;
  kept().reset();
  auto [data, content] = load(options);
  kept() = {options, limited(std::move(data), options), content};
}

std::string content_kept(const DataOptions& options) {
  keep_dataset(options);
  return kept()->content;
}

Dataset load_dataset(const DataOptions& options) {
  return is_kept(options) ? kept()->data : limited(source(options).load(options), options);
}

namespace {

Dataset limited(Dataset data, const DataOptions& options) {
  keep_first(data.train, limited(options.train_samples, data.train.count(), "data.train_samples"));
  keep_first(data.test, limited(options.test_samples, data.test.count(), "data.test_samples"));
  if (data.normalisation.empty()) {
    data.normalisation = measure_normalisation(data.train, data.image);
  }
  return data;
}

}  // namespace

std::filesystem::path location(const DataOptions& options, const std::string& usual_name) {
  if (!options.path.empty()) return options.path;
  if (!options.folder.empty()) return options.folder / usual_name;
  throw OptionError({"data.path", "data.folder", "data.dataset"},
                    "data.dataset = \"" + options.dataset +
                        "\" needs files: set data.path to where they are, or data.folder (or the "
                        "environment variable GRADWAVE_DATA) to the folder that holds " +
                        usual_name + "/");
}

// From the counts of each value, so that no rounding depends on the images' order.
std::vector<Normalisation> measure_normalisation(const Images& images, const ImageShape& shape) {
  const std::int64_t plane = shape.height * shape.width;
  std::vector<Normalisation> normalisation;
  for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
    std::array<std::int64_t, 256> counts = {};
    for (const std::uint8_t* image : images.images) {
      const std::uint8_t* pixels = image + channel * plane;
      for (std::int64_t i = 0; i < plane; ++i) ++counts[pixels[i]];
    }
    double sum = 0, squares = 0;
    for (std::size_t value = 0; value < counts.size(); ++value) {
      const double level = static_cast<double>(value) / 255,
                   count = static_cast<double>(counts[value]);
      sum += count * level;
      squares += count * level * level;
    }
    const double n = static_cast<double>(images.count() * plane), mean = sum / n;
    const double deviation = std::sqrt(std::max(0.0, squares / n - mean * mean));
    // A channel that is the same everywhere tells nothing, and stays at zero.
    normalisation.push_back(
        {static_cast<float>(mean), deviation > 0 ? static_cast<float>(deviation) : 1});
  }
  return normalisation;
}

Words datasets() { return words_of(table()); }

}  // namespace gradwave::learning
