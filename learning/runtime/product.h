// SPDX-License-Identifier: GPL-2.0-only
// Products of matrices, where they are most of the work. Includes ATen; only for learning/*.cc.
#pragma once

#include <ATen/core/Tensor.h>

namespace gradwave::learning {

// c [m, n] <- a [m, l] b [l, n], of floats; a and b may be views of transposed matrices. On an
// x86 CPU by oneDNN, which is compiled for the processor it meets when it runs, where Debian's
// OpenBLAS has kernels for those it knew when it was built: up to twice as fast.
void multiply(const at::Tensor& a, const at::Tensor& b, at::Tensor& c);

}  // namespace gradwave::learning
