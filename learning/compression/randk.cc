// SPDX-License-Identifier: GPL-2.0-only
// Random-k: each set of k distinct entries is as likely as any other (Stich, Cordonnier, Jaggi,
// "Sparsified SGD with Memory", 2018, Definition 2.1). Values are sent as they are: the biased
// form, a contraction like Top-K, which error compensation needs; the unbiased form would scale by
// d/k.
#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <cassert>

#include "learning/compression/sparse.h"
#include "learning/compression/sparsifier.h"

namespace gradwave::learning {
namespace {

class RandK final : public Sparsifier {
 public:
  // Floyd's sampling (Bentley and Floyd, 1987): k draws, however large d is.
  void select(const at::Tensor& vector, std::int64_t k, Random& random, Sparse& out) override {
    const std::int64_t model_size = vector.numel();
    assert(1 <= k && k <= model_size);
    taken_.resize(model_size, false);
    out.indices.clear();
    for (std::int64_t last = model_size - k; last < model_size; ++last) {
      std::int64_t drawn = boost::random::uniform_int_distribution<std::int64_t>(0, last)(random);
      if (taken_[drawn]) drawn = last;
      taken_[drawn] = true;
      out.indices.push_back(static_cast<std::uint32_t>(drawn));
    }
    std::sort(out.indices.begin(), out.indices.end());
    for (const std::uint32_t index : out.indices) taken_[index] = false;
    read_at(vector, out);
  }

 private:
  std::vector<bool> taken_;  // [d], all false between calls
};

}  // namespace

std::unique_ptr<Sparsifier> make_randk() { return std::make_unique<RandK>(); }

}  // namespace gradwave::learning
