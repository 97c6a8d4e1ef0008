// SPDX-License-Identifier: GPL-2.0-only
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "results/compare.h"

namespace gradwave::results {

Interval student_interval(const std::vector<double>& values, double confidence) {
  Interval interval;
  interval.n = static_cast<int>(values.size());
  if (values.empty()) return interval;
  interval.mean = std::accumulate(values.begin(), values.end(), 0.0) / interval.n;
  if (interval.n < 2) return interval;
  double squares = 0;
  for (const double value : values) squares += (value - interval.mean) * (value - interval.mean);
  const double standard_error = std::sqrt(squares / (interval.n - 1) / interval.n);
  const boost::math::students_t distribution(interval.n - 1);
  interval.half_width = boost::math::quantile(distribution, (1 + confidence) / 2) * standard_error;
  return interval;
}

}  // namespace gradwave::results
