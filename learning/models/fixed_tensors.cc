// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/fixed_tensors.h"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace gradwave::learning {
namespace {

// From the first to the last element, in bytes.
struct Range {
  const c10::StorageImpl* storage = nullptr;
  std::int64_t begin = 0, end = 0;
};

Range range_of(const at::Tensor& tensor) {
  if (!tensor.defined() || tensor.layout() != at::kStrided || tensor.numel() == 0) return {};
  std::int64_t last = tensor.storage_offset();
  for (std::int64_t i = 0; i < tensor.dim(); ++i) last += (tensor.size(i) - 1) * tensor.stride(i);
  const auto bytes = static_cast<std::int64_t>(tensor.itemsize());
  return {tensor.storage().unsafeGetStorageImpl(), tensor.storage_offset() * bytes,
          (last + 1) * bytes};
}

// Its values, one after the other in memory.
at::Tensor values_of(const at::Tensor& tensor) {
  at::Tensor plain = tensor.detach();
  if (plain.is_quantized()) plain = plain.int_repr();
  if (plain.layout() != at::kStrided) plain = plain.to_dense();
  return plain.contiguous();
}

}  // namespace

bool share_memory(const at::Tensor& a, const at::Tensor& b) {
  const Range x = range_of(a), y = range_of(b);
  return x.storage != nullptr && x.storage == y.storage && x.begin < y.end && y.begin < x.end;
}

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  const c10::NoGradGuard no_autograd;
  const at::Tensor x = values_of(a), y = values_of(b);
  if (x.sizes() != y.sizes() || x.scalar_type() != y.scalar_type()) return false;
  if (x.is_cpu()) return std::memcmp(x.data_ptr(), y.data_ptr(), x.nbytes()) == 0;
  return x.view({-1}).view(at::kByte).equal(y.view({-1}).view(at::kByte));
}

void FixedTensors::add(const at::Tensor& tensor, std::string name) {
  const bool known = std::any_of(all_.begin(), all_.end(),
                                 [&](const Fixed& other) { return other.tensor.is_same(tensor); });
  if (!known) all_.push_back({tensor, std::move(name), {}});
}

void FixedTensors::remember() {
  const c10::NoGradGuard no_autograd;
  for (Fixed& each : all_) each.copy = values_of(each.tensor).clone();
}

const std::string* FixedTensors::sharing(const at::Tensor& tensor) const {
  for (const Fixed& each : all_) {
    if (share_memory(each.tensor, tensor)) return &each.name;
  }
  return nullptr;
}

const std::string* FixedTensors::changed() const {
  for (const Fixed& each : all_) {
    if (!same_bits(each.tensor, each.copy)) return &each.name;
  }
  return nullptr;
}

}  // namespace gradwave::learning
