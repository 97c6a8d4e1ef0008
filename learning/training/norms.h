// SPDX-License-Identifier: GPL-2.0-only
// Squared norms of gradients, summed in double precision and in an order that depends on the length
// alone.
#pragma once

#include <ATen/core/Tensor.h>

namespace gradwave::learning {

double squared_norm(const at::Tensor& x);                           // |x|^2, of x [d]
double squared_distance(const at::Tensor& a, const at::Tensor& b);  // |a - b|^2

}  // namespace gradwave::learning
