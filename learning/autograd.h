// SPDX-License-Identifier: GPL-2.0-only
// What models have in common whose gradients autograd takes. Includes ATen; only for learning/*.cc.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <vector>

#include "learning/model.h"

namespace gradwave::learning {

// LibTorch has no view of constant data; what comes out of these is only read.
at::Tensor view_of(const float* data, at::IntArrayRef sizes);
at::Tensor view_of(const std::int64_t* data, at::IntArrayRef sizes);

// Mean cross-entropy of `logits` [B, classes], returned, and its gradient by the parameters, one
// after the other, to gradient [d]; zero for a parameter that the logits do not depend on.
double loss_and_gradient(const at::Tensor& logits, const at::Tensor& labels,
                         const std::vector<at::Tensor>& parameters, float* gradient);

Model::Score score_of(const at::Tensor& logits, const at::Tensor& labels);

// Multiply-adds of the convolutions and matrix products in `run`, from the shapes that flow
// through.
double count_macs(const std::function<void()>& run);

}  // namespace gradwave::learning
