// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/tensor.h"

#include <ATen/ATen.h>

namespace gradwave::learning {

bool operators_only = false;

bool on_host(const at::Tensor& dense) { return dense.is_cpu() && !operators_only; }

at::Tensor view_of(const float* data, at::IntArrayRef sizes) {
  return at::from_blob(const_cast<float*>(data), sizes, at::kFloat);
}

at::Tensor view_of(const std::vector<float>& vector) {
  return view_of(vector.data(), {static_cast<std::int64_t>(vector.size())});
}

}  // namespace gradwave::learning
