// SPDX-License-Identifier: GPL-2.0-only
// The server's half of a round: the sum of the sparse vectors that arrived, and the union of their
// indices. In this machine's memory at a cost of the entries in them and of d bits; on a GPU, which
// reads d floats sooner than it hears of the entries, at a cost of d.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "learning/compression/codec.h"

namespace gradwave::learning {

class SparseSum {
 public:
  SparseSum(std::int64_t model_size, const at::Device& device);

  void add(const Sparse& sparse);

  // Moves the sum to `out`, whose capacity is kept: the entries of the union, or all d of them.
  // It is zero and the union empty afterwards.
  void take_union(Sparse& out);
  void take_all(Sparse& out);

 private:
  void clear();

  at::Tensor sum_;                      // [d], zero outside the union
  std::vector<std::uint64_t> present_;  // a bit for each entry, 1 in the union; empty on a GPU
  at::Tensor present_on_device_;        // [d], bytes, likewise; undefined in this machine's memory
};

}  // namespace gradwave::learning
