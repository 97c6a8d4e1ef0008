// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/sparse_sum.h"

#include <ATen/ATen.h>

#include "learning/compression/sparse.h"

namespace gradwave::learning {

SparseSum::SparseSum(std::int64_t model_size, const at::Device& device)
    : sum_(at::zeros({model_size}, device)),
      present_(at::zeros({model_size}, at::TensorOptions(device).dtype(at::kByte))) {}

void SparseSum::add(const Sparse& sparse) {
  if (!on_host(sum_)) {
    const at::Tensor indices = indices_of(sparse, sum_.device());
    sum_.index_add_(0, indices, view_of(sparse.values).to(sum_.device()));
    present_.index_fill_(0, indices, 1);
    return;
  }
  add_at(sum_, sparse);
  auto* const present = present_.data_ptr<std::uint8_t>();
  for (const std::uint32_t index : sparse.indices) {
    if (present[index] == 0) union_.push_back(index);
    present[index] = 1;
  }
}

std::int64_t SparseSum::entries() const {
  return on_host(sum_) ? static_cast<std::int64_t>(union_.size())
                       : present_.count_nonzero().item<std::int64_t>();
}

void SparseSum::subtract_from(const at::Tensor& weights, double scale) {
  if (on_host(sum_)) {
    auto* const w = weights.data_ptr<float>();
    const auto* const sum = sum_.data_ptr<float>();
    const auto factor = static_cast<float>(scale);
    for (const std::uint32_t index : union_) w[index] -= factor * sum[index];
  } else {
    weights.sub_(sum_, scale);
  }
  clear();
}

void SparseSum::clear() {
  if (on_host(sum_)) {
    auto* const sum = sum_.data_ptr<float>();
    auto* const present = present_.data_ptr<std::uint8_t>();
    for (const std::uint32_t index : union_) {
      sum[index] = 0;
      present[index] = 0;
    }
    union_.clear();
  } else {
    sum_.zero_();
    present_.zero_();
  }
}

}  // namespace gradwave::learning
