// SPDX-License-Identifier: GPL-2.0-only
#include "learning/data/decode_image.h"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <type_traits>

#include "learning/data/file_bytes.h"

namespace gradwave::learning {
namespace {

namespace fs = std::filesystem;

std::string extension(const fs::path& file) {
  std::string text = file.extension().string();
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// From [height, width, channels], as decoders have them.
std::vector<std::uint8_t> planes(const std::vector<std::uint8_t>& pixels, const ImageShape& shape) {
  if (shape.channels == 1) return pixels;
  std::vector<std::uint8_t> out(pixels.size());
  const std::int64_t plane = shape.height * shape.width;
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    for (std::int64_t i = 0; i < plane; ++i) out[c * plane + i] = pixels[i * shape.channels + c];
  }
  return out;
}

class Png {
 public:
  explicit Png(const fs::path& file) : file_(file), bytes_(file_bytes(file)) {
    image_.version = PNG_IMAGE_VERSION;
    png_image_begin_read_from_memory(&image_, bytes_.data, bytes_.size);
    check();
  }
  ~Png() { png_image_free(&image_); }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;

  ImageShape shape() const {
    return {(image_.format & PNG_FORMAT_FLAG_COLOR) != 0 ? 3 : 1, image_.height, image_.width};
  }

  std::vector<std::uint8_t> decode(std::int64_t channels) {
    image_.format = channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image_));
    const png_color black = {};
    png_image_finish_read(&image_, &black, pixels.data(), 0, nullptr);
    check();
    return pixels;
  }

 private:
  void check() const {
    if (PNG_IMAGE_FAILED(image_)) refuse_file(file_, std::string("PNG: ") + image_.message);
  }

  fs::path file_;
  FileBytes bytes_;
  png_image image_ = {};
};

class Jpeg {
 public:
  explicit Jpeg(const fs::path& file)
      : file_(file), bytes_(file_bytes(file)), decoder_(tjInitDecompress(), tjDestroy) {
    int width = 0, height = 0, subsampling = 0, colours = 0;
    check(tjDecompressHeader3(decoder_.get(), bytes_.data, bytes_.size, &width, &height,
                              &subsampling, &colours));
    shape_ = {colours == TJCS_GRAY ? 1 : 3, height, width};
  }

  ImageShape shape() const { return shape_; }

  std::vector<std::uint8_t> decode(std::int64_t channels) {
    std::vector<std::uint8_t> pixels(channels * shape_.height * shape_.width);
    check(tjDecompress2(decoder_.get(), bytes_.data, bytes_.size, pixels.data(),
                        static_cast<int>(shape_.width), 0, static_cast<int>(shape_.height),
                        channels == 3 ? TJPF_RGB : TJPF_GRAY, TJFLAG_ACCURATEDCT));
    return pixels;
  }

 private:
  void check(int result) const {
    if (result != 0) refuse_file(file_, std::string("JPEG: ") + tjGetErrorStr2(decoder_.get()));
  }

  fs::path file_;
  FileBytes bytes_;
  std::unique_ptr<std::remove_pointer_t<tjhandle>, int (*)(tjhandle)> decoder_;
  ImageShape shape_;
};

template <typename Decoder>
Picture decode(const fs::path& file, std::int64_t channels) {
  Decoder decoder(file);
  ImageShape shape = decoder.shape();
  shape.channels = channels;
  return {shape, planes(decoder.decode(channels), shape)};
}

bool is_png(const fs::path& file) { return extension(file) == ".png"; }

}  // namespace

bool is_image(const fs::path& file) {
  const std::string ending = extension(file);
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

ImageShape image_header(const fs::path& file) {
  return is_png(file) ? Png(file).shape() : Jpeg(file).shape();
}

Picture decode_image(const fs::path& file, std::int64_t channels) {
  return is_png(file) ? decode<Png>(file, channels) : decode<Jpeg>(file, channels);
}

}  // namespace gradwave::learning
