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
      if ((i > 0 || layers > 1) && needed_sinr > quality.most) continue;
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
  const auto size_up = [&](std::int64_t of_blocks) {
    grant.blocks = of_blocks;
    grant.symbols = elements_each * of_blocks;
    grant.bits = transport_block_bits(grant.symbols, grant.mcs, grant.layers);
  };
  // Small blocks need more SINR than the full ones of the thresholds, and more blocks share the
  // power.
  const auto arrives = [&] {
    const double sinr = quality.sinr(grant.blocks) / grant.layers;
    const double worth = worth_of(quality.gains, grant.mcs.bits_per_symbol, sinr);
    const Transmission once{static_cast<double>(grant.symbols * grant.layers), sinr * worth};
    return block_error(grant.bits, grant.mcs, once) <= target_;
  };
  size_up(grant.blocks);
  while (grant.mcs.index > 0 && !arrives()) {
    grant.mcs = table_[grant.mcs.index - 1];
    size_up(grant.blocks);
  }
  // A size is rounded, and a lower scheme holds less: more blocks, as long as there is power.
  bool powerless = false;
  while (grant.bits < needed_bits && grant.blocks < blocks && !powerless) {
    size_up(grant.blocks + 1);
    powerless = !arrives() && !(grant.mcs.index == 0 && grant.bits <= kLeastBits);
    if (powerless) size_up(grant.blocks - 1);
  }
  grant.power_limited = grant.bits < needed_bits && grant.blocks < blocks;
  return grant;
}

Grant LinkAdaptation::lowest(std::int64_t elements_each, std::int64_t blocks) const {
  Grant grant{0, table_.front()};
  while (grant.blocks < blocks && grant.bits < kLeastBits) {
    grant.symbols = elements_each * ++grant.blocks;
    grant.bits = transport_block_bits(grant.symbols, grant.mcs, 1);
  }
  grant.power_limited = true;
  return grant;
}

}  // namespace gradwave::channel::nr
