// SPDX-License-Identifier: GPL-2.0-only
// From images to what the workers train on, round after round.
//
// Every worker goes through its own part of the data in a new random order each epoch, no sample
// twice before all were seen once; where an epoch ends inside a batch, the next fills it up. Its
// order is a stream of its own, so which samples a round sees depends on seed, worker and round
// alone, never on the compression.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "learning/dataset.h"
#include "learning/model.h"

namespace gradwave::learning {

// The float that enters the model for each value of a pixel.
using PixelValues = std::array<float, 256>;
PixelValues pixel_values(const Dataset& dataset);

// Writes image `sample` to out [pixels].
void normalise(const Images& images, std::int64_t sample, const PixelValues& values, float* out);

// One worker's samples, in the order in which it sees them.
class Epochs {
 public:
  Epochs(std::vector<std::int64_t> samples, Random random);  // at least one sample
  std::int64_t next();

 private:
  std::vector<std::int64_t> samples_;  // those before position_ are this epoch's, in order
  std::size_t position_ = 0;
  Random random_;
};

// The batches of all workers; a copy goes on from here as the original would.
class BatchStream {
 public:
  // `parts` [M] as partition() gives them. Keeps a reference to `dataset`.
  BatchStream(const Dataset& dataset, const std::vector<std::vector<std::int64_t>>& parts,
              std::int64_t batch, std::uint64_t seed, std::string_view stream);
  void next(Batches& out);  // out's capacity is kept

 private:
  const Dataset* dataset_;
  PixelValues values_;
  std::int64_t batch_;
  std::vector<Epochs> workers_;
};

}  // namespace gradwave::learning
