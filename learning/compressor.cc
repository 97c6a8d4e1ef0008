// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compressor.h"

#include <cassert>

namespace gradwave::learning {

Compressor::Compressor(std::int64_t model_size, bool error_compensation, double momentum_correction)
    : model_size_(model_size),
      beta_(static_cast<float>(momentum_correction)),
      memory_(error_compensation ? model_size : 0, 0.0F),
      momentum_(momentum_correction > 0 ? model_size : 0, 0.0F) {
  assert(error_compensation || momentum_.empty());
}

void Compressor::compress(const float* gradient, double learning_rate, std::int64_t k,
                          Sparsifier& sparsifier, Random& random, Sparse& sent) {
  if (memory_.empty()) {
    sparsifier.select(gradient, model_size_, k, random, sent);
    return;
  }
  if (!momentum_.empty()) {
    for (std::int64_t j = 0; j < model_size_; ++j) {
      momentum_[j] = beta_ * momentum_[j] + gradient[j];
    }
    gradient = momentum_.data();
  }
  // m becomes g in place, and m again once the sent entries are gone.
  sparsifier.accumulate_and_select(gradient, static_cast<float>(learning_rate), memory_.data(),
                                   model_size_, k, random, sent);
  for (const std::uint32_t index : sent.indices) memory_[index] = 0;
  if (momentum_.empty()) return;
  for (const std::uint32_t index : sent.indices) momentum_[index] = 0;
}

void Compressor::take_back(const Sparse& lost) {
  if (memory_.empty()) return;
  for (std::size_t i = 0; i < lost.indices.size(); ++i) memory_[lost.indices[i]] += lost.values[i];
}

}  // namespace gradwave::learning
