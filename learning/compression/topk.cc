// SPDX-License-Identifier: GPL-2.0-only
// Top-K, exactly: the k entries largest in absolute value, ties to lower indices, NaN above
// infinity (so that divergence is sent and shows). One pass over the vector in nearly all cases: a
// sample says roughly where the k-th largest lies, the pass collects everything above that, and the
// exact k-th is selected among the few collected. With error compensation the same pass brings the
// memory up to date.
#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <functional>

#include "learning/compression/sparse.h"
#include "learning/compression/sparsifier.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define GRADWAVE_AVX2 1
#endif

namespace gradwave::learning {
namespace {

constexpr std::int32_t kNoSign = 0x7fffffff;

// An IEEE float without its sign, read as an integer, orders by absolute value, NaN last.
std::int32_t magnitude(float value) {
  std::int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits & kNoSign;
}

// Where the sample is taken: multiples of the golden ratio modulo 1, in units of 2^-32. Evenly
// spread, and in step with no layer's rows, as a fixed stride would be.
std::int64_t sample_position(std::uint32_t i, std::int64_t model_size) {
  const std::uint32_t fraction = i * 2654435769U;
  return static_cast<std::int64_t>(fraction * static_cast<std::uint64_t>(model_size) >> 32);
}

// Large enough that the candidates are not many more than k, small beside d.
std::int64_t sample_size(std::int64_t model_size) {
  return std::clamp<std::int64_t>(model_size / 512, 1024, 65536);
}

// Rank in the sample such that fewer than k entries of the vector above it would be a deviation of
// more than two sigma. That costs another pass, one time in a hundred; three sigma would cost a
// fifth more candidates each time.
double sample_rank(std::int64_t model_size, std::int64_t k) {
  const double expected = static_cast<double>(sample_size(model_size)) * static_cast<double>(k) /
                          static_cast<double>(model_size);
  return expected + 2 * std::sqrt(expected) + 2;
}

// Whether an entry of this rank in the sample says anything.
bool sample_helps(std::int64_t model_size, double rank) {
  const std::int64_t size = sample_size(model_size);
  return model_size > size && rank < 0.5 * static_cast<double>(size);
}

// What a pass collects, indices ascending. The arrays are longer than `count`.
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

// x, or x + scale * more if `more` is not null, which then takes x's place.
struct Vector {
  float* x;
  const float* more;
  float scale;

