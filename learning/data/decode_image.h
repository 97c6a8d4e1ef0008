// SPDX-License-Identifier: GPL-2.0-only
// PNG and JPEG files as bytes: the pixels that PIL's convert("RGB") and convert("L"), and so
// torchvision's ImageFolder, make of eight bits a channel. No gamma, no colour profile, no rotation
// by EXIF; transparency is dropped; a palette is looked up; fewer bits are spread over 0 to 255,
// and sixteen, v, become v / 257 rounded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "learning/data/dataset.h"

namespace gradwave::learning {

// Whether the file is a PNG or a JPEG by its first bytes, whatever its name. All three throw
// OptionError, naming the file, if it cannot be read or is damaged: this one if only the name says
// that it is one.
bool is_image(const std::filesystem::path& file);

// Size and channels (1 grey; 3 colour, which a palette is too) from the file's header; the file is
// not read further but for whether its end is there.
ImageShape image_header(const std::filesystem::path& file);

struct Picture {
  ImageShape shape;
  std::vector<std::uint8_t> pixels;  // [channels, height, width]
};

// With `channels` 1 or 3, whatever the file has.
Picture decode_image(const std::filesystem::path& file, std::int64_t channels);

}  // namespace gradwave::learning
