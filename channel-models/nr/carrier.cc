// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/carrier.h"

#include <cmath>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel::nr {
namespace {

struct Bandwidth {
  int mhz;
  std::int64_t blocks;
};

const std::vector<Bandwidth>& bandwidths(bool millimetre_waves, std::int64_t numerology) {
  static const std::vector<Bandwidth> none;
  static const std::vector<Bandwidth> below_7_ghz[] = {{{5, 25},
                                                        {10, 52},
                                                        {15, 79},
                                                        {20, 106},
                                                        {25, 133},
                                                        {30, 160},
                                                        {35, 188},
                                                        {40, 216},
                                                        {45, 242},
                                                        {50, 270}},
                                                       {{5, 11},
                                                        {10, 24},
                                                        {15, 38},
                                                        {20, 51},
                                                        {25, 65},
                                                        {30, 78},
                                                        {35, 92},
                                                        {40, 106},
                                                        {45, 119},
                                                        {50, 133},
                                                        {60, 162},
                                                        {70, 189},
                                                        {80, 217},
                                                        {90, 245},
                                                        {100, 273}},
                                                       {{10, 11},
                                                        {15, 18},
                                                        {20, 24},
                                                        {25, 31},
                                                        {30, 38},
                                                        {35, 44},
                                                        {40, 51},
                                                        {45, 58},
                                                        {50, 65},
                                                        {60, 79},
                                                        {70, 93},
                                                        {80, 107},
                                                        {90, 121},
                                                        {100, 135}}};
  static const std::vector<Bandwidth> above_24_ghz[] = {
      {{50, 66}, {100, 132}, {200, 264}}, {{50, 32}, {100, 66}, {200, 132}, {400, 264}}};
  if (millimetre_waves) return numerology >= 2 ? above_24_ghz[numerology - 2] : none;
  return numerology <= 2 ? below_7_ghz[numerology] : none;
}

std::string spacing(std::int64_t numerology) {
  return "numerology " + std::to_string(numerology) + " (" + std::to_string(15 << numerology) +
         " kHz)";
}

std::string number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::int64_t resource_blocks(double frequency_ghz, double bandwidth_mhz, std::int64_t numerology) {
  const bool below = frequency_ghz >= 0.41 && frequency_ghz <= 7.125;
  const bool above = frequency_ghz >= 24.25 && frequency_ghz <= 71;
  if (!below && !above) {
    throw OptionError({"nr.frequency_ghz"}, "nr.frequency_ghz = " + number(frequency_ghz) +
                                                " is in no band of 5G; expected 0.41 to 7.125 "
                                                "(FR1) or 24.25 to 71 (FR2)");
  }
  const std::vector<Bandwidth>& possible = bandwidths(above, numerology);
  const std::string where = "at " + number(frequency_ghz) + " GHz";
  if (possible.empty()) {
    throw OptionError({"nr.numerology", "nr.frequency_ghz"},
                      "nr.numerology: " + spacing(numerology) + " is not used " + where +
                          "; expected " + (above ? "2 or 3" : "0, 1 or 2"));
  }
  std::string known;
  for (const Bandwidth& each : possible) {
    if (each.mhz == bandwidth_mhz) return each.blocks;
    known += (known.empty() ? "" : ", ") + std::to_string(each.mhz);
  }
  throw OptionError({"nr.bandwidth_mhz", "nr.numerology", "nr.frequency_ghz"},
                    "nr.bandwidth_mhz: " + spacing(numerology) + " has no channels of " +
                        number(bandwidth_mhz) + " MHz " + where + "; expected one of " + known);
}

std::int64_t resource_block_group(std::int64_t resource_blocks) {
  return resource_blocks <= 36 ? 2 : resource_blocks <= 72 ? 4 : resource_blocks <= 144 ? 8 : 16;
}

std::int64_t control_blocks(std::int64_t chosen, std::int64_t resource_blocks) {
  return chosen >= 0 ? chosen : (3 * resource_blocks + 99) / 100;
}

Slots::Slots(std::int64_t numerology, const std::string& pattern,
             std::int64_t special_downlink_symbols)
    : pattern_(pattern),
      fdd_(pattern == "FDD"),
      special_symbols_(static_cast<int>(special_downlink_symbols)),
      slot_ns_(1000000 >> numerology) {
  if (fdd_) {
    pattern_ = "D";
    return;
  }
  const bool known = pattern.find_first_not_of("DSU") == std::string::npos;
  const bool whole = pattern.find('D') != std::string::npos &&
                     pattern.find('U') != std::string::npos && pattern.size() <= 160;
  if (known && whole) return;
  throw OptionError(
      {"nr.pattern"},
      "nr.pattern = \"" + pattern +
          "\": expected slots as a string of D (downlink), S (special) and U "
          "(uplink), at most 160 with a D and a U at the least, as \"DDDSU\", or \"FDD\"");
}

int Slots::downlink_symbols(std::int64_t slot) const {
  if (fdd_ || kind(slot) == 'D') return kSymbolsOfSlot;
  return kind(slot) == 'S' ? special_symbols_ : 0;
}

std::int64_t Slots::next_uplink(std::int64_t slot) const {
  while (!uplink(slot)) ++slot;
  return slot;
}

std::int64_t Slots::next_downlink(std::int64_t slot) const {
  while (downlink_symbols(slot) == 0) ++slot;
  return slot;
}

std::int64_t Slots::latest_downlink(std::int64_t slot) const {
  while (slot >= 0 && downlink_symbols(slot) == 0) --slot;
  return slot;
}

double advertised_rate_bps(std::int64_t numerology, std::int64_t resource_blocks,
                           int bits_per_symbol, int layers, double overhead) {
  const double symbol_s = 1e-3 / (kSymbolsOfSlot << numerology);
  const double elements = 12 * static_cast<double>(resource_blocks) / symbol_s;
  return layers * bits_per_symbol * (948.0 / 1024) * elements * (1 - overhead);
}

}  // namespace gradwave::channel::nr