  float at(std::int64_t i) const { return more == nullptr ? x[i] : x[i] + scale * more[i]; }
};

// Appends the entries begin..end-1 of at least this magnitude, for which there must be room.
void collect(const Vector& vector, std::int64_t begin, std::int64_t end, std::int32_t threshold,
             Candidates& out) {
  for (std::int64_t i = begin; i < end; ++i) {
    const float value = vector.at(i);
    if (vector.more != nullptr) vector.x[i] = value;
    if (magnitude(value) < threshold) continue;
    out.indices[out.count] = static_cast<std::uint32_t>(i);
    out.values[out.count++] = value;
  }
}

#ifdef GRADWAVE_AVX2
// The same, eight at a time and to the same bits: no multiplication is fused with an addition (the
// room's flag).
template <bool kAdd>
__attribute__((target("avx2"))) std::int64_t collect_blocks(const Vector& vector,
                                                            std::int64_t begin, std::int64_t end,
                                                            std::int32_t threshold,
                                                            Candidates& out) {
  constexpr std::int64_t kBlock = 32;
  const __m256i no_sign = _mm256_set1_epi32(kNoSign), below = _mm256_set1_epi32(threshold - 1);
  const __m256 scale = _mm256_set1_ps(vector.scale);
  float* const x = vector.x;
  const float* const more = vector.more;
  std::uint32_t* indices = out.indices.data() + out.count;
  float* values = out.values.data() + out.count;
  for (; begin + kBlock <= end; begin += kBlock) {
    std::uint32_t hits = 0;  // a bit for each entry of the block
    for (std::int64_t part = 0; part < 4; ++part) {
      const std::int64_t at = begin + 8 * part;
      __m256 entries = _mm256_loadu_ps(x + at);
      if (kAdd) {
        entries = _mm256_add_ps(entries, _mm256_mul_ps(scale, _mm256_loadu_ps(more + at)));
        _mm256_storeu_ps(x + at, entries);
      }
      const __m256i key = _mm256_and_si256(_mm256_castps_si256(entries), no_sign);
      const __m256 hit = _mm256_castsi256_ps(_mm256_cmpgt_epi32(key, below));
      hits |= static_cast<std::uint32_t>(_mm256_movemask_ps(hit)) << (8 * part);
    }
    for (; hits != 0; hits &= hits - 1) {
      const std::int64_t i = begin + __builtin_ctz(hits);
      *indices++ = static_cast<std::uint32_t>(i);
      *values++ = x[i];
    }
  }
  out.count = values - out.values.data();
  return begin;
}

void collect_avx2(const Vector& vector, std::int64_t begin, std::int64_t end,
                  std::int32_t threshold, Candidates& out) {
  begin = vector.more == nullptr ? collect_blocks<false>(vector, begin, end, threshold, out)
                                 : collect_blocks<true>(vector, begin, end, threshold, out);
  collect(vector, begin, end, threshold, out);
}

const auto fastest_collect = __builtin_cpu_supports("avx2") ? collect_avx2 : collect;
#else
const auto fastest_collect = collect;
#endif

// The rank-th largest of the keys, rank from 0; their order is lost. Counting sorts out all but a
// few of them without a branch that depends on a key; what is left goes to the library.
std::int32_t nth_largest(std::vector<std::int32_t>& keys, std::int64_t rank) {
  constexpr int kShift = 20, kBins = 1 << (31 - kShift);  // exponent and three more bits
  std::array<std::int32_t, kBins> counts{};
  for (const std::int32_t key : keys) ++counts[key >> kShift];
  std::int32_t bin = kBins - 1;
  for (; rank >= counts[bin]; --bin) rank -= counts[bin];

  std::int64_t left = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::int32_t key = keys[i];
    keys[left] = key;
    left += key >> kShift == bin;
  }
  const auto nth = keys.begin() + rank;
  std::nth_element(keys.begin(), nth, keys.begin() + left, std::greater<>());
  return *nth;
}

class TopK final : public Sparsifier {
 public:
  void select(const at::Tensor& vector, std::int64_t k, Random& /*random*/, Sparse& out) override {
    if (!on_host(vector)) return select_by_operators(vector, k, out);
    const std::int64_t model_size = vector.numel();
    select_from({vector.data_ptr<float>(), nullptr, 0}, model_size, k, sample_rank(model_size, k),
                out);
  }

  void accumulate_and_select(const at::Tensor& gradient, float scale, const at::Tensor& memory,
                             std::int64_t k, Random& random, Sparse& out) override {
    if (!on_host(memory)) {
      return Sparsifier::accumulate_and_select(gradient, scale, memory, k, random, out);
    }
    const std::int64_t model_size = memory.numel();
    select_from({memory.data_ptr<float>(), gradient.data_ptr<float>(), scale}, model_size, k,
                sample_rank(model_size, k), out);
  }

 private:
  // A sample that misled is asked again for much more.
  void select_from(Vector vector, std::int64_t model_size, std::int64_t k, double rank,
                   Sparse& out) {
    assert(1 <= k && k <= model_size && model_size <= std::int64_t{1} << 32);
    do {
      collect_all(vector, model_size, sampled_magnitude(vector, model_size, rank));
      vector.more = nullptr;
      rank *= 4;
    } while (found_.count < k);
    keep_largest(k, out);
  }

