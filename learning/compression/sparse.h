// SPDX-License-Identifier: GPL-2.0-only
// A sparse vector, which travels and so is in this machine's memory, and a dense one [d], which is
// there as well or on a GPU. Includes ATen; only for learning/*.cc.
#pragma once

#include <ATen/core/Tensor.h>

#include "learning/compression/codec.h"
#include "learning/runtime/tensor.h"

namespace gradwave::learning {

void add_at(const at::Tensor& dense, const Sparse& sparse);  // dense[index] += value
void subtract_at(const at::Tensor& dense, const Sparse& sparse, double scale);  // -= scale * value
void clear_at(const at::Tensor& dense, const Sparse& sparse);                   // dense[index] = 0
void read_at(const at::Tensor& dense, Sparse& sparse);  // value = dense[index]

// sparse.indices where `dense` is, as operators want them.
at::Tensor indices_of(const Sparse& sparse, const at::Device& device);

}  // namespace gradwave::learning
