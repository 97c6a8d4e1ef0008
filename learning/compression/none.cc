// SPDX-License-Identifier: GPL-2.0-only
// C_d[x] = x: nothing is left out.
#include <ATen/ATen.h>

#include <cassert>
#include <numeric>

#include "learning/compression/sparse.h"
#include "learning/compression/sparsifier.h"

namespace gradwave::learning {
namespace {

class None final : public Sparsifier {
 public:
  void select(const at::Tensor& vector, [[maybe_unused]] std::int64_t k, Random& /*random*/,
              Sparse& out) override {
    const std::int64_t model_size = vector.numel();
    assert(k == model_size);
    if (out.indices.size() != static_cast<std::size_t>(model_size)) {
      out.indices.resize(model_size);
      std::iota(out.indices.begin(), out.indices.end(), 0U);
    }
    out.values.resize(model_size);
    view_of(out.values).copy_(vector);
  }
};

}  // namespace

std::unique_ptr<Sparsifier> make_none() { return std::make_unique<None>(); }

}  // namespace gradwave::learning