  void collect_all(const Vector& vector, std::int64_t model_size, std::int32_t threshold) {
    constexpr std::int64_t kPiece = 4096;
    found_.count = 0;
    for (std::int64_t begin = 0; begin < model_size; begin += kPiece) {
      found_.make_room(kPiece);
      fastest_collect(vector, begin, std::min(begin + kPiece, model_size), threshold, found_);
    }
  }

  // The rank-th largest magnitude in a sample; 0, below which nothing is, if the sample is no help.
  std::int32_t sampled_magnitude(const Vector& vector, std::int64_t model_size, double rank) {
    if (!sample_helps(model_size, rank)) return 0;
    keys_.resize(sample_size(model_size));
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      keys_[i] = magnitude(vector.at(sample_position(static_cast<std::uint32_t>(i), model_size)));
    }
    return nth_largest(keys_, static_cast<std::int64_t>(rank));
  }

  // Of the candidates, which ascend by index, so that nothing is left to sort.
  void keep_largest(std::int64_t k, Sparse& out) {
    keys_.resize(found_.count);
    for (std::int64_t i = 0; i < found_.count; ++i) keys_[i] = magnitude(found_.values[i]);
    const std::int32_t least = nth_largest(keys_, k - 1);
    std::int64_t ties = k;  // of which the first are taken: as many as the larger leave room for
    for (std::int64_t i = 0; i < found_.count; ++i) ties -= magnitude(found_.values[i]) > least;

    // Writes every candidate and keeps it by counting it: which one stays, no branch predicts.
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

  // The same search in LibTorch's operators, for a vector on a GPU; k entries alone leave it.
  void select_by_operators(const at::Tensor& vector, std::int64_t k, Sparse& out) {
    const std::int64_t model_size = vector.numel();
    const at::Tensor keys = vector.view(at::kInt).bitwise_and(kNoSign);
    const double rank = sample_rank(model_size, k);
    at::Tensor found;  // positions of the candidates, ascending
    if (sample_helps(model_size, rank)) {
      const at::Tensor sample = keys.index_select(0, sample_positions(model_size, vector.device()));
      const auto largest = static_cast<std::int64_t>(rank) + 1;
      const at::Tensor threshold = std::get<0>(sample.topk(largest, 0, true, false)).min();
      found = keys.ge(threshold).nonzero().view({-1});
    }
    if (!found.defined() || found.numel() < k) {
      found = at::arange(model_size, keys.options().dtype(at::kLong));
    }
    const at::Tensor found_keys = keys.index_select(0, found);
    const at::Tensor least = std::get<0>(found_keys.topk(k, 0, true, false)).min();
    const at::Tensor larger = found_keys.gt(least), ties = found_keys.eq(least);
    const at::Tensor first_ties = ties.bitwise_and(ties.cumsum(0).le(k - larger.sum()));
    const at::Tensor kept = found.masked_select(larger.bitwise_or(first_ties));

    const at::Tensor indices = kept.to(at::kInt).cpu();
    const auto* const begin = indices.data_ptr<std::int32_t>();
    out.indices.assign(begin, begin + k);
    out.values.resize(k);
    view_of(out.values).copy_(vector.index_select(0, kept));
  }

  const at::Tensor& sample_positions(std::int64_t model_size, const at::Device& device) {
    const std::int64_t size = sample_size(model_size);
    if (positions_of_ == model_size) return positions_;
    at::Tensor positions = at::empty({size}, at::kLong);
    for (std::int64_t i = 0; i < size; ++i) {
      positions.data_ptr<std::int64_t>()[i] =
          sample_position(static_cast<std::uint32_t>(i), model_size);
    }
    positions_ = positions.to(device);
    positions_of_ = model_size;
    return positions_;
  }

  // Kept from call to call for their memory alone.
  std::vector<std::int32_t> keys_;
  Candidates found_;
  at::Tensor positions_;
  std::int64_t positions_of_ = 0;  // the model size for which they are
};

}  // namespace

std::unique_ptr<Sparsifier> make_topk() { return std::make_unique<TopK>(); }

}  // namespace gradwave::learning
