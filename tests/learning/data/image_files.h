// SPDX-License-Identifier: GPL-2.0-only
// PNG and JPEG files for tests, made in memory.
#pragma once

// clang-format off
#include <cstdio>  // which jpeglib.h needs
#include <jpeglib.h>
#include <png.h>
// clang-format on

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace gradwave::learning {

struct PngFile {
  int width = 1, height = 1;
  int type = PNG_COLOR_TYPE_GRAY, depth = 8;
  std::vector<std::uint8_t> bytes;  // the rows, as PNG packs them
  bool interlaced = false;
  std::vector<png_color> palette = {};
  std::vector<png_byte> palette_alpha = {};   // of tRNS
  std::vector<png_uint_16> transparent = {};  // of tRNS: the grey or the colour that is
  double gamma = 0;                           // of gAMA; 0: none
};

inline std::string encode(PngFile file) {
  std::string out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp to, png_bytep data, std::size_t size) {
        static_cast<std::string*>(png_get_io_ptr(to))->append(reinterpret_cast<char*>(data), size);
      },
      nullptr);
  png_set_IHDR(png, info, file.width, file.height, file.depth, file.type,
               file.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!file.palette.empty()) {
    png_set_PLTE(png, info, file.palette.data(), static_cast<int>(file.palette.size()));
  }
  if (!file.palette_alpha.empty()) {
    png_set_tRNS(png, info, file.palette_alpha.data(), static_cast<int>(file.palette_alpha.size()),
                 nullptr);
  }
  if (!file.transparent.empty()) {
    png_color_16 key = {};
    key.gray = key.red = file.transparent.front();
    if (file.transparent.size() == 3) {
      key.green = file.transparent[1];
      key.blue = file.transparent[2];
    }
    png_set_tRNS(png, info, nullptr, 0, &key);
  }
  if (file.gamma > 0) png_set_gAMA(png, info, file.gamma);
  png_write_info(png, info);
  const std::size_t row = png_get_rowbytes(png, info);
  if (file.bytes.size() != row * static_cast<std::size_t>(file.height)) std::abort();
  std::vector<png_bytep> rows(file.height);
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = file.bytes.data() + y * row;
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

struct JpegFile {
  int width = 8, height = 8;
  std::vector<std::uint8_t> pixels;     // [height, width, components of `space`]
  J_COLOR_SPACE space = JCS_RGB;        // of the pixels
  J_COLOR_SPACE stored_as = JCS_YCbCr;  // in the file
  bool progressive = false;
  int restart_interval = 0;  // blocks; 0: no restart markers
};

// At the best quality, without subsampling.
inline std::string encode(const JpegFile& file) {
  jpeg_compress_struct jpeg = {};
  jpeg_error_mgr errors = {};
  jpeg.err = jpeg_std_error(&errors);  // which ends the program
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;  // NOLINT(google-runtime-int): as jpeglib.h has it
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = file.width;
  jpeg.image_height = file.height;
  jpeg.input_components = static_cast<int>(file.pixels.size()) / (file.width * file.height);
  jpeg.in_color_space = file.space;
  jpeg_set_defaults(&jpeg);
  jpeg_set_colorspace(&jpeg, file.stored_as);
  jpeg_set_quality(&jpeg, 100, TRUE);
  for (int i = 0; i < jpeg.num_components; ++i) {
    jpeg.comp_info[i].h_samp_factor = jpeg.comp_info[i].v_samp_factor = 1;
  }
  if (file.progressive) jpeg_simple_progression(&jpeg);
  jpeg.restart_interval = file.restart_interval;
  jpeg_start_compress(&jpeg, TRUE);
  const std::size_t row = static_cast<std::size_t>(file.width) * jpeg.input_components;
  while (jpeg.next_scanline < jpeg.image_height) {
    auto* line = const_cast<std::uint8_t*>(file.pixels.data()) + jpeg.next_scanline * row;
    jpeg_write_scanlines(&jpeg, &line, 1);
  }
  jpeg_finish_compress(&jpeg);
  std::string out(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&jpeg);
  std::free(bytes);
  return out;
}

inline void write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::filesystem::remove(file);  // which is faster than to overwrite it
  std::ofstream(file, std::ios::binary) << bytes;
}

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// `count` pixels of this one colour.
inline std::vector<std::uint8_t> repeated(std::vector<std::uint8_t> colour, int count) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < count; ++i) pixels.insert(pixels.end(), colour.begin(), colour.end());
  return pixels;
}

}  // namespace gradwave::learning
