// SPDX-License-Identifier: GPL-2.0-only
// A sparse vector as bytes, little-endian:
//
//   u32 k | k indices of ceil(log2 d) bits each, packed, lowest bit first, padded to a byte | k f32
//
// With k == d the indices say nothing and are left out. Indices ascend.
#pragma once

#include <cstdint>
#include <vector>

namespace gradwave::learning {

struct Sparse {
  std::vector<std::uint32_t> indices;  // ascending, each below d
  std::vector<float> values;           // as many
};

int index_bits(std::int64_t model_size);  // ceil(log2 d), 0 for d = 1
std::int64_t encoded_bytes(std::int64_t k, std::int64_t model_size);

// `out` is overwritten; its capacity is kept, so that a round allocates nothing.
void encode(const Sparse& sparse, std::int64_t model_size, std::vector<std::uint8_t>& out);

// Throws std::invalid_argument if the bytes are not one whole message for this d: truncated, too
// long, k > d, an index beyond d or out of order.
void decode(const std::vector<std::uint8_t>& bytes, std::int64_t model_size, Sparse& out);

}  // namespace gradwave::learning
