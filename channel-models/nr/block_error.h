// SPDX-License-Identifier: GPL-2.0-only
// How likely a transport block is lost: one function, of which link adaptation and the channel both
// ask, so that they cannot disagree.
//
// A code block of K bits over n symbols, each of which says C bits about them with variance V,
// fails with probability
//   Q( (n C - K + log2(n)/2) / sqrt(n V) )
// (normal approximation; Polyanskiy, Poor, Verdu, IEEE Trans. IT 56(5), 2010, Eq. 223), with mean
// and variance of the information that bit-interleaved Gray QAM carries (Caire, Taricco, Biglieri,
// IEEE Trans. IT 44(3), 1998). A real receiver needs `loss_db` more SINR than that: 0.9 meets NR's
// LDPC code with perfect channel knowledge (NVIDIA Sionna's tables), 2.0 a software receiver that
// estimates the channel (srsRAN's thresholds), 3.8 5G-LENA's tables.
//
// SINR is linear, per resource element. A transport block is lost when any of its code blocks is.
#pragma once

#include <cstdint>
#include <vector>

#include "channel-models/nr/transport_block.h"

namespace gradwave::channel::nr {

// What a symbol says, in bits: mean and variance.
struct Information {
  double mean = 0;
  double variance = 0;
};

// Of Qm = 2, 4, 6, 8 bits a symbol, interpolated in steps of 0.25 dB.
Information information(int bits_per_symbol, double sinr);

// The one SINR at which symbols say as much as these do on average: what a transmission over a
// frequency-selective channel is worth. 35 dB at the most.
double effective_sinr(int bits_per_symbol, const std::vector<double>& sinrs);

struct Transmission {
  double symbols = 0;
  double sinr = 0;
};

// What the transmissions of one block have in common.
enum class Combining {
  kChase,       // all say the same: the SINRs add
  kIncremental  // each says what the others have not, until the mother code's bits are used up
};

// Probability that a block of `bits` (a TBS) cannot be decoded from all its transmissions, one at
// least.
double block_error(std::int64_t bits, const Mcs& mcs, const std::vector<Transmission>& received,
                   Combining combining);

// The same of one transmission.
double block_error(std::int64_t bits, const Mcs& mcs, const Transmission& received);

}  // namespace gradwave::channel::nr
