// SPDX-License-Identifier: GPL-2.0-only
#include "learning/data/content.h"

#include <cstdio>
#include <cstring>

namespace gradwave::learning {

void ContentHash::add(std::uint64_t word) {
  state_ = (state_ ^ word) * 0x100000001b3U;
  state_ ^= state_ >> 29;  // so that what is high in a word reaches the low bits as well
}

void ContentHash::add(const std::uint8_t* data, std::int64_t size) {
  add(static_cast<std::uint64_t>(size));
  for (std::int64_t at = 0; at < size; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + at, static_cast<std::size_t>(size - at < 8 ? size - at : 8));
    add(word);
  }
}

void ContentHash::add(const std::string& text) {
  add(reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<std::int64_t>(text.size()));
}

std::string ContentHash::text() const {
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(state_));
  return text;
}

std::string content_of(const Dataset& data) {
  ContentHash hash;
  for (const Images* images : {&data.train, &data.test}) {
    hash.add(static_cast<std::uint64_t>(images->count()));
    for (const std::uint8_t* image : images->images) hash.add(image, data.image.pixels());
    for (const Label label : images->labels) hash.add(label);
  }
  return hash.text();
}

}  // namespace gradwave::learning
