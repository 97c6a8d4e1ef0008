// SPDX-License-Identifier: GPL-2.0-only
// Top-K, exactly: the k entries largest in absolute value, ties to lower indices, NaN above
// infinity (so that divergence is sent and shows). One pass over the vector in nearly all cases: a
// sample says roughly where the k-th largest lies, the pass collects everything above that, and the
// exact k-th is selected among the few collected. With error compensation the memory is brought up
// to date on the same pass, piece by piece ahead of the search.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <functional>

#include "learning/sparsifier.h"

// Compiled twice, the better version for this processor is chosen when the program starts. Both
// give the same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define GRADWAVE_VECTORISED __attribute__((target_clones("avx2", "default")))
#else
#define GRADWAVE_VECTORISED
#endif

namespace gradwave::learning {
namespace {

// An IEEE float without its sign, read as an integer, orders by absolute value, NaN last.
std::int32_t magnitude(float value) {
  std::int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits & 0x7fffffff;
}

// What the pass collects, indices ascending. The arrays are longer than `count`.
struct Candidates {
  std::int64_t count = 0;
  std::vector<std::uint32_t> indices;
  std::vector<float> values;

  void make_room(std::int64_t more) {
    const auto needed = static_cast<std::size_t>(count + more);
    if (needed <= indices.size()) return;
    indices.resize(std::max(needed, 2 * indices.size()));
    values.resize(indices.size());
  }
};

// Writes each entry and keeps it by counting it: which one is large enough, no branch predicts.
inline void take(const float* vector, std::int64_t begin, std::int64_t end, std::int32_t threshold,
                 Candidates& out) {
  std::int64_t count = out.count;
  for (std::int64_t i = begin; i < end; ++i) {
    out.indices[count] = static_cast<std::uint32_t>(i);
    out.values[count] = vector[i];
    count += magnitude(vector[i]) >= threshold;
  }
  out.count = count;
}

// Appends the entries begin..end-1 of at least this magnitude; there must be room for all of them
// and one more. Candidates are rare: most blocks are dismissed by a loop without a branch.
GRADWAVE_VECTORISED
void collect(const float* vector, std::int64_t begin, std::int64_t end, std::int32_t threshold,
             Candidates& out) {
  constexpr std::int64_t kBlock = 32;
  for (; begin + kBlock <= end; begin += kBlock) {
    std::int32_t any = 0;
    for (std::int64_t i = 0; i < kBlock; ++i) any |= magnitude(vector[begin + i]) >= threshold;
    if (any != 0) take(vector, begin, begin + kBlock, threshold, out);
  }
  take(vector, begin, end, threshold, out);
}

class TopK final : public Sparsifier {
 public:
  void select(const float* vector, std::int64_t model_size, std::int64_t k, Random& /*random*/,
              Sparse& out) override {
    select_from(vector, model_size, k, first_rank(model_size, k), out);
  }

  void accumulate_and_select(const float* gradient, float scale, float* memory,
                             std::int64_t model_size, std::int64_t k, Random& /*random*/,
                             Sparse& out) override {
    const auto entry = [=](std::int64_t i) { return memory[i] + scale * gradient[i]; };
    const auto prepare = [=](std::int64_t begin, std::int64_t end) {
      accumulate(gradient + begin, scale, memory + begin, end - begin);
    };
    const double rank = first_rank(model_size, k);
    collect_all(memory, model_size, sampled_magnitude(entry, model_size, rank), prepare);
    if (found_.count < k) return select_from(memory, model_size, k, 4 * rank, out);
    keep_largest(k, out);
  }

 private:
  // Large enough that the candidates are not many more than k, small beside d.
  static std::int64_t sample_size(std::int64_t model_size) {
    return std::clamp<std::int64_t>(model_size / 512, 4096, 65536);
  }

  // Rank in the sample such that fewer than k entries above it would be a deviation of more than
  // three sigma.
  static double first_rank(std::int64_t model_size, std::int64_t k) {
    const double expected =
        static_cast<double>(sample_size(model_size)) * static_cast<double>(k) / model_size;
    return expected + 3 * std::sqrt(expected) + 3;
  }

  // A sample that misled is asked again for much more.
  void select_from(const float* vector, std::int64_t model_size, std::int64_t k, double rank,
                   Sparse& out) {
    assert(1 <= k && k <= model_size && model_size <= std::int64_t{1} << 32);
    const auto entry = [vector](std::int64_t i) { return vector[i]; };
    do {
      collect_all(vector, model_size, sampled_magnitude(entry, model_size, rank),
                  [](std::int64_t, std::int64_t) {});
      rank *= 4;
    } while (found_.count < k);
    keep_largest(k, out);
  }

  // prepare(begin, end) is called for each piece before it is read.
  template <typename Prepare>
  void collect_all(const float* vector, std::int64_t model_size, std::int32_t threshold,
                   const Prepare& prepare) {
    constexpr std::int64_t kPiece = 4096;  // of two vectors: they stay in the nearest cache
    found_.count = 0;
    for (std::int64_t begin = 0; begin < model_size; begin += kPiece) {
      const std::int64_t end = std::min(begin + kPiece, model_size);
      prepare(begin, end);
      found_.make_room(kPiece + 1);
      collect(vector, begin, end, threshold, found_);
    }
  }

  // The rank-th largest magnitude in a sample; 0, below which nothing is, if the sample is no help.
  template <typename Entry>
  std::int32_t sampled_magnitude(const Entry& entry, std::int64_t model_size, double rank) {
    const std::int64_t size = sample_size(model_size);
    if (model_size <= size || rank >= 0.5 * static_cast<double>(size)) return 0;
    sample_.resize(size);
    for (std::uint32_t i = 0; i < size; ++i) {
      // Multiples of the golden ratio modulo 1, in units of 2^-32: evenly spread, and in step with
      // no layer's rows, as a fixed stride would be.
      const std::uint32_t fraction = i * 2654435769U;
      sample_[i] = magnitude(entry(fraction * static_cast<std::uint64_t>(model_size) >> 32));
    }
    const auto nth = sample_.begin() + static_cast<std::int64_t>(rank);
    std::nth_element(sample_.begin(), nth, sample_.end(), std::greater<>());
    return *nth;
  }

  // Of the candidates, which ascend by index, so that nothing is left to sort.
  void keep_largest(std::int64_t k, Sparse& out) {
    keys_.resize(found_.count);
    for (std::int64_t i = 0; i < found_.count; ++i) keys_[i] = magnitude(found_.values[i]);
    const auto last = keys_.begin() + (k - 1);
    std::nth_element(keys_.begin(), last, keys_.end(), std::greater<>());
    const std::int32_t least = *last;
    std::int64_t ties = std::count(keys_.begin(), last + 1, least);  // of which the first are taken

    out.indices.resize(k + 1);
    out.values.resize(k + 1);
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < found_.count; ++i) {
      const std::int32_t key = magnitude(found_.values[i]);
      const bool tie = key == least && ties > 0;
      out.indices[count] = found_.indices[i];
      out.values[count] = found_.values[i];
      count += key > least || tie;
      ties -= tie;
    }
    out.indices.resize(k);
    out.values.resize(k);
  }

  // Kept from call to call for their memory alone.
  std::vector<std::int32_t> sample_, keys_;
  Candidates found_;
};

}  // namespace

std::unique_ptr<Sparsifier> make_topk() { return std::make_unique<TopK>(); }

}  // namespace gradwave::learning
