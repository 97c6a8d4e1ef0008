// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/transport_block.h"

#include <algorithm>
#include <array>

namespace gradwave::channel::nr {
namespace {

// Table 5.1.3.2-1.
constexpr std::array<std::int64_t, 93> kSmallSizes = {
    24,   32,   40,   48,   56,   64,   72,   80,   88,   96,   104,  112,  120,  128,  136,  144,
    152,  160,  168,  176,  184,  192,  208,  224,  240,  256,  272,  288,  304,  320,  336,  352,
    368,  384,  408,  432,  456,  480,  504,  528,  552,  576,  608,  640,  672,  704,  736,  768,
    808,  848,  888,  928,  984,  1032, 1064, 1128, 1160, 1192, 1224, 1256, 1288, 1320, 1352, 1416,
    1480, 1544, 1608, 1672, 1736, 1800, 1864, 1928, 2024, 2088, 2152, 2216, 2280, 2408, 2472, 2536,
    2600, 2664, 2728, 2792, 2856, 2976, 3104, 3240, 3368, 3496, 3624, 3752, 3824};

struct Targets {
  int bits_per_symbol;
  std::vector<double> of_1024;
};

std::vector<Mcs> table(const std::vector<Targets>& rows) {
  std::vector<Mcs> schemes;
  for (const Targets& row : rows) {
    for (const double target : row.of_1024) {
      // Every target is a multiple of 1/2, so times 10 it is whole.
      schemes.push_back({static_cast<int>(schemes.size()), row.bits_per_symbol,
                         static_cast<std::int64_t>(10 * target)});
    }
  }
  return schemes;
}

std::int64_t ceil_of(std::int64_t dividend, std::int64_t divisor) {
  return (dividend + divisor - 1) / divisor;
}

// floor(log2(number)), number > 0.
int floor_log2(std::int64_t number) {
  int exponent = -1;
  for (; number > 0; number >>= 1) ++exponent;
  return exponent;
}

// N_info is info / kRateParts throughout. floor(log2(x)) is that of floor(x) for x >= 1.
std::int64_t small_block(std::int64_t info) {
  const int n = std::max(3, floor_log2(std::max<std::int64_t>(1, info / kRateParts)) - 6);
  const std::int64_t quantised =
      std::max<std::int64_t>(24, info / (kRateParts << n) * (std::int64_t{1} << n));
  return *std::lower_bound(kSmallSizes.begin(), kSmallSizes.end(), quantised);
}

std::int64_t large_block(std::int64_t info, const Mcs& mcs) {
  const std::int64_t less = info - 24 * kRateParts;
  const int n = floor_log2(less / kRateParts) - 5;
  const std::int64_t step = kRateParts << n;
  const std::int64_t rounded = (2 * less + step) / (2 * step);  // ties up
  const std::int64_t with_crc = std::max<std::int64_t>(3840, rounded << n) + 24;
  const std::int64_t most = 4 * mcs.rate <= kRateParts ? 3816 : 8424;
  // with_crc - 24 <= 8424 is one block, although ceil() would make it two above 8400.
  const std::int64_t blocks = most == 8424 && with_crc - 24 <= most ? 1 : ceil_of(with_crc, most);
  return 8 * blocks * ceil_of(with_crc, 8 * blocks) - 24;
}

}  // namespace

const std::vector<Mcs>& mcs_table_64qam() {
  static const std::vector<Mcs> schemes =
      table({{2, {120, 157, 193, 251, 308, 379, 449, 526, 602, 679}},
             {4, {340, 378, 434, 490, 553, 616, 658}},
             {6, {438, 466, 517, 567, 616, 666, 719, 772, 822, 873, 910, 948}}});
  return schemes;
}

const std::vector<Mcs>& mcs_table_256qam() {
  static const std::vector<Mcs> schemes =
      table({{2, {120, 193, 308, 449, 602}},
             {4, {378, 434, 490, 553, 616, 658}},
             {6, {466, 517, 567, 616, 666, 719, 772, 822, 873}},
             {8, {682.5, 711, 754, 797, 841, 885, 916.5, 948}}});
  return schemes;
}

std::int64_t resource_elements(int symbols, int dmrs, int overhead, std::int64_t prbs) {
  return std::min(156, 12 * symbols - dmrs - overhead) * prbs;
}

std::int64_t transport_block_bits(std::int64_t elements, const Mcs& mcs, int layers) {
  const std::int64_t info = elements * mcs.rate * mcs.bits_per_symbol * layers;
  return info <= 3824 * kRateParts ? small_block(info) : large_block(info, mcs);
}

CodeBlocks code_blocks(std::int64_t bits, const Mcs& mcs) {
  const bool second = bits <= 292 || 4 * mcs.rate <= kRateParts ||
                      (bits <= 3824 && 100 * mcs.rate <= 67 * kRateParts);
  const std::int64_t most = second ? 3840 : 8448;
  const std::int64_t with_crc = bits + (bits > 3824 ? 24 : 16);
  CodeBlocks blocks;
  blocks.base_graph = second ? 2 : 1;
  blocks.count = with_crc <= most ? 1 : ceil_of(with_crc, most - 24);
  blocks.bits = ceil_of(with_crc, blocks.count) + (blocks.count > 1 ? 24 : 0);
  return blocks;
}

}  // namespace gradwave::channel::nr
