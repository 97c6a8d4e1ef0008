// SPDX-License-Identifier: GPL-2.0-only
// Which resource blocks of a slot are still free, and which of them are best for a robot. A station
// knows the fading of each sub-band: down by sub-band reports (TS 38.214, 5.2.1.4), up by sounding
// (TS 38.214, 6.2.1). It puts a grant where the channel carries most: in one piece where that is
// possible (resource allocation type 1), else in several (type 0).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace gradwave::channel::nr {

// Pieces of a carrier: first block and number of blocks, in ascending order.
using Pieces = std::vector<std::pair<std::int64_t, std::int64_t>>;

std::int64_t blocks_in(const Pieces& pieces);
// Blocks that both have.
std::int64_t shared_blocks(const Pieces& one, const Pieces& other);
// Of the gains over a carrier of `blocks` in equal parts, those over the pieces.
std::vector<double> gains_on(const Pieces& pieces, const std::vector<double>& gains,
                             std::int64_t blocks);

class BlockMap {
 public:
  // Of `blocks` all but the lowest `reserved` are free. Among equally good places the lowest is
  // taken, or the highest with `from_top`.
  BlockMap(std::int64_t blocks, std::int64_t reserved, bool from_top);

  // `count` free blocks, of which there have to be as many, at an SINR without fading of `sinr`
  // (linear): the piece whose blocks can carry most by Shannon's formula; where no piece is that
  // long, the best blocks one by one, in groups of equal gain.
  Pieces best(std::int64_t count, const std::vector<double>& gains, double sinr) const;

  void take(const Pieces& pieces);
  std::int64_t free() const { return free_; }

 private:
  std::vector<bool> is_free_;
  std::int64_t free_;
  bool from_top_;
};

}  // namespace gradwave::channel::nr
