// SPDX-License-Identifier: GPL-2.0-only
#include "learning/sampling.h"

#include <boost/random/uniform_int_distribution.hpp>
#include <cassert>
#include <utility>

namespace gradwave::learning {

PixelValues pixel_values(const Dataset& dataset) {
  PixelValues values{};
  for (std::size_t pixel = 0; pixel < values.size(); ++pixel) {
    values[pixel] = (static_cast<float>(pixel) / 255 - dataset.mean) / dataset.deviation;
  }
  return values;
}

void normalise(const Images& images, std::int64_t sample, const PixelValues& values, float* out) {
  const std::uint8_t* pixels = images.data.data() + sample * images.pixels;
  for (std::int64_t i = 0; i < images.pixels; ++i) out[i] = values[pixels[i]];
}

Epochs::Epochs(std::vector<std::int64_t> samples, Random random)
    : samples_(std::move(samples)), random_(random) {
  assert(!samples_.empty());
}

std::int64_t Epochs::next() {
  if (position_ == samples_.size()) position_ = 0;
  // One step of Fisher and Yates' shuffle. It needs no sorted start, so an epoch goes on from the
  // order that the last one left.
  boost::random::uniform_int_distribution<std::size_t> remaining(position_, samples_.size() - 1);
  std::swap(samples_[position_], samples_[remaining(random_)]);
  return samples_[position_++];
}

BatchStream::BatchStream(const Dataset& dataset,
                         const std::vector<std::vector<std::int64_t>>& parts, std::int64_t batch,
                         std::uint64_t seed, std::string_view stream)
    : dataset_(&dataset), values_(pixel_values(dataset)), batch_(batch) {
  for (const auto& part : parts) {
    workers_.emplace_back(part, random_stream(seed, stream, {workers_.size()}));
  }
}

void BatchStream::next(Batches& out) {
  const Images& images = dataset_->train;
  out.workers = static_cast<std::int64_t>(workers_.size());
  out.batch = batch_;
  out.inputs.resize(out.workers * batch_ * images.pixels);
  out.labels.resize(out.workers * batch_);
  float* input = out.inputs.data();
  auto label = out.labels.begin();
  for (Epochs& worker : workers_) {
    for (std::int64_t i = 0; i < batch_; ++i, input += images.pixels) {
      const std::int64_t sample = worker.next();
      normalise(images, sample, values_, input);
      *label++ = images.labels[sample];
    }
  }
}

}  // namespace gradwave::learning
