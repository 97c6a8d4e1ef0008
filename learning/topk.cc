// SPDX-License-Identifier: GPL-2.0-only
// Top-K, exactly: the k entries largest in absolute value, ties to lower indices, NaN above
// infinity (so that divergence is sent and shows). One pass over the vector in nearly all cases: a
// sample says roughly where the k-th largest lies, the pass collects everything above that, and the
// exact k-th is selected among the few collected.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <functional>

#include "learning/sparsifier.h"

namespace gradwave::learning {
namespace {

// An IEEE float without its sign, read as an integer, orders by absolute value, NaN last.
std::int32_t magnitude(float value) {
  std::int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits & 0x7fffffff;
}

// Larger is preferred: by magnitude, then by lower index. No two are equal.
std::uint64_t candidate(std::int32_t magnitude, std::uint32_t index) {
  return static_cast<std::uint64_t>(magnitude) << 32 | static_cast<std::uint32_t>(~index);
}
std::uint32_t index_of(std::uint64_t candidate) { return ~static_cast<std::uint32_t>(candidate); }

class TopK final : public Sparsifier {
 public:
  void select(const float* vector, std::int64_t model_size, std::int64_t k, Random& /*random*/,
              Sparse& out) override {
    assert(1 <= k && k <= model_size && model_size <= std::int64_t{1} << 32);
    // Rank in the sample such that fewer than k entries above it would be a deviation of more than
    // three sigma; a sample that misled is asked again for much more.
    const double expected = static_cast<double>(kSample) * k / model_size;
    double rank = expected + 3 * std::sqrt(expected) + 3;
    do {
      collect(vector, model_size, sampled_magnitude(vector, model_size, rank));
      rank *= 4;
    } while (static_cast<std::int64_t>(candidates_.size()) < k);
    keep_largest(vector, k, out);
  }

 private:
  static constexpr std::int64_t kSample = 4096;

  // The rank-th largest magnitude in a sample; 0, below which nothing is, if the sample is no help.
  std::int32_t sampled_magnitude(const float* vector, std::int64_t model_size, double rank) {
    if (model_size <= kSample || rank >= 0.5 * kSample) return 0;
    sample_.resize(kSample);
    for (std::uint32_t i = 0; i < kSample; ++i) {
      // Multiples of the golden ratio modulo 1, in units of 2^-32: evenly spread, and in step with
      // no layer's rows, as a fixed stride would be.
      const std::uint32_t fraction = i * 2654435769U;
      const auto position = fraction * static_cast<std::uint64_t>(model_size) >> 32;
      sample_[i] = magnitude(vector[position]);
    }
    const auto nth = sample_.begin() + static_cast<std::int64_t>(rank);
    std::nth_element(sample_.begin(), nth, sample_.end(), std::greater<>());
    return *nth;
  }

  // All entries of at least this magnitude, indices ascending.
  void collect(const float* vector, std::int64_t model_size, std::int32_t threshold) {
    candidates_.clear();
    // Candidates are rare: most blocks are dismissed by a loop that the compiler turns into vector
    // instructions.
    constexpr std::int64_t kBlock = 32;
    std::int64_t begin = 0;
    for (; begin + kBlock <= model_size; begin += kBlock) {
      std::int32_t any = 0;
      for (std::int64_t i = 0; i < kBlock; ++i) any |= magnitude(vector[begin + i]) >= threshold;
      if (any != 0) collect_from(vector, begin, begin + kBlock, threshold);
    }
    collect_from(vector, begin, model_size, threshold);
  }

  void collect_from(const float* vector, std::int64_t begin, std::int64_t end,
                    std::int32_t threshold) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int32_t key = magnitude(vector[i]);
      if (key >= threshold) candidates_.push_back(candidate(key, static_cast<std::uint32_t>(i)));
    }
  }

  void keep_largest(const float* vector, std::int64_t k, Sparse& out) {
    ordered_ = candidates_;
    const auto last = ordered_.begin() + (k - 1);
    std::nth_element(ordered_.begin(), last, ordered_.end(), std::greater<>());
    out.indices.clear();
    out.values.clear();
    for (const std::uint64_t each : candidates_) {  // still by ascending index: nothing to sort
      if (each < *last) continue;
      out.indices.push_back(index_of(each));
      out.values.push_back(vector[index_of(each)]);
    }
  }

  std::vector<std::int32_t> sample_;
  std::vector<std::uint64_t> candidates_, ordered_;
};

}  // namespace

std::unique_ptr<Sparsifier> make_topk() { return std::make_unique<TopK>(); }

}  // namespace gradwave::learning
