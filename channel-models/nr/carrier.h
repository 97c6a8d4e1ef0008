// SPDX-License-Identifier: GPL-2.0-only
// A carrier's grid: how many resource blocks its bandwidth has, which slots are whose, and the most
// that it can carry.
#pragma once

#include <cstdint>
#include <string>

#include "channel-models/nr/transport_block.h"

namespace gradwave::channel::nr {

// N_RB of TS 38.101-1 Table 5.3.2-1 below 7.125 GHz and of 38.101-2 Table 5.3.2-1 above 24.25 GHz,
// at a subcarrier spacing of 15 kHz << numerology. Throws OptionError, naming what is possible.
std::int64_t resource_blocks(double frequency_ghz, double bandwidth_mhz, std::int64_t numerology);

// P, the resource blocks of a group: TS 38.214 Table 5.1.2.2.1-1, configuration 1.
std::int64_t resource_block_group(std::int64_t resource_blocks);

// Of an uplink slot, for control: `chosen`, or 3 % of the carrier for -1.
std::int64_t control_blocks(std::int64_t chosen, std::int64_t resource_blocks);

constexpr int kSymbolsOfSlot = 14;

// Slots 0, 1, ... of 1 ms >> numerology, each downlink (D), uplink (U) or special (S: downlink, a
// gap, and nothing that this cell sends up), repeating; or, FDD, each both.
class Slots {
 public:
  // `pattern`: a string of D, S and U with at least one D and one U, or "FDD". Throws OptionError.
  Slots(std::int64_t numerology, const std::string& pattern, std::int64_t special_downlink_symbols);

  std::int64_t slot_ns() const { return slot_ns_; }
  double seconds(std::int64_t slots) const { return 1e-9 * static_cast<double>(slots * slot_ns_); }
  std::int64_t period() const { return static_cast<std::int64_t>(pattern_.size()); }

  bool uplink(std::int64_t slot) const { return kind(slot) == 'U' || fdd_; }
  // OFDM symbols of the downlink, control included: 14, fewer in a special slot, 0.
  int downlink_symbols(std::int64_t slot) const;

  std::int64_t next_uplink(std::int64_t slot) const;      // the first at or after
  std::int64_t next_downlink(std::int64_t slot) const;    // the first at or after
  std::int64_t latest_downlink(std::int64_t slot) const;  // the last at or before

 private:
  char kind(std::int64_t slot) const { return pattern_[slot % period()]; }

  std::string pattern_;
  bool fdd_;
  int special_symbols_;
  std::int64_t slot_ns_;
};

// TS 38.306 4.1.2: what a data sheet says, in bit/s, of one carrier all of whose slots go one way.
double advertised_rate_bps(std::int64_t numerology, std::int64_t resource_blocks,
                           int bits_per_symbol, int layers, double overhead);

}  // namespace gradwave::channel::nr
