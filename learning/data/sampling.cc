// SPDX-License-Identifier: GPL-2.0-only
#include "learning/data/sampling.h"

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <cassert>
#include <string>
#include <utility>

#include "learning/table.h"
#include "learning/words.h"

namespace gradwave::learning {
namespace {

const std::vector<Entry<Augmentation>>& augmentation_table() {
  static const std::vector<Entry<Augmentation>> entries = {
      {"none", "images as they are", Augmentation::kNone},
      {"crop-flip", "moved by up to 4 pixels each way, and mirrored half the time",
       Augmentation::kCropFlip},
  };
  return entries;
}

// (p / 255 - mean) / deviation as one multiplication and one addition.
struct Line {
  float slope, start;

  explicit Line(const Normalisation& normalisation)
      : slope(1 / (255 * normalisation.deviation)),
        start(-normalisation.mean / normalisation.deviation) {}
  float at(std::uint8_t pixel) const { return slope * static_cast<float>(pixel) + start; }
};

Variation draw(Random& random) {
  boost::random::uniform_int_distribution<std::int64_t> shift(-4, 4), coin(0, 1);
  Variation variation;
  variation.down = shift(random);
  variation.right = shift(random);
  variation.mirrored = coin(random) == 1;
  return variation;
}

}  // namespace

Augmentation augmentation(const std::string& word) {
  return look_up(augmentation_table(), "augmentation", word, "data.augmentation");
}

Words augmentations() { return words_of(augmentation_table()); }

void normalise(const std::uint8_t* image, const ImageShape& shape,
               const std::vector<Normalisation>& normalisation, float* out) {
  const std::int64_t pixels = shape.height * shape.width;
  for (const Normalisation& of_channel : normalisation) {
    const Line line(of_channel);
    for (std::int64_t i = 0; i < pixels; ++i) out[i] = line.at(image[i]);
    image += pixels;
    out += pixels;
  }
}

void normalise(const std::uint8_t* image, const ImageShape& shape,
               const std::vector<Normalisation>& normalisation, const Variation& variation,
               float* out) {
  const std::int64_t width = shape.width, height = shape.height;
  // The columns that the image still has after it moved.
  const std::int64_t first = std::clamp<std::int64_t>(variation.right, 0, width);
  const std::int64_t last = std::clamp<std::int64_t>(width + variation.right, 0, width);
  for (const Normalisation& of_channel : normalisation) {
    const Line line(of_channel);
    for (std::int64_t y = 0; y < height; ++y, out += width) {
      const std::int64_t from = y - variation.down;
      std::fill_n(out, width, line.at(0));
      if (from < 0 || from >= height) continue;
      const std::uint8_t* row = image + from * width;
      for (std::int64_t x = first; x < last; ++x) {
        const std::int64_t column = x - variation.right;
        out[x] = line.at(row[variation.mirrored ? width - 1 - column : column]);
      }
    }
    image += height * width;
  }
}

const Batches& of_workers(const Batches& all, std::int64_t first, std::int64_t count,
                          Batches& part) {
  if (count == all.workers) return all;
  const auto rows = [&](const auto& from, auto& to) {
    const auto row = static_cast<std::int64_t>(from.size()) / all.workers;
    to.assign(from.begin() + first * row, from.begin() + (first + count) * row);
  };
  part.workers = count;
  part.batch = all.batch;
  rows(all.inputs, part.inputs);
  rows(all.labels, part.labels);
  return part;
}

Epochs::Epochs(std::vector<std::int64_t> samples, Random random)
    : samples_(std::move(samples)), random_(random) {
  assert(!samples_.empty());
}

std::int64_t Epochs::next() {
  const auto size = static_cast<std::int64_t>(samples_.size());
  if (position_ == size) position_ = 0;
  // One step of Fisher and Yates' shuffle. It needs no sorted start, so an epoch goes on from the
  // order that the last one left.
  boost::random::uniform_int_distribution<std::int64_t> remaining(position_, size - 1);
  std::swap(samples_[position_], samples_[remaining(random_)]);
  return samples_[position_++];
}

void Epochs::keep(const std::string& name, Keeper& keeper) {
  keeper.keep(name + "_samples", samples_);
  keeper.keep(name + "_position", position_);
  keeper.keep(name + "_random", random_);
}

BatchStream::BatchStream(const Dataset& dataset,
                         const std::vector<std::vector<std::int64_t>>& parts, std::int64_t batch,
                         Augmentation augmentation, std::uint64_t seed, std::string_view stream)
    : dataset_(&dataset), batch_(batch), augmentation_(augmentation) {
  const std::string variations = std::string(stream) + " augmentation";
  for (const auto& part : parts) {
    workers_.push_back({Epochs(part, random_stream(seed, stream, {workers_.size()})),
                        random_stream(seed, variations, {workers_.size()})});
  }
}

void BatchStream::keep(const std::string& name, Keeper& keeper) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const std::string of_worker = name + "_" + std::to_string(i);
    workers_[i].epochs.keep(of_worker, keeper);
    keeper.keep(of_worker + "_variations", workers_[i].variations);
  }
}

void BatchStream::next(Batches& out) {
  const Images& train = dataset_->train;
  const ImageShape& shape = dataset_->image;
  out.workers = static_cast<std::int64_t>(workers_.size());
  out.batch = batch_;
  out.inputs.resize(out.workers * batch_ * shape.pixels());
  out.labels.resize(out.workers * batch_);
  float* input = out.inputs.data();
  auto label = out.labels.begin();
  for (Worker& worker : workers_) {
    // Drawn first, so that the images are on their way from memory before they are read.
    drawn_.clear();
    for (std::int64_t i = 0; i < batch_; ++i) drawn_.push_back(worker.epochs.next());
    for (const std::int64_t sample : drawn_) {
      const std::uint8_t* const image = train.images[sample];
      for (std::int64_t line = 0; line < shape.pixels(); line += 64)
        __builtin_prefetch(image + line);
    }
    for (const std::int64_t sample : drawn_) {
      if (augmentation_ == Augmentation::kNone) {
        normalise(train.images[sample], shape, dataset_->normalisation, input);
      } else {
        normalise(train.images[sample], shape, dataset_->normalisation, draw(worker.variations),
                  input);
      }
      *label++ = train.labels[sample];
      input += shape.pixels();
    }
  }
}

}  // namespace gradwave::learning
