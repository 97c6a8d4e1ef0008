// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compressor.h"

namespace gradwave::learning {

Compressor::Compressor(std::int64_t model_size, bool error_compensation, double learning_rate)
    : model_size_(model_size),
      learning_rate_(static_cast<float>(learning_rate)),
      memory_(error_compensation ? model_size : 0, 0.0F) {}

void Compressor::compress(const float* gradient, std::int64_t k, Sparsifier& sparsifier,
                          Random& random, Sparse& sent) {
  if (memory_.empty()) {
    sparsifier.select(gradient, model_size_, k, random, sent);
    return;
  }
  // m becomes g in place, and m again once the sent entries are gone.
  sparsifier.accumulate_and_select(gradient, learning_rate_, memory_.data(), model_size_, k, random,
                                   sent);
  for (const std::uint32_t index : sent.indices) memory_[index] = 0;
}

void Compressor::take_back(const Sparse& lost) {
  if (memory_.empty()) return;
  for (std::size_t i = 0; i < lost.indices.size(); ++i) memory_[lost.indices[i]] += lost.values[i];
}

}  // namespace gradwave::learning
