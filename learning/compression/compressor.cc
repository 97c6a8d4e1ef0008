// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/compressor.h"

#include <ATen/ATen.h>

#include <cassert>

#include "learning/compression/sparse.h"

namespace gradwave::learning {

Compressor::Compressor(std::int64_t model_size, bool error_compensation, double momentum_correction,
                       const at::Device& device)
    : beta_(momentum_correction) {
  assert(error_compensation || momentum_correction == 0);
  if (error_compensation) memory_ = at::zeros({model_size}, device);
  if (momentum_correction > 0) momentum_ = at::zeros({model_size}, device);
}

void Compressor::compress(const at::Tensor& gradient, double learning_rate, std::int64_t k,
                          Sparsifier& sparsifier, Random& random, Sparse& sent) {
  if (!memory_.defined()) {
    sparsifier.select(gradient, k, random, sent);
    return;
  }
  if (momentum_.defined()) momentum_.mul_(beta_).add_(gradient);
  // m becomes g in place, and m again once the sent entries are gone.
  sparsifier.accumulate_and_select(momentum_.defined() ? momentum_ : gradient,
                                   static_cast<float>(learning_rate), memory_, k, random, sent);
  clear_at(memory_, sent);
  if (momentum_.defined()) clear_at(momentum_, sent);
}

void Compressor::take_back(const Sparse& lost) {
  if (memory_.defined()) add_at(memory_, lost);
}

void Compressor::keep(const std::string& name, Keeper& keeper) const {
  if (memory_.defined()) keeper.keep(name + "_memory", memory_);
  if (momentum_.defined()) keeper.keep(name + "_momentum", momentum_);
}

}  // namespace gradwave::learning
