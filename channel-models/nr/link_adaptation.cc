// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/link_adaptation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "channel-models/nr/block_error.h"

namespace gradwave::channel::nr {
namespace {

// SINR at which a full code block fails with that probability.
double threshold_of(const Mcs& mcs, double target) {
  constexpr std::int64_t kBits = 8424;
  const double symbols = static_cast<double>(kBits) / mcs.efficiency();
  double low = -20, high = 40;  // dB
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    const double error = block_error(kBits, mcs, {symbols, std::pow(10, middle / 10)});
    (error > target ? low : high) = middle;
  }
  return std::pow(10, high / 10);
}

// What the gains make of an SINR: effective SINR over it.
double worth_of(const std::vector<double>& gains, int bits_per_symbol, double sinr) {
  if (gains.size() == 1 || !(sinr > 0)) return gains.front();
  std::vector<double> sinrs(gains);
  for (double& each : sinrs) each *= sinr;
  return effective_sinr(bits_per_symbol, sinrs) / sinr;
}

}  // namespace

LinkAdaptation::LinkAdaptation(const std::vector<Mcs>& table, double target, int layers)
    : table_(table), layers_(layers), target_(target) {
  for (const Mcs& mcs : table_) thresholds_.push_back(threshold_of(mcs, target));
}

void LinkAdaptation::weigh(Quality& quality, std::int64_t blocks) const {
  quality.worth.clear();
  for (int layers = 1; layers <= layers_; ++layers) {
    std::array<double, 4> worth;
    for (int i = 0; i < 4; ++i) {
      worth[i] = worth_of(quality.gains, 2 * (i + 1), quality.sinr(blocks) / layers);
    }
    quality.worth.push_back(worth);
  }
}

LinkAdaptation::Choice LinkAdaptation::best(const Quality& quality, std::int64_t elements_each,
                                            std::int64_t blocks, double needed_bits) const {
  Choice fewest, most;
  for (int layers = 1; layers <= layers_; ++layers) {
    const std::array<double, 4>& worth = quality.worth[layers - 1];
    for (std::size_t i = 0; i < table_.size(); ++i) {
      const Mcs& mcs = table_[i];
      // Layers share the power.
      const double needed_sinr = thresholds_[i] * layers / worth[mcs.bits_per_symbol / 2 - 1];
      if (i > 0 && needed_sinr > quality.most) continue;
      const double by_power = quality.of_one_block / needed_sinr;
      std::int64_t possible =
          by_power < static_cast<double>(blocks) ? static_cast<std::int64_t>(by_power) : blocks;
      const double each = static_cast<double>(elements_each) * mcs.efficiency() * layers;
      if (i == 0 && layers == 1) {
        const auto least = static_cast<std::int64_t>(std::ceil(kLeastBits / each));
        possible = std::min(blocks, std::max(least, possible));
      }
      if (possible < 1) continue;
      const double bits = each * static_cast<double>(possible);
      if (bits > most.bits) most = {possible, &mcs, layers, bits};
      if (bits < needed_bits) continue;
      const auto enough = static_cast<std::int64_t>(std::ceil(needed_bits / each));
      if (fewest.blocks == 0 || enough < fewest.blocks) {
        fewest = {std::max<std::int64_t>(1, enough), &mcs, layers, needed_bits};
      }
    }
  }
  return fewest.blocks > 0 ? fewest : most;
}

double LinkAdaptation::rate(const Quality& quality, std::int64_t elements_each,
                            std::int64_t blocks) const {
  return best(quality, elements_each, blocks, INFINITY).bits;
}

Grant LinkAdaptation::choose(const Quality& quality, std::int64_t elements_each,
                             std::int64_t blocks, std::int64_t needed_bits) const {
  const Choice choice = best(quality, elements_each, blocks, static_cast<double>(needed_bits));
  Grant grant{choice.blocks, *choice.mcs, choice.layers};
  const auto size = [&](std::int64_t of_blocks) {
    return transport_block_bits(elements_each * of_blocks, grant.mcs, grant.layers);
  };
  grant.bits = size(grant.blocks);
  // A block's size is rounded: one resource block more may be needed.
  if (grant.bits < needed_bits && choice.bits >= static_cast<double>(needed_bits) &&
      grant.blocks < blocks) {
    grant.bits = size(++grant.blocks);
  }
  grant.symbols = elements_each * grant.blocks;
  grant.power_limited = grant.bits < needed_bits && grant.blocks < blocks;
  // Small blocks need more SINR than full ones.
  const double sinr = quality.sinr(grant.blocks) / grant.layers;
  while (grant.mcs.index > 0) {
    const double worth = worth_of(quality.gains, grant.mcs.bits_per_symbol, sinr);
    const Transmission once{static_cast<double>(grant.symbols * grant.layers), sinr * worth};
    if (block_error(grant.bits, grant.mcs, once) <= target_) break;
    grant.mcs = table_[grant.mcs.index - 1];
    grant.bits = size(grant.blocks);
  }
  return grant;
}

}  // namespace gradwave::channel::nr
