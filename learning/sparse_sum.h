// SPDX-License-Identifier: GPL-2.0-only
// The server's half of a step: the sum of the sparse vectors that arrived and the union of their
// indices, at a cost of the entries in them and not of d.
#pragma once

#include <cstdint>
#include <vector>

#include "learning/codec.h"

namespace gradwave::learning {

class SparseSum {
 public:
  explicit SparseSum(std::int64_t model_size);

  void add(const Sparse& sparse);
  std::int64_t entries() const;  // in the union

  // weights [d] <- weights - scale * sum; the sum is zero and the union empty afterwards.
  void subtract_from(std::vector<float>& weights, float scale);

  const std::vector<float>& dense() const { return sum_; }  // [d]
  void clear();

 private:
  std::vector<float> sum_;             // [d], zero outside the union
  std::vector<std::uint8_t> present_;  // [d], 1 in the union
  std::vector<std::uint32_t> union_;   // in the order of arrival
};

}  // namespace gradwave::learning
