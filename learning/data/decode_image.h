// SPDX-License-Identifier: GPL-2.0-only
// PNG and JPEG files as bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "learning/data/dataset.h"

namespace gradwave::learning {

// Whether the file's name ends as a PNG's or JPEG's does.
bool is_image(const std::filesystem::path& file);

// Size and channels (1 grey, 3 colour) from the file's header. Both throw std::invalid_argument,
// naming the file, if it cannot be read or is damaged.
ImageShape image_header(const std::filesystem::path& file);

struct Picture {
  ImageShape shape;
  std::vector<std::uint8_t> pixels;  // [channels, height, width]
};

// With `channels` 1 or 3, whatever the file has. What is transparent is seen before black.
Picture decode_image(const std::filesystem::path& file, std::int64_t channels);

}  // namespace gradwave::learning
