// SPDX-License-Identifier: GPL-2.0-only
// How many bits one transmission carries: TS 38.214 5.1.3.2 (PDSCH) and 6.1.4.2 (PUSCH, the same
// steps), in integers, as a double would round now and then to the next size; and how they are cut
// into code blocks, TS 38.212 5.2.2.
#pragma once

#include <cstdint>
#include <vector>

namespace gradwave::channel::nr {

// A code rate is a multiple of this part: 682.5/1024 of the tables is 6825.
constexpr std::int64_t kRateParts = 10240;

// Modulation and coding scheme.
struct Mcs {
  int index = 0;
  int bits_per_symbol = 2;  // Qm: 2, 4, 6, 8
  std::int64_t rate = 0;    // target code rate R, in parts of kRateParts

  double efficiency() const { return bits_per_symbol * static_cast<double>(rate) / kRateParts; }
};

// TS 38.214 Table 5.1.3.1-1 (up to 64QAM) and 5.1.3.1-2 (up to 256QAM), without the reserved rows,
// ascending by index; both are PUSCH's as well while transform precoding is off.
const std::vector<Mcs>& mcs_table_64qam();
const std::vector<Mcs>& mcs_table_256qam();

// N_RE, the resource elements that carry data in `prbs` resource blocks of `symbols` OFDM symbols.
// `dmrs` per block, including those of CDM groups without data; `overhead`: xOverhead, 0, 6,
// 12, 18.
std::int64_t resource_elements(int symbols, int dmrs, int overhead, std::int64_t prbs);

// TBS in bits over `elements` = N_RE > 0 and 1 to 4 layers; without its CRC.
std::int64_t transport_block_bits(std::int64_t elements, const Mcs& mcs, int layers);

struct CodeBlocks {
  std::int64_t count = 1;
  std::int64_t bits = 0;  // of each, with all CRCs, rounded up
  int base_graph = 1;     // of the LDPC code, TS 38.212 7.2.2
};

// `bits`: a TBS.
CodeBlocks code_blocks(std::int64_t bits, const Mcs& mcs);

// Of the base graph: less would repeat coded bits.
inline double mother_rate(int base_graph) { return base_graph == 1 ? 1.0 / 3 : 1.0 / 5; }

}  // namespace gradwave::channel::nr
