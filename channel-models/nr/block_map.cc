// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/block_map.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace gradwave::channel::nr {
namespace {

// Ascending block numbers, as pieces.
Pieces pieces_of(const std::vector<std::int64_t>& blocks) {
  Pieces pieces;
  for (const std::int64_t block : blocks) {
    if (!pieces.empty() && pieces.back().first + pieces.back().second == block) {
      ++pieces.back().second;
    } else {
      pieces.emplace_back(block, 1);
    }
  }
  return pieces;
}

}  // namespace

std::int64_t blocks_in(const Pieces& pieces) {
  return std::accumulate(pieces.begin(), pieces.end(), std::int64_t{0},
                         [](std::int64_t sum, const auto& piece) { return sum + piece.second; });
}

std::int64_t shared_blocks(const Pieces& one, const Pieces& other) {
  std::int64_t shared = 0;
  for (const auto& [first, count] : one) {
    for (const auto& [their_first, their_count] : other) {
      shared += std::max<std::int64_t>(
          0, std::min(first + count, their_first + their_count) - std::max(first, their_first));
    }
  }
  return shared;
}

std::vector<double> gains_on(const Pieces& pieces, const std::vector<double>& gains,
                             std::int64_t blocks) {
  const auto parts = static_cast<std::int64_t>(gains.size());
  std::vector<double> there;
  std::int64_t last = -1;
  for (const auto& [first, count] : pieces) {
    const std::int64_t end = (first + count - 1) * parts / blocks;
    for (std::int64_t part = std::max(last + 1, first * parts / blocks); part <= end; ++part) {
      there.push_back(gains[part]);
      last = part;
    }
  }
  return there;
}

BlockMap::BlockMap(std::int64_t blocks, std::int64_t reserved, bool from_top)
    : is_free_(blocks, true), free_(blocks - reserved), from_top_(from_top) {
  std::fill_n(is_free_.begin(), reserved, false);
}

void BlockMap::take(const Pieces& pieces) {
  for (const auto& [first, count] : pieces) {
    for (std::int64_t block = first; block < first + count; ++block) {
      assert(is_free_[block]);
      is_free_[block] = false;
    }
    free_ -= count;
  }
}

Pieces BlockMap::best(std::int64_t count, const std::vector<double>& gains, double sinr) const {
  assert(count > 0 && count <= free_);
  const auto blocks = static_cast<std::int64_t>(is_free_.size());
  const auto parts = static_cast<std::int64_t>(gains.size());
  std::vector<double> bits(parts);
  std::transform(gains.begin(), gains.end(), bits.begin(),
                 [&](double gain) { return std::log2(1 + sinr * gain); });
  const auto bits_of = [&](std::int64_t block) { return bits[block * parts / blocks]; };
  const auto in_order = [&](std::int64_t i) { return from_top_ ? blocks - 1 - i : i; };

  // Every piece of that length, from the preferred end of the carrier on.
  std::int64_t length = 0, best_end = -1;
  double sum = 0, most = -1;
  for (std::int64_t i = 0; i < blocks; ++i) {
    if (!is_free_[in_order(i)]) {
      length = 0;
      sum = 0;
      continue;
    }
    sum += bits_of(in_order(i));
    if (++length > count) {
      sum -= bits_of(in_order(i - count));
      length = count;
    }
    // Sums of the same numbers in another order differ by their rounding.
    if (length == count && sum > most * (1 + 1e-9)) {
      most = sum;
      best_end = i;
    }
  }
  if (best_end >= 0) {
    return {{from_top_ ? in_order(best_end) : best_end - count + 1, count}};
  }
  std::vector<std::int64_t> chosen;
  for (std::int64_t i = 0; i < blocks; ++i) {
    if (is_free_[in_order(i)]) chosen.push_back(in_order(i));
  }
  std::stable_sort(chosen.begin(), chosen.end(),
                   [&](std::int64_t a, std::int64_t b) { return bits_of(a) > bits_of(b); });
  chosen.resize(count);
  std::sort(chosen.begin(), chosen.end());
  return pieces_of(chosen);
}

}  // namespace gradwave::channel::nr
