// SPDX-License-Identifier: GPL-2.0-only
// A dense vector [d] in this machine's memory or on a GPU. Includes ATen; only for learning/*.cc.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace gradwave::learning {

// Whether loops over plain memory are the way; elsewhere LibTorch's operators are.
bool on_host(const at::Tensor& dense);

// Tests set it: then the operators have to do on the CPU as well.
extern bool operators_only;

// Tensors over memory that others own. LibTorch has no view of constant data; what comes out of the
// first is only read.
at::Tensor view_of(const float* data, at::IntArrayRef sizes);
at::Tensor view_of(const std::vector<float>& vector);  // [d]

}  // namespace gradwave::learning
