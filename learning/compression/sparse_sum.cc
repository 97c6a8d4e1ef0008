// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/sparse_sum.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "learning/compression/sparse.h"

namespace gradwave::learning {
namespace {

constexpr std::int64_t kBits = 64;  // of a word

int lowest_bit(std::uint64_t word) { return __builtin_ctzll(word); }

std::int64_t ones_in(const std::vector<std::uint64_t>& words) {
  return std::accumulate(
      words.begin(), words.end(), std::int64_t{0},
      [](std::int64_t sum, std::uint64_t word) { return sum + __builtin_popcountll(word); });
}

}  // namespace

SparseSum::SparseSum(std::int64_t model_size, const at::Device& device)
    : sum_(at::zeros({model_size}, device)) {
  if (on_host(sum_)) {
    present_.assign((model_size + kBits - 1) / kBits, 0);
  } else {
    present_on_device_ = at::zeros({model_size}, at::TensorOptions(device).dtype(at::kByte));
  }
}

void SparseSum::add(const Sparse& sparse) {
  if (present_on_device_.defined()) {
    const at::Tensor indices = indices_of(sparse, sum_.device());
    sum_.index_add_(0, indices, view_of(sparse.values).to(sum_.device()));
    present_on_device_.index_fill_(0, indices, 1);
    return;
  }
  add_at(sum_, sparse);
  for (const std::uint32_t index : sparse.indices) {
    present_[index / kBits] |= std::uint64_t{1} << index % kBits;
  }
}

void SparseSum::take_union(Sparse& out) {
  if (present_on_device_.defined()) {
    const at::Tensor found = present_on_device_.nonzero().view({-1});
    const at::Tensor indices = found.to(at::kInt).cpu();
    const auto* const begin = indices.data_ptr<std::int32_t>();
    out.indices.assign(begin, begin + indices.numel());
    out.values.resize(out.indices.size());
    view_of(out.values).copy_(sum_.index_select(0, found));
    clear();
    return;
  }
  out.indices.resize(ones_in(present_));
  out.values.resize(out.indices.size());
  auto* const sum = sum_.data_ptr<float>();
  std::size_t k = 0;
  for (std::size_t w = 0; w < present_.size(); ++w) {
    for (std::uint64_t word = present_[w]; word != 0; word &= word - 1) {
      const std::int64_t index = static_cast<std::int64_t>(w) * kBits + lowest_bit(word);
      out.indices[k] = static_cast<std::uint32_t>(index);
      out.values[k++] = sum[index];
      sum[index] = 0;
    }
    present_[w] = 0;
  }
}

void SparseSum::take_all(Sparse& out) {
  out.indices.resize(sum_.numel());
  out.values.resize(sum_.numel());
  std::iota(out.indices.begin(), out.indices.end(), 0);
  view_of(out.values).copy_(sum_);
  clear();
}

void SparseSum::clear() {
  sum_.zero_();
  if (present_on_device_.defined()) present_on_device_.zero_();
  std::fill(present_.begin(), present_.end(), 0);
}

}  // namespace gradwave::learning
