// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/product.h"

#include <ATen/ATen.h>

#ifdef GRADWAVE_ONEDNN
#include <dnnl.h>
#endif

namespace gradwave::learning {
namespace {

#ifdef GRADWAVE_ONEDNN
// How a matrix lies in memory: row by row, or column by column.
struct Layout {
  char transposed = 0;  // 'N', 'T'; 0: neither, or not here
  std::int64_t stride = 0;

  explicit Layout(const at::Tensor& x) {
    if (!x.is_cpu() || x.scalar_type() != at::kFloat) return;
    if (x.stride(1) == 1 && x.stride(0) >= x.size(1)) {
      transposed = 'N';
      stride = x.stride(0);
    } else if (x.stride(0) == 1 && x.stride(1) >= x.size(0)) {
      transposed = 'T';
      stride = x.stride(1);
    }
  }
};

bool multiply_by_onednn(const at::Tensor& a, const at::Tensor& b, at::Tensor& c) {
  const Layout of_a(a), of_b(b), of_c(c);
  if (of_a.transposed == 0 || of_b.transposed == 0 || of_c.transposed != 'N') return false;
  return dnnl_sgemm(of_a.transposed, of_b.transposed, c.size(0), c.size(1), a.size(1), 1,
                    a.data_ptr<float>(), of_a.stride, b.data_ptr<float>(), of_b.stride, 0,
                    c.data_ptr<float>(), of_c.stride) == dnnl_success;
}
#else
bool multiply_by_onednn(const at::Tensor&, const at::Tensor&, at::Tensor&) { return false; }
#endif

}  // namespace

void multiply(const at::Tensor& a, const at::Tensor& b, at::Tensor& c) {
  if (!multiply_by_onednn(a, b, c)) at::mm_out(c, a, b);
}

}  // namespace gradwave::learning
