// SPDX-License-Identifier: GPL-2.0-only
// C_k: which k of d entries a worker sends. A new sparsifier is one file that defines a Sparsifier
// and one line in the table of sparsifier.cc.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "learning/compression/codec.h"
#include "learning/runtime/random.h"

namespace gradwave::learning {

class Sparsifier {
 public:
  virtual ~Sparsifier() = default;

  // Writes the k entries of `vector` [d] that are sent, indices ascending; 1 <= k <= d. `random` is
  // this worker's own stream for this round. Deterministic: ties are broken towards lower indices.
  virtual void select(const at::Tensor& vector, std::int64_t k, Random& random, Sparse& out) = 0;

  // The same of g = memory + scale * gradient [d], which takes memory's place. In two passes,
  // unless a sparsifier knows how to do it in one.
  virtual void accumulate_and_select(const at::Tensor& gradient, float scale,
                                     const at::Tensor& memory, std::int64_t k, Random& random,
                                     Sparse& out);
};

// Throws OptionError for a name that is not in sparsifiers() (words.h).
std::unique_ptr<Sparsifier> make_sparsifier(const std::string& name);

}  // namespace gradwave::learning
