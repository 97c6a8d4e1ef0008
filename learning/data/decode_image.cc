// SPDX-License-Identifier: GPL-2.0-only
#include "learning/data/decode_image.h"

// clang-format off
#include <cstdio>  // which jpeglib.h needs
#include <jpeglib.h>
#include <jerror.h>
#include <png.h>
// clang-format on

#include <algorithm>
#include <array>
#include <cctype>
#include <csetjmp>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>

#include "learning/data/file_bytes.h"

namespace gradwave::learning {
namespace {

namespace fs = std::filesystem;

// As PIL: more than twice its limit is a decompression bomb.
constexpr std::int64_t kMostPixels = std::int64_t{2} * 89478485;

constexpr std::array<std::uint8_t, 8> kPngStart = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::array<std::uint8_t, 3> kJpegStart = {0xff, 0xd8, 0xff};
constexpr std::array<std::uint8_t, 2> kJpegEnd = {0xff, 0xd9};

template <std::size_t N>
bool begins(const std::uint8_t* bytes, std::int64_t size,
            const std::array<std::uint8_t, N>& start) {
  return size >= static_cast<std::int64_t>(N) && std::equal(start.begin(), start.end(), bytes);
}

// Pixel by pixel, as decoders have them: [height, width, channels].
struct Raster {
  std::int64_t channels, height, width;
  std::vector<std::uint8_t> pixels;

  Raster(std::int64_t c, std::int64_t h, std::int64_t w)
      : channels(c), height(h), width(w), pixels(c * h * w) {}
};

// Calls into a C library, which leaves them by longjmp when something is wrong.
struct Calls {
  const fs::path& file;
  const char* format;  // "PNG"
  std::jmp_buf out = {};
  std::array<char, JMSG_LENGTH_MAX> reason = {};

  // No local of `calls` may need a destructor.
  template <class Function>
  void run(const Function& calls) {
    if (setjmp(out) != 0) refuse(reason.data());
    calls();
  }
  [[noreturn]] void leave(const char* why) {
    std::snprintf(reason.data(), reason.size(), "%s", why);
    std::longjmp(out, 1);
  }
  [[noreturn]] void refuse(const std::string& why) const {
    refuse_file(file, std::string(format) + ": " + why);
  }
  void check_size(std::int64_t height, std::int64_t width) const {
    if (height * width <= kMostPixels) return;
    refuse("its header promises " + std::to_string(height) + " x " + std::to_string(width) +
           " pixels, and more than " + std::to_string(kMostPixels) + " are not read");
  }
};

class Png {
 public:
  Png(const fs::path& file, FileBytes bytes) : calls_{file, "PNG"}, bytes_(std::move(bytes)) {
    if (!has_end()) calls_.refuse("ends too early: it is truncated or damaged");
    calls_.run([this] {
      png_.read = png_create_read_struct(PNG_LIBPNG_VER_STRING, &calls_, on_error, on_warning);
      if (png_.read == nullptr) calls_.leave("no memory");
      png_.info = png_create_info_struct(png_.read);
      if (png_.info == nullptr) calls_.leave("no memory");
      png_set_read_fn(png_.read, this, on_read);
      png_set_user_limits(png_.read, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_size() is ours
      // None of the chunks about colours matters, however odd it is.
      png_set_keep_unknown_chunks(png_.read, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
      png_read_info(png_.read, png_.info);
    });
    calls_.check_size(shape().height, shape().width);
  }

  ImageShape shape() const {
    const bool colour = (png_get_color_type(png_.read, png_.info) & PNG_COLOR_MASK_COLOR) != 0;
    return {colour ? 3 : 1, png_get_image_height(png_.read, png_.info),
            png_get_image_width(png_.read, png_.info)};
  }

  Raster decode() {
    const ImageShape size = shape();
    Raster raster(size.channels, size.height, size.width);
    const std::int64_t row = size.channels * size.width;
    calls_.run([&] {
      const int type = png_get_color_type(png_.read, png_.info);
      if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_.read);
      if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png_.read);
      png_set_scale_16(png_.read);  // v / 257 to the nearest, exactly
      png_set_strip_alpha(png_.read);
      const int passes = png_set_interlace_handling(png_.read);
      png_read_update_info(png_.read, png_.info);
      if (static_cast<std::int64_t>(png_get_rowbytes(png_.read, png_.info)) != row) {
        png_error(png_.read, "its rows have another length than its header says");
      }
      for (int pass = 0; pass < passes; ++pass) {
        for (std::int64_t y = 0; y < size.height; ++y) {
          png_read_row(png_.read, raster.pixels.data() + y * row, nullptr);
        }
      }
    });
    return raster;
  }

 private:
  struct Handles {
    png_structp read = nullptr;
    png_infop info = nullptr;

