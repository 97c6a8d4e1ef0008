// SPDX-License-Identifier: GPL-2.0-only
// The server's half of a step: the sum of the sparse vectors that arrived and the union of their
// indices. In this machine's memory at a cost of the entries in them and not of d; on a GPU, which
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
  std::int64_t entries() const;  // in the union

  // weights [d] <- weights - scale * sum; the sum is zero and the union empty afterwards.
  void subtract_from(const at::Tensor& weights, double scale);

  const at::Tensor& dense() const { return sum_; }  // [d]
  void clear();

 private:
  at::Tensor sum_;                    // [d], zero outside the union
  at::Tensor present_;                // [d], bytes, 1 in the union
  std::vector<std::uint32_t> union_;  // in the order of arrival; stays empty on a GPU
};

}  // namespace gradwave::learning
