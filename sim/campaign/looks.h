// SPDX-License-Identifier: GPL-2.0-only
// Seeds are added until the paired differences are known well enough. Who looks several times, and
// stops when he likes what he sees, is wrong more often than one interval says: the 5 % are shared
// among all looks that there may be (Bonferroni), each of which asks for an interval at 1 - 0.05 /
// looks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/compare.h"

namespace gradwave {

// Half the width of an interval.
struct Precision {
  double half_width = 0;  // points of the final accuracy; with `of_time` seconds to the target
  bool of_time = false;
};

// "0.3" or "0.3s"; none for anything else.
std::optional<Precision> precision_of(const std::string& text);

// How many seeds there are at each look: half as many again each time, at most `most`.
std::vector<std::int64_t> seeds_at_looks(std::int64_t first, std::int64_t most);

// At each of so many looks.
double confidence_at(std::size_t looks);

// The widest of a comparison's differences, in points or seconds; none if one of them has no
// interval or there are none.
std::optional<double> widest(const results::Comparison& comparison, bool of_time);

}  // namespace gradwave
