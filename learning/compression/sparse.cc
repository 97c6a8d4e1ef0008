// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/sparse.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace gradwave::learning {

at::Tensor indices_of(const Sparse& sparse, const at::Device& device) {
  // LibTorch has no unsigned indices; beyond 2^31 entries a GPU's memory ends first.
  auto* data = reinterpret_cast<std::int32_t*>(const_cast<std::uint32_t*>(sparse.indices.data()));
  return at::from_blob(data, {static_cast<std::int64_t>(sparse.indices.size())}, at::kInt)
      .to(device)
      .to(at::kLong);
}

void add_at(const at::Tensor& dense, const Sparse& sparse) {
  if (!on_host(dense)) {
    dense.index_add_(0, indices_of(sparse, dense.device()),
                     view_of(sparse.values).to(dense.device()));
    return;
  }
  auto* const x = dense.data_ptr<float>();
  for (std::size_t i = 0; i < sparse.indices.size(); ++i) x[sparse.indices[i]] += sparse.values[i];
}

void subtract_at(const at::Tensor& dense, const Sparse& sparse, double scale) {
  const std::size_t k = sparse.indices.size();
  if (!on_host(dense)) {
    const at::Tensor indices = indices_of(sparse, dense.device());
    const at::Tensor values = view_of(sparse.values).to(dense.device());
    dense.index_copy_(0, indices, dense.index_select(0, indices).sub(values, scale));
    return;
  }
  auto* const x = dense.data_ptr<float>();
  const auto factor = static_cast<float>(scale);
  if (static_cast<std::int64_t>(k) == dense.numel()) {  // all of them, in order
    for (std::size_t i = 0; i < k; ++i) x[i] -= factor * sparse.values[i];
  } else {
    for (std::size_t i = 0; i < k; ++i) x[sparse.indices[i]] -= factor * sparse.values[i];
  }
}

void clear_at(const at::Tensor& dense, const Sparse& sparse) {
  if (!on_host(dense)) {
    dense.index_fill_(0, indices_of(sparse, dense.device()), 0);
    return;
  }
  auto* const x = dense.data_ptr<float>();
  for (const std::uint32_t index : sparse.indices) x[index] = 0;
}

void read_at(const at::Tensor& dense, Sparse& sparse) {
  sparse.values.resize(sparse.indices.size());
  if (!on_host(dense)) {
    view_of(sparse.values).copy_(dense.index_select(0, indices_of(sparse, dense.device())));
    return;
  }
  const auto* const x = dense.data_ptr<float>();
  std::transform(sparse.indices.begin(), sparse.indices.end(), sparse.values.begin(),
                 [x](std::uint32_t index) { return x[index]; });
}

}  // namespace gradwave::learning
