// SPDX-License-Identifier: GPL-2.0-only
#include "learning/sparse_sum.h"

namespace gradwave::learning {

SparseSum::SparseSum(std::int64_t model_size) : sum_(model_size, 0.0F), present_(model_size, 0) {}

void SparseSum::add(const Sparse& sparse) {
  for (std::size_t i = 0; i < sparse.indices.size(); ++i) {
    const std::uint32_t index = sparse.indices[i];
    sum_[index] += sparse.values[i];
    if (present_[index] == 0) union_.push_back(index);
    present_[index] = 1;
  }
}

std::int64_t SparseSum::entries() const { return static_cast<std::int64_t>(union_.size()); }

void SparseSum::subtract_from(std::vector<float>& weights, float scale) {
  for (const std::uint32_t index : union_) weights[index] -= scale * sum_[index];
  clear();
}

void SparseSum::clear() {
  for (const std::uint32_t index : union_) {
    sum_[index] = 0;
    present_[index] = 0;
  }
  union_.clear();
}

}  // namespace gradwave::learning
