// SPDX-License-Identifier: GPL-2.0-only
// Whether two runs learn from the same: a hash of what they read.
#pragma once

#include <cstdint>
#include <string>

#include "learning/data/dataset.h"

namespace gradwave::learning {

// 64-bit FNV-1a over words of eight bytes. No protection against malice.
class ContentHash {
 public:
  void add(std::uint64_t word);
  void add(const std::uint8_t* data, std::int64_t size);
  void add(const std::string& text);

  std::string text() const;  // 16 hexadecimal digits

 private:
  std::uint64_t state_ = 0xcbf29ce484222325U;
};

// Of all images and labels.
std::string content_of(const Dataset& data);

// DatasetShape::content of the data that this process keeps; reads and keeps them first, if it does
// not yet (keep_dataset()). Throws OptionError, also if a folder of images was written to
// meanwhile.
std::string content_kept(const DataOptions& options);

}  // namespace gradwave::learning
