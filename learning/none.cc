// SPDX-License-Identifier: GPL-2.0-only
// C_d[x] = x: nothing is left out.
#include <cassert>
#include <numeric>

#include "learning/sparsifier.h"

namespace gradwave::learning {
namespace {

class None final : public Sparsifier {
 public:
  void select(const float* vector, std::int64_t model_size, [[maybe_unused]] std::int64_t k,
              Random& /*random*/, Sparse& out) override {
    assert(k == model_size);
    if (out.indices.size() != static_cast<std::size_t>(model_size)) {
      out.indices.resize(model_size);
      std::iota(out.indices.begin(), out.indices.end(), 0U);
    }
    out.values.assign(vector, vector + model_size);
  }
};

}  // namespace

std::unique_ptr<Sparsifier> make_none() { return std::make_unique<None>(); }

}  // namespace gradwave::learning