    Handles() = default;
    Handles(const Handles&) = delete;
    Handles& operator=(const Handles&) = delete;
    ~Handles() { png_destroy_read_struct(&read, &info, nullptr); }
  };

  // Whether the chunks reach to the last one, IEND: from length to length (a big-endian u32, before
  // the name's four letters, the data and four bytes of checksum).
  bool has_end() const {
    for (std::int64_t at = kPngStart.size(); bytes_.size - at >= 12;) {
      const std::uint8_t* chunk = bytes_.data + at;
      if (std::memcmp(chunk + 4, "IEND", 4) == 0) return true;
      at += 12 + static_cast<std::int64_t>(png_get_uint_32(chunk));
    }
    return false;
  }

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    static_cast<Calls*>(png_get_error_ptr(png))->leave(message);
  }
  static void on_warning(png_structp /*png*/, png_const_charp /*message*/) {}
  static void on_read(png_structp png, png_bytep out, std::size_t size) {
    auto* self = static_cast<Png*>(png_get_io_ptr(png));
    if (static_cast<std::size_t>(self->bytes_.size - self->position_) < size) {
      png_error(png, "ends too early: it is truncated or damaged");
    }
    std::memcpy(out, self->bytes_.data + self->position_, size);
    self->position_ += static_cast<std::int64_t>(size);
  }

  Calls calls_;
  FileBytes bytes_;
  std::int64_t position_ = 0;
  Handles png_;
};

class Jpeg {
 public:
  Jpeg(const fs::path& file, FileBytes bytes) : calls_{file, "JPEG"}, bytes_(std::move(bytes)) {
    jpeg_.read.err = jpeg_std_error(&errors_);
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    jpeg_.read.client_data = this;
    source_.init_source = source_.term_source = [](j_decompress_ptr) {};
    source_.fill_input_buffer = on_read;
    source_.skip_input_data = on_skip;
    source_.resync_to_restart = jpeg_resync_to_restart;
    calls_.run([this] {
      jpeg_create_decompress(&jpeg_.read);
      jpeg_.read.src = &source_;
      jpeg_read_header(&jpeg_.read, TRUE);
    });
    const int components = jpeg_.read.num_components;
    if (components != 1 && components != 3 && components != 4) {
      calls_.refuse(std::to_string(components) + " colour components, expected 1, 3 or 4");
    }
    calls_.check_size(jpeg_.read.image_height, jpeg_.read.image_width);
    if (!has_end()) calls_.refuse("ends too early: it is truncated or damaged");
  }

  ImageShape shape() const {
    return {jpeg_.read.num_components == 1 ? 1 : 3, jpeg_.read.image_height,
            jpeg_.read.image_width};
  }

  // Of 4 channels for CMYK.
  Raster decode() {
    const int components = jpeg_.read.num_components;
    Raster raster(components, jpeg_.read.image_height, jpeg_.read.image_width);
    const std::int64_t row_bytes = raster.channels * raster.width;
    jpeg_.read.out_color_space = components == 1   ? JCS_GRAYSCALE
                                 : components == 3 ? JCS_RGB
                                                   : JCS_CMYK;
    calls_.run([&] {
      jpeg_start_decompress(&jpeg_.read);
      for (int i = 0; i < components; ++i) {  // which is set as its first scan begins
        if (jpeg_.read.comp_info[i].quant_table == nullptr) calls_.leave("a colour is missing");
      }
      while (jpeg_.read.output_scanline < jpeg_.read.output_height) {
        JSAMPROW row = raster.pixels.data() + jpeg_.read.output_scanline * row_bytes;
        jpeg_read_scanlines(&jpeg_.read, &row, 1);
      }
    });
    return raster;
  }

 private:
  struct Handle {
    jpeg_decompress_struct read = {};

    Handle() = default;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { jpeg_destroy_decompress(&read); }
  };

  // Whether an end marker comes after the header. What follows it, such as a phone's film of the
  // moment, does not matter.
  bool has_end() const {
    const std::uint8_t *scan = source_.next_input_byte, *end = bytes_.data + bytes_.size;
    return std::find_end(scan, end, kJpegEnd.begin(), kJpegEnd.end()) != end;
  }

  [[noreturn]] static void on_error(j_common_ptr jpeg) {
    std::array<char, JMSG_LENGTH_MAX> message = {};
    jpeg->err->format_message(jpeg, message.data());
    static_cast<Jpeg*>(jpeg->client_data)->calls_.leave(message.data());
  }
  // Below zero is a warning; most mean that pixels are lost, and these do not.
  static void on_message(j_common_ptr jpeg, int level) {
    switch (jpeg->err->msg_code) {
      case JWRN_EXTRANEOUS_DATA:
      case JWRN_ADOBE_XFORM:
      case JWRN_JFIF_MAJOR:
      case JWRN_NOT_SEQUENTIAL:
        return;
      default:
        if (level < 0) on_error(jpeg);
    }
  }

