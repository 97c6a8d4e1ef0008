// SPDX-License-Identifier: GPL-2.0-only
// From images to what the workers train on, round after round.
//
// Every worker goes through its own part of the data in a new random order each epoch, no sample
// twice before all were seen once; where an epoch ends inside a batch, the next fills it up. Its
// order is a stream of its own, and so is its augmentation, so that what a round sees depends on
// seed, worker and round alone, never on the compression.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "learning/data/batches.h"
#include "learning/data/dataset.h"
#include "learning/runtime/checkpoint.h"

namespace gradwave::learning {

// How training images are varied from one epoch to the next.
enum class Augmentation {
  kNone,
  kCropFlip,  // moved by up to four pixels each way, black coming in, and mirrored half the time
};

// Throws std::invalid_argument for a word that is not in augmentations() (words.h).
Augmentation augmentation(const std::string& word);

struct Variation {
  std::int64_t down = 0, right = 0;  // pixels by which the image is moved
  bool mirrored = false;             // left to right, before that
};

// Writes an image to out [channels, height, width], as each channel's normalisation says.
void normalise(const std::uint8_t* image, const ImageShape& shape,
               const std::vector<Normalisation>& normalisation, float* out);
void normalise(const std::uint8_t* image, const ImageShape& shape,
               const std::vector<Normalisation>& normalisation, const Variation& variation,
               float* out);

// Those of `count` workers from `first` on: `all`, or a copy in `part`.
const Batches& of_workers(const Batches& all, std::int64_t first, std::int64_t count,
                          Batches& part);

// One worker's samples, in the order in which it sees them.
class Epochs {
 public:
  Epochs(std::vector<std::int64_t> samples, Random random);  // at least one sample
  std::int64_t next();
  void keep(const std::string& name, Keeper& keeper);

 private:
  std::vector<std::int64_t> samples_;  // those before position_ are this epoch's, in order
  std::int64_t position_ = 0;
  Random random_;
};

// The batches of all workers; a copy goes on from here as the original would.
class BatchStream {
 public:
  // `parts` [M] as partition() gives them. Keeps a reference to `dataset`.
  BatchStream(const Dataset& dataset, const std::vector<std::vector<std::int64_t>>& parts,
              std::int64_t batch, Augmentation augmentation, std::uint64_t seed,
              std::string_view stream);
  void next(Batches& out);  // out's capacity is kept
  void keep(const std::string& name, Keeper& keeper);

 private:
  struct Worker {
    Epochs epochs;
    Random variations;
  };

  const Dataset* dataset_;
  std::int64_t batch_;
  Augmentation augmentation_;
  std::vector<Worker> workers_;
  std::vector<std::int64_t> drawn_;  // scratch: a worker's samples of this round
};

}  // namespace gradwave::learning
