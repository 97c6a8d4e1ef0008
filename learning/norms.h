// SPDX-License-Identifier: GPL-2.0-only
// Means and norms of gradients. Squares are summed in double precision and in an order that depends
// on the length alone.
#pragma once

#include <cstdint>
#include <vector>

namespace gradwave::learning {

double squared_norm(const float* x, std::int64_t size);

// |a - b|^2
double squared_distance(const float* a, const float* b, std::int64_t size);

// x [d] is added to what is in sum, or takes its place if it is the first.
void add_to(std::vector<float>& sum, const float* x, bool first);

// mean [d] = (1/M) sum_i rows[i, :], of rows [M, d].
void mean_of_rows(const float* rows, std::int64_t count, std::vector<float>& mean);

}  // namespace gradwave::learning
