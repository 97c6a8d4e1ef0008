// SPDX-License-Identifier: GPL-2.0-only
// Which resource blocks, scheme and layers a transmission gets: the largest transport block that
// arrives with a chosen probability, judged by the function that also decides whether it arrives.
// A sender of limited power has less for each block the more blocks it has: how many is part of the
// choice.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "channel-models/nr/transport_block.h"

namespace gradwave::channel::nr {

// A channel as its receiver knows it, linear, per resource element, with the receiver's loss taken
// off.
struct Quality {
  double of_one_block = 0;  // SINR with all power in one block
  double most = 0;          // SINR that power control, or equal power over all blocks, allows
  std::vector<double> gains = {1};  // over the carrier, mean about 1: fading
  // Effective SINR over the SINR without fading, by layers - 1 and Qm / 2 - 1.
  // LinkAdaptation::weigh() fills it in.
  std::vector<std::array<double, 4>> worth;

  double sinr(std::int64_t blocks) const {
    const double shared = of_one_block / static_cast<double>(blocks);
    return shared < most ? shared : most;
  }
};

// Of a transport block that is worth sending: headers, and something behind them.
constexpr std::int64_t kLeastBits = 8 * 32;

struct Grant {
  std::int64_t blocks = 0;  // 0: none
  Mcs mcs;
  int layers = 1;
  std::int64_t bits = 0;       // TBS
  std::int64_t symbols = 0;    // resource elements that carry it, of each layer
  bool power_limited = false;  // more blocks would not have carried more
};

class LinkAdaptation {
 public:
  // `target`: probability that a first transmission fails.
  LinkAdaptation(const std::vector<Mcs>& table, double target, int layers);

  // Looks at the gains, once for all questions about a channel of which `blocks` can be had.
  void weigh(Quality& quality, std::int64_t blocks) const;

  // The fewest blocks that carry `needed_bits`, or as many bits as can be: at most `blocks`, of
  // `elements_each` resource elements. Where even the lowest scheme would fail more often, that,
  // for kLeastBits.
  Grant choose(const Quality& quality, std::int64_t elements_each, std::int64_t blocks,
               std::int64_t needed_bits) const;

  // The lowest scheme, and as many blocks as hold kLeastBits if there are.
  Grant lowest(std::int64_t elements_each, std::int64_t blocks) const;

  // Bits that `blocks` would carry, about: what a scheduler compares. This and choose() need
  // weigh() before.
  double rate(const Quality& quality, std::int64_t elements_each, std::int64_t blocks) const;

 private:
  struct Choice {
    std::int64_t blocks = 0;
    const Mcs* mcs = nullptr;
    int layers = 1;
    double bits = 0;
  };

  // The fewest blocks for the bits, or the most bits; the exact size is the caller's.
  Choice best(const Quality& quality, std::int64_t elements_each, std::int64_t blocks,
              double needed_bits) const;

  const std::vector<Mcs>& table_;
  int layers_;
  double target_;
  std::vector<double> thresholds_;  // by index of the table: SINR at which it fails so often
};

}  // namespace gradwave::channel::nr
