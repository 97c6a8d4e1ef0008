// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/codec.h"

#include <cassert>
#include <cstring>
#include <stdexcept>
#include <string>

namespace gradwave::learning {
namespace {

constexpr std::int64_t kCountBytes = 4;
constexpr std::int64_t kValueBytes = 4;

std::int64_t index_bytes(std::int64_t k, std::int64_t model_size) {
  return k == model_size ? 0 : (k * index_bits(model_size) + 7) / 8;
}

// Little-endian words, whatever the machine; compilers make a single move of it on ours.
void put_u32(std::uint32_t word, std::uint8_t* out) {
  for (int byte = 0; byte < 4; ++byte) out[byte] = static_cast<std::uint8_t>(word >> (8 * byte));
}

std::uint32_t get_u32(const std::uint8_t* in) {
  std::uint32_t word = 0;
  for (int byte = 0; byte < 4; ++byte) word |= static_cast<std::uint32_t>(in[byte]) << (8 * byte);
  return word;
}

void put_float(float value, std::uint8_t* out) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  put_u32(bits, out);
}

float get_float(const std::uint8_t* in) {
  const std::uint32_t bits = get_u32(in);
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

constexpr bool kLittleEndian = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

void put_floats(const std::vector<float>& values, std::uint8_t* out) {
  if (values.empty()) return;
  if (kLittleEndian) {
    std::memcpy(out, values.data(), values.size() * kValueBytes);
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) put_float(values[i], out + i * kValueBytes);
}

void get_floats(const std::uint8_t* in, std::vector<float>& values) {
  if (values.empty()) return;
  if (kLittleEndian) {
    std::memcpy(values.data(), in, values.size() * kValueBytes);
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = get_float(in + i * kValueBytes);
}

// Fewer than 8 bits wait in `pending` between two indices, so 64 always suffice.
void pack(const std::vector<std::uint32_t>& indices, int width, std::uint8_t* out) {
  std::uint64_t pending = 0;
  int bits = 0;
  for (const std::uint32_t index : indices) {
    pending |= static_cast<std::uint64_t>(index) << bits;
    for (bits += width; bits >= 8; bits -= 8) {
      *out++ = static_cast<std::uint8_t>(pending);
      pending >>= 8;
    }
  }
  if (bits > 0) *out = static_cast<std::uint8_t>(pending);
}

void unpack(const std::uint8_t* in, int width, std::vector<std::uint32_t>& indices) {
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  std::uint64_t pending = 0;
  int bits = 0;
  for (std::uint32_t& index : indices) {
    for (; bits < width; bits += 8) pending |= static_cast<std::uint64_t>(*in++) << bits;
    index = static_cast<std::uint32_t>(pending & mask);
    pending >>= width;
    bits -= width;
  }
}

[[noreturn]] void refuse(const std::string& reason) {
  throw std::invalid_argument("not a sparse gradient: " + reason);
}

void check_order(const std::vector<std::uint32_t>& indices, std::int64_t model_size) {
  std::int64_t previous = -1;
  for (const std::uint32_t index : indices) {
    if (index >= model_size) {
      refuse("index " + std::to_string(index) + ", but d = " + std::to_string(model_size));
    }
    if (index <= previous) refuse("index " + std::to_string(index) + " is out of order");
    previous = index;
  }
}

}  // namespace

int index_bits(std::int64_t model_size) {
  int bits = 0;
  while ((std::int64_t{1} << bits) < model_size) ++bits;
  return bits;
}

std::int64_t encoded_bytes(std::int64_t k, std::int64_t model_size) {
  return kCountBytes + index_bytes(k, model_size) + k * kValueBytes;
}

void encode(const Sparse& sparse, std::int64_t model_size, std::vector<std::uint8_t>& out) {
  const auto k = static_cast<std::int64_t>(sparse.indices.size());
  assert(k <= model_size && model_size <= std::int64_t{1} << 32);
  assert(sparse.values.size() == sparse.indices.size());
  out.assign(encoded_bytes(k, model_size), 0);
  put_u32(static_cast<std::uint32_t>(k), out.data());
  if (k < model_size) pack(sparse.indices, index_bits(model_size), out.data() + kCountBytes);
  put_floats(sparse.values, out.data() + kCountBytes + index_bytes(k, model_size));
}

void decode(const std::vector<std::uint8_t>& bytes, std::int64_t model_size, Sparse& out) {
  const auto length = static_cast<std::int64_t>(bytes.size());
  if (length < kCountBytes) refuse(std::to_string(length) + " bytes hold no count");
  const std::int64_t k = get_u32(bytes.data());
  if (k > model_size) {
    refuse("k = " + std::to_string(k) + ", but d = " + std::to_string(model_size));
  }
  if (length != encoded_bytes(k, model_size)) {
    refuse(std::to_string(length) + " bytes, expected " +
           std::to_string(encoded_bytes(k, model_size)) + " for k = " + std::to_string(k));
  }

  out.indices.resize(k);
  out.values.resize(k);
  if (k == model_size) {
    for (std::int64_t i = 0; i < k; ++i) out.indices[i] = static_cast<std::uint32_t>(i);
  } else {
    unpack(bytes.data() + kCountBytes, index_bits(model_size), out.indices);
    check_order(out.indices, model_size);
  }
  get_floats(bytes.data() + kCountBytes + index_bytes(k, model_size), out.values);
}

}  // namespace gradwave::learning
