// SPDX-License-Identifier: GPL-2.0-only
#include "learning/training/norms.h"

#include <ATen/ATen.h>

#include "learning/runtime/tensor.h"

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

double squared_norm_by_operators(const at::Tensor& x) {
  const auto norm = at::linalg_vector_norm(x, 2, {}, false, at::kDouble).item<double>();
  return norm * norm;
}

}  // namespace

double squared_norm(const at::Tensor& x) {
  if (!on_host(x)) return squared_norm_by_operators(x);
  const auto* const values = x.data_ptr<float>();
  return sum_of_squares(x.numel(),
                        [values](std::int64_t i) { return static_cast<double>(values[i]); });
}

double squared_distance(const at::Tensor& a, const at::Tensor& b) {
  if (!on_host(a)) return squared_norm_by_operators(a - b);
  const auto *const p = a.data_ptr<float>(), *const q = b.data_ptr<float>();
  return sum_of_squares(a.numel(), [p, q](std::int64_t i) {
    return static_cast<double>(p[i]) - static_cast<double>(q[i]);
  });
}

}  // namespace gradwave::learning
