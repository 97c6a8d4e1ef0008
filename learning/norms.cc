// SPDX-License-Identifier: GPL-2.0-only
#include "learning/norms.h"

#include <algorithm>

namespace gradwave::learning {
namespace {

// Sixteen sums side by side: the compiler may not reorder one, but can keep these in vectors.
template <class Term>
double sum_of_squares(std::int64_t size, Term term) {
  constexpr std::int64_t kLanes = 16;
  double lanes[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane) {
      const double x = term(i + lane);
      lanes[lane] += x * x;
    }
  }
  double sum = 0;
  for (; i < size; ++i) sum += term(i) * term(i);
  for (const double lane : lanes) sum += lane;
  return sum;
}

}  // namespace

double squared_norm(const float* x, std::int64_t size) {
  return sum_of_squares(size, [x](std::int64_t i) { return static_cast<double>(x[i]); });
}

double squared_distance(const float* a, const float* b, std::int64_t size) {
  return sum_of_squares(size, [a, b](std::int64_t i) {
    return static_cast<double>(a[i]) - static_cast<double>(b[i]);
  });
}

void add_to(std::vector<float>& sum, const float* x, bool first) {
  const auto size = static_cast<std::int64_t>(sum.size());
  if (first) {
    std::copy(x, x + size, sum.begin());
  } else {
    for (std::int64_t j = 0; j < size; ++j) sum[j] += x[j];
  }
}

void mean_of_rows(const float* rows, std::int64_t count, std::vector<float>& mean) {
  const auto size = static_cast<std::int64_t>(mean.size());
  for (std::int64_t row = 0; row < count; ++row) add_to(mean, rows + row * size, row == 0);
  const float share = 1 / static_cast<float>(count);
  for (float& x : mean) x *= share;
}

}  // namespace gradwave::learning
