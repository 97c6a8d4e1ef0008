// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/block_error.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gradwave::channel::nr {
namespace {

constexpr double kLeast_db = -15, kMost_db = 35, kStep_db = 0.25;
constexpr int kSteps = static_cast<int>((kMost_db - kLeast_db) / kStep_db);

// Gray labels of the levels of an amplitude modulation, in order of amplitude.
int gray(int level) { return level ^ (level >> 1); }

// A square QAM is two amplitude modulations of half the bits and half the energy each.
Information amplitude_information(int bits, double sinr) {
  constexpr int kNodes = 61;  // of the noise, over +-6 deviations
  constexpr double kReach = 6;
  const int levels = 1 << bits;
  // In deviations of the noise: the levels' mean square is sinr, half the symbol's energy over half
  // the noise's.
  const double half_spacing = std::sqrt(3 * sinr / (levels * levels - 1));
  const auto amplitude = [&](int level) { return half_spacing * (2 * level - levels + 1); };

  double mean = 0, square = 0, weights = 0;
  std::vector<double> likelihood(levels);
  for (int sent = 0; sent < levels; ++sent) {
    for (int node = 0; node < kNodes; ++node) {
      const double noise = kReach * (2.0 * node / (kNodes - 1) - 1);
      const double weight = std::exp(-noise * noise / 2);
      double all = 0;
      for (int level = 0; level < levels; ++level) {
        const double off = amplitude(sent) + noise - amplitude(level);
        all += likelihood[level] = std::exp((noise * noise - off * off) / 2);
      }
      double said = 0;
      for (int bit = 0; bit < bits; ++bit) {
        double same = 0;
        for (int level = 0; level < levels; ++level) {
          if (((gray(level) ^ gray(sent)) >> bit & 1) == 0) same += likelihood[level];
        }
        said += 1 + std::log2(same / all);
      }
      mean += weight * said;
      square += weight * said * said;
      weights += weight;
    }
  }
  mean /= weights;
  return {mean, square / weights - mean * mean};
}

double linear(double db) { return std::pow(10, db / 10); }

using Curve = std::array<Information, kSteps + 1>;

Curve curve(int bits_per_symbol) {
  Curve points;
  for (int i = 0; i <= kSteps; ++i) {
    const Information each =
        amplitude_information(bits_per_symbol / 2, linear(kLeast_db + i * kStep_db));
    points[i] = {2 * each.mean, 2 * each.variance};
  }
  return points;
}

const Curve& curve_of(int bits_per_symbol) {
  static const std::array<Curve, 4> curves = {curve(2), curve(4), curve(6), curve(8)};
  return curves[bits_per_symbol / 2 - 1];
}

double q_function(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

}  // namespace

Information information(int bits_per_symbol, double sinr) {
  const Curve& points = curve_of(bits_per_symbol);
  const double at = (10 * std::log10(std::max(sinr, 1e-30)) - kLeast_db) / kStep_db;
  if (at <= 0) {  // both are proportional to a small SINR
    const double share = sinr / linear(kLeast_db);
    return {share * points[0].mean, share * points[0].variance};
  }
  if (at >= kSteps) return points[kSteps];
  const int i = static_cast<int>(at);
  const double part = at - i;
  const auto between = [&](double a, double b) { return a + part * (b - a); };
  return {between(points[i].mean, points[i + 1].mean),
          between(points[i].variance, points[i + 1].variance)};
}

double effective_sinr(int bits_per_symbol, const std::vector<double>& sinrs) {
  if (sinrs.size() == 1) return sinrs.front();
  double mean = 0;
  for (const double sinr : sinrs) mean += information(bits_per_symbol, sinr).mean;
  mean /= static_cast<double>(sinrs.size());
  const Curve& points = curve_of(bits_per_symbol);
  if (mean <= points.front().mean) return linear(kLeast_db) * mean / points.front().mean;
  const auto above =
      std::lower_bound(points.begin(), points.end(), mean,
                       [](const Information& point, double value) { return point.mean < value; });
  if (above == points.end()) return linear(kMost_db);
  const auto below = above - 1;
  const double part = (mean - below->mean) / (above->mean - below->mean);
  return linear(kLeast_db + kStep_db * (static_cast<double>(below - points.begin()) + part));
}

double block_error(std::int64_t bits, const Mcs& mcs, const Transmission& received) {
  const CodeBlocks blocks = code_blocks(bits, mcs);
  const Information each = information(mcs.bits_per_symbol, received.sinr);
  const double n = received.symbols / static_cast<double>(blocks.count);
  const double margin = n * each.mean - static_cast<double>(blocks.bits) + 0.5 * std::log2(n);
  const double lost = q_function(margin / std::sqrt(std::max(1e-12, n * each.variance)));
  return -std::expm1(static_cast<double>(blocks.count) * std::log1p(-std::min(lost, 1 - 1e-16)));
}

double block_error(std::int64_t bits, const Mcs& mcs, const std::vector<Transmission>& received,
                   Combining combining) {
  double symbols = 0, energy = 0;
  for (const Transmission& each : received) {
    symbols += each.symbols;
    energy += each.symbols * each.sinr;
  }
  double distinct = received.front().symbols;
  if (combining == Combining::kIncremental) {
    const CodeBlocks blocks = code_blocks(bits, mcs);
    const double coded = static_cast<double>(blocks.count * blocks.bits) /
                         mother_rate(blocks.base_graph) / mcs.bits_per_symbol;
    distinct = std::min(symbols, std::max(distinct, coded));
  }
  return block_error(bits, mcs, {distinct, energy / distinct});
}

}  // namespace gradwave::channel::nr