  // In pieces: libjpeg-turbo has a faster loop for much at once, which takes any Huffman code.
  static boolean on_read(j_decompress_ptr jpeg) {
    constexpr std::int64_t kPieceBytes = 256;
    auto* self = static_cast<Jpeg*>(jpeg->client_data);
    const std::int64_t size = std::min(self->bytes_.size - self->position_, kPieceBytes);
    if (size == 0) self->calls_.leave("ends too early: it is truncated or damaged");
    self->source_.next_input_byte = self->bytes_.data + self->position_;
    self->source_.bytes_in_buffer = size;
    self->position_ += size;
    return TRUE;
  }
  static void on_skip(j_decompress_ptr jpeg, long size) {  // NOLINT(google-runtime-int)
    auto* self = static_cast<Jpeg*>(jpeg->client_data);
    if (size <= 0) return;
    const auto of_piece = std::min<std::int64_t>(size, self->source_.bytes_in_buffer);
    self->source_.next_input_byte += of_piece;
    self->source_.bytes_in_buffer -= of_piece;
    self->position_ = std::min(self->position_ + size - of_piece, self->bytes_.size);
  }

  Calls calls_;
  FileBytes bytes_;
  std::int64_t position_ = 0;  // up to which libjpeg has the bytes
  jpeg_source_mgr source_ = {};
  jpeg_error_mgr errors_ = {};
  Handle jpeg_;
};

// a b / 255, rounded, as PIL has it.
int multiply(int a, int b) {
  const int product = a * b + 128;
  return (product + (product >> 8)) >> 8;
}

// As PIL: inks are taken to be stored inverted, as Adobe's programs do.
void cmyk_to_rgb(Raster& raster) {
  const std::int64_t count = raster.height * raster.width;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint8_t* inks = raster.pixels.data() + 4 * i;
    const int light = inks[3];
    for (int c = 0; c < 3; ++c) {
      raster.pixels[3 * i + c] = static_cast<std::uint8_t>(light - multiply(255 - inks[c], light));
    }
  }
  raster.channels = 3;
}

// ITU-R 601-2 luma, as PIL has it.
std::uint8_t grey(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16);
}

Picture picture(Raster raster, std::int64_t channels) {
  if (raster.channels == 4) cmyk_to_rgb(raster);
  const std::int64_t plane = raster.height * raster.width;
  Picture picture{{channels, raster.height, raster.width}, {}};
  if (raster.channels == 1) {
    picture.pixels.reserve(channels * plane);
    for (std::int64_t c = 0; c < channels; ++c) {
      picture.pixels.insert(picture.pixels.end(), raster.pixels.begin(), raster.pixels.end());
    }
    return picture;
  }
  picture.pixels.resize(channels * plane);
  for (std::int64_t i = 0; i < plane; ++i) {
    const std::uint8_t* rgb = raster.pixels.data() + 3 * i;
    if (channels == 1) {
      picture.pixels[i] = grey(rgb);
    } else {
      for (int c = 0; c < 3; ++c) picture.pixels[c * plane + i] = rgb[c];
    }
  }
  return picture;
}

// What `use` makes of the file's decoder.
template <class Use>
auto decoded(const fs::path& file, const Use& use) {
  FileBytes bytes = file_bytes(file);
  if (bytes.size == 0) refuse_file(file, "is empty");
  if (begins(bytes.data, bytes.size, kPngStart)) {
    Png png(file, std::move(bytes));
    return use(png);
  }
  if (!begins(bytes.data, bytes.size, kJpegStart)) {
    refuse_file(file, "is neither PNG nor JPEG, whatever its name says");
  }
  Jpeg jpeg(file, std::move(bytes));
  return use(jpeg);
}

bool is_called_image(const fs::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

}  // namespace

bool is_image(const fs::path& file) {
  std::array<char, kPngStart.size()> start = {};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) refuse_file(file, "cannot be opened");
  stream.read(start.data(), start.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(start.data());
  if (begins(bytes, stream.gcount(), kPngStart) || begins(bytes, stream.gcount(), kJpegStart)) {
    return true;
  }
  if (!is_called_image(file)) return false;
  image_header(file);  // which says what is wrong, unless gzip has packed it
  return true;
}

ImageShape image_header(const fs::path& file) {
  return decoded(file, [](auto& decoder) { return decoder.shape(); });
}

Picture decode_image(const fs::path& file, std::int64_t channels) {
  return decoded(file, [&](auto& decoder) { return picture(decoder.decode(), channels); });
}

}  // namespace gradwave::learning
