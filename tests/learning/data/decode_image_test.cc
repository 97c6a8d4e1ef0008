// SPDX-License-Identifier: GPL-2.0-only
#include "learning/data/decode_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "learning/options.h"
#include "tests/learning/data/image_files.h"

namespace gradwave::learning {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

fs::path stored(const std::string& name) {
  return fs::path(GRADWAVE_SOURCE) / "tests/learning/data/images" / name;
}

class DecodeImage : public testing::Test {
 protected:
  ~DecodeImage() override { fs::remove(file_); }

  Picture decoded(const std::string& bytes, std::int64_t channels) const {
    write_file(file_, bytes);
    return decode_image(file_, channels);
  }
  Bytes pixels(const std::string& bytes, std::int64_t channels) const {
    return decoded(bytes, channels).pixels;
  }
  ImageShape header(const std::string& bytes) const {
    write_file(file_, bytes);
    return image_header(file_);
  }
  // Why it is not decoded; empty if it is.
  std::string refusal(const std::string& bytes) const {
    try {
      decoded(bytes, 3);
      return "";
    } catch (const OptionError& error) {
      EXPECT_THAT(error.what(), HasSubstr(file_.string()));
      return error.what();
    }
  }
  // Likewise, by its header alone.
  std::string header_refusal(const std::string& bytes) const {
    try {
      header(bytes);
      return "";
    } catch (const OptionError& error) {
      return error.what();
    }
  }

  const fs::path file_ =
      fs::path(testing::TempDir()) /
      ("decode-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

using DecodePng = DecodeImage;
using DecodeJpeg = DecodeImage;

PngFile grey_png(int width, int height, const Bytes& bytes, int depth = 8) {
  PngFile file;
  file.width = width;
  file.height = height;
  file.depth = depth;
  file.bytes = bytes;
  return file;
}

PngFile png_of(int type, int width, const Bytes& bytes, int depth = 8) {
  PngFile file = grey_png(width, 1, bytes, depth);
  file.type = type;
  return file;
}

// With something in every block.
JpegFile patterned_jpeg(int width = 64, int height = 40) {
  JpegFile file;
  file.width = width;
  file.height = height;
  unsigned state = 1;
  for (int i = 0; i < width * height * 3; ++i) {
    state = state * 1664525U + 1013904223U;
    file.pixels.push_back(static_cast<std::uint8_t>(state >> 24));
  }
  return file;
}

// Before the first marker of this kind.
std::string with_inserted(std::string bytes, char marker, const std::string& inserted) {
  bytes.insert(bytes.find(std::string("\xff") + marker), inserted);
  return bytes;
}

TEST_F(DecodePng, EightBitsAreTakenAsTheyAre) {
  Bytes ramp(256);
  std::iota(ramp.begin(), ramp.end(), 0);
  PngFile file = grey_png(16, 16, ramp);
  EXPECT_EQ(pixels(encode(file), 1), ramp);
  for (const double gamma : {0.45455, 1.0, 2.2}) {
    file.gamma = gamma;
    EXPECT_EQ(pixels(encode(file), 1), ramp) << gamma;
  }
  const Bytes colours = {1, 2, 3, 200, 100, 50};
  PngFile colour = png_of(PNG_COLOR_TYPE_RGB, 2, colours);
  colour.gamma = 1;
  EXPECT_THAT(pixels(encode(colour), 3), ElementsAre(1, 200, 2, 100, 3, 50));
}

TEST_F(DecodePng, SixteenBitsAreDividedBy257AndRounded) {
  Bytes every_value, expected;
  for (int v = 0; v < 65536; ++v) {
    every_value.insert(every_value.end(),
                       {static_cast<std::uint8_t>(v >> 8), static_cast<std::uint8_t>(v & 0xff)});
    expected.push_back(static_cast<std::uint8_t>((v + 128) / 257));
  }
  PngFile file = grey_png(256, 256, every_value, 16);
  EXPECT_EQ(pixels(encode(file), 1), expected);
  file.gamma = 1;
  file.interlaced = true;
  EXPECT_EQ(pixels(encode(file), 1), expected);
  // 128, 129, 65407 and half of 65535 in two pixels of red, green, blue and transparent.
  const Bytes wide = {0, 128, 0, 129, 255, 127, 0, 0, 127, 255, 128, 0, 0, 0, 128, 0};
  EXPECT_THAT(pixels(encode(png_of(PNG_COLOR_TYPE_RGB_ALPHA, 2, wide, 16)), 3),
              ElementsAre(0, 127, 1, 128, 255, 0));
}

TEST_F(DecodePng, OnePictureInEightAndSixteenBitsIsTheSame) {
  const Picture eight = decode_image(stored("grey8-same-picture.png"), 1),
                sixteen = decode_image(stored("grey16.png"), 1),
                bent = decode_image(stored("gamma-chunk.png"), 1);
  EXPECT_EQ(eight.shape, (ImageShape{1, 16, 16}));
  EXPECT_EQ(eight.pixels, sixteen.pixels);
  EXPECT_EQ(bent.shape, eight.shape);
}

TEST_F(DecodePng, FewBitsAreSpreadOver0To255) {
  EXPECT_THAT(pixels(encode(grey_png(8, 1, {0b10110001}, 1)), 1),
              ElementsAre(255, 0, 255, 255, 0, 0, 0, 255));
  EXPECT_THAT(pixels(encode(grey_png(4, 1, {0b00011011}, 2)), 1), ElementsAre(0, 85, 170, 255));
  EXPECT_THAT(pixels(encode(grey_png(3, 1, {0x0f, 0x70}, 4)), 1), ElementsAre(0, 255, 119));
  EXPECT_EQ(header(encode(grey_png(8, 1, {0}, 1))), (ImageShape{1, 1, 8}));
}

TEST_F(DecodePng, TransparencyIsDropped) {
  EXPECT_THAT(
      pixels(encode(png_of(PNG_COLOR_TYPE_RGB_ALPHA, 2, {9, 8, 7, 0, 200, 100, 50, 128})), 3),
      ElementsAre(9, 200, 8, 100, 7, 50));
  EXPECT_THAT(pixels(encode(png_of(PNG_COLOR_TYPE_GRAY_ALPHA, 2, {9, 0, 200, 128})), 1),
              ElementsAre(9, 200));
  PngFile grey = grey_png(2, 1, {9, 200});
  grey.transparent = {9};
  EXPECT_THAT(pixels(encode(grey), 1), ElementsAre(9, 200));
  EXPECT_EQ(header(encode(grey)).channels, 1);
  PngFile few_bits = grey_png(4, 1, {0b00011011}, 2);
  few_bits.transparent = {2};
  EXPECT_THAT(pixels(encode(few_bits), 1), ElementsAre(0, 85, 170, 255));
  PngFile colour = png_of(PNG_COLOR_TYPE_RGB, 1, {9, 8, 7});
  colour.transparent = {9, 8, 7};
  EXPECT_THAT(pixels(encode(colour), 3), ElementsAre(9, 8, 7));
}

TEST_F(DecodePng, APaletteIsLookedUpAndIsColour) {
  for (const int depth : {1, 2, 4, 8}) {
    PngFile file = png_of(PNG_COLOR_TYPE_PALETTE, 2, {}, depth);
    file.bytes = depth == 8 ? Bytes{1, 0} : Bytes{static_cast<std::uint8_t>(1 << (8 - depth))};
    file.palette = {{10, 20, 30}, {200, 100, 50}};
    EXPECT_EQ(header(encode(file)).channels, 3);
    EXPECT_THAT(pixels(encode(file), 3), ElementsAre(200, 10, 100, 20, 50, 30)) << depth;
    file.palette_alpha = {0, 128};
    file.gamma = 1;
    EXPECT_THAT(pixels(encode(file), 3), ElementsAre(200, 10, 100, 20, 50, 30)) << depth;
  }
}

TEST_F(DecodePng, InterlacedIsTheSamePicture) {
  for (const auto& [type, depth, row_bytes] : {std::tuple{PNG_COLOR_TYPE_GRAY, 1, 2},
                                               {PNG_COLOR_TYPE_GRAY, 4, 7},
                                               {PNG_COLOR_TYPE_GRAY_ALPHA, 8, 26},
                                               {PNG_COLOR_TYPE_RGB, 16, 78},
                                               {PNG_COLOR_TYPE_RGB_ALPHA, 8, 52}}) {
    PngFile file;
    file.width = 13;
    file.height = 11;
    file.type = type;
    file.depth = depth;
    for (int i = 0; i < row_bytes * 11; ++i)
      file.bytes.push_back(static_cast<std::uint8_t>(i * 37));
    const Bytes plain = pixels(encode(file), 3);
    file.interlaced = true;
    EXPECT_EQ(pixels(encode(file), 3), plain) << type << " " << depth;
  }
}

TEST_F(DecodePng, ColourBecomesGreyByItsLuma) {
  const Bytes colours = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 10, 20, 30};
  // (19595 R + 38470 G + 7471 B + 32768) >> 16
  EXPECT_THAT(pixels(encode(png_of(PNG_COLOR_TYPE_RGB, 5, colours)), 1),
              ElementsAre(76, 150, 29, 255, 18));
}

TEST_F(DecodePng, GreyBecomesColourThatIsGrey) {
  EXPECT_THAT(pixels(encode(grey_png(2, 1, {9, 200})), 3), ElementsAre(9, 200, 9, 200, 9, 200));
}

TEST_F(DecodePng, DamageIsRefusedWhereverItIs) {
  Bytes noise(600);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<std::uint8_t>(i * i * 31);
  const std::string whole = encode(grey_png(20, 30, noise));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    if (i < whole.size() - 12) {  // the last chunk says nothing but that it is there
      EXPECT_NE(refusal(damaged), "") << "byte " << i;
    }
    EXPECT_THAT(header_refusal(whole.substr(0, i)),
                AnyOf(HasSubstr("ends too early"), HasSubstr("is empty"),
                      HasSubstr("neither PNG nor JPEG")));
  }
  EXPECT_THAT(refusal([&] {
                std::string damaged = whole;
                damaged[whole.find("IDAT") + 20] ^= 1;
                return damaged;
              }()),
              HasSubstr("PNG: IDAT: "));
  EXPECT_EQ(pixels(whole + "and more", 1), noise);
}

TEST_F(DecodePng, AnAbsurdSizeIsRefusedBeforeMemoryIsAskedFor) {
  const auto promising = [](png_uint_32 width, png_uint_32 height) {
    std::string bytes = encode(grey_png(1, 1, {0}));
    auto* header = reinterpret_cast<png_bytep>(bytes.data()) + 12;  // "IHDR"
    png_save_uint_32(header + 4, width);
    png_save_uint_32(header + 8, height);
    png_save_uint_32(header + 17, static_cast<png_uint_32>(crc32(0, header, 17)));
    return bytes;
  };
  EXPECT_EQ(header(promising(89478485, 2)), (ImageShape{1, 2, 89478485}));
  EXPECT_THAT(header_refusal(promising(89478486, 2)),
              AllOf(HasSubstr("2 x 89478486 pixels"), HasSubstr("178956970")));
  EXPECT_THAT(header_refusal(promising(2147483647, 2147483647)), HasSubstr("2147483647"));
}

TEST_F(DecodeImage, TheFormatIsThatOfTheFirstBytes) {
  EXPECT_EQ(image_header(stored("png-named.jpeg")), (ImageShape{3, 16, 16}));
  EXPECT_TRUE(is_image(stored("png-named.jpeg")));
  const fs::path misnamed = file_.string() + ".png";
  write_file(misnamed, encode(patterned_jpeg()));
  EXPECT_TRUE(is_image(misnamed));
  EXPECT_EQ(image_header(misnamed), (ImageShape{3, 40, 64}));
  write_file(misnamed, "GIF89a");
  EXPECT_THROW(is_image(misnamed), OptionError);
  fs::remove(misnamed);
  write_file(file_, "GIF89a");
  EXPECT_FALSE(is_image(file_)) << "nor does its name say that it is one";
  EXPECT_THAT(header_refusal(""), HasSubstr(": is empty"));
}

TEST_F(DecodeJpeg, FlatColoursAreWhatTheyWere) {
  for (const bool progressive : {false, true}) {
    JpegFile file;
    file.pixels = repeated({200, 100, 50}, 64);
    file.stored_as = JCS_RGB;
    file.progressive = progressive;
    const Picture picture = decoded(encode(file), 3);
    EXPECT_EQ(picture.shape, (ImageShape{3, 8, 8}));
    EXPECT_EQ(picture.pixels.at(0), 200);
    EXPECT_EQ(picture.pixels.at(64), 100);
    EXPECT_EQ(picture.pixels.at(128 + 63), 50);
    EXPECT_EQ(pixels(encode(file), 1).at(5), (19595 * 200 + 38470 * 100 + 7471 * 50 + 32768) >> 16);
  }
  JpegFile grey;
  grey.pixels = repeated({77}, 64);
  grey.space = grey.stored_as = JCS_GRAYSCALE;
  EXPECT_EQ(header(encode(grey)), (ImageShape{1, 8, 8}));
  EXPECT_EQ(pixels(encode(grey), 3), Bytes(192, 77));
}

TEST_F(DecodeJpeg, InksAreTakenAsAdobeInvertsThem) {
  for (const J_COLOR_SPACE stored_as : {JCS_CMYK, JCS_YCCK}) {
    JpegFile file;
    file.pixels = repeated({250, 128, 3, 200}, 64);
    file.space = JCS_CMYK;
    file.stored_as = stored_as;
    EXPECT_EQ(header(encode(file)).channels, 3);
    const Bytes colours = pixels(encode(file), 3);
    // K' - (255 - s) K' / 255 with K' = 200
    EXPECT_NEAR(colours.at(0), 196, 1);
    EXPECT_NEAR(colours.at(64), 100, 1);
    EXPECT_NEAR(colours.at(128), 2, 1);
  }
  // As PIL 9.4 has it.
  const Bytes colours = decode_image(stored("cmyk.jpg"), 3).pixels;
  const auto at = [&](int x, int y) {
    return Bytes{colours[y * 16 + x], colours[256 + y * 16 + x], colours[512 + y * 16 + x]};
  };
  EXPECT_THAT(at(3, 5), ElementsAre(0, 23, 15));
  EXPECT_THAT(at(12, 9), ElementsAre(177, 90, 77));
}

TEST_F(DecodeJpeg, WhatLosesNoPixelIsAccepted) {
  const std::string whole = encode(patterned_jpeg());
  const Bytes expected = pixels(whole, 3);
  EXPECT_EQ(pixels(with_inserted(whole, '\xda', "stray"), 3), expected);
  EXPECT_EQ(pixels(with_inserted(whole, '\xd9', "stray"), 3), expected);
  EXPECT_EQ(pixels(whole + "what a camera adds", 3), expected);
  std::string newer = whole;
  newer[whole.find("JFIF") + 5] = 3;  // its revision
  EXPECT_EQ(pixels(newer, 3), expected);
  const std::string jfif = whole.substr(2, 18);  // the whole APP0 marker
  std::string adobe = whole;
  adobe.replace(2, jfif.size(),
                std::string("\xff\xee\0\x0e"
                            "Adobe\0\x64\0\0\0\0\x07",
                            16));
  EXPECT_EQ(pixels(adobe, 3), expected) << "an unknown Adobe transform";
  for (const std::string name : {"stray-bytes-before-eoi.jpg", "stray-bytes-before-sos.jpg"}) {
    EXPECT_EQ(decode_image(stored(name), 3).shape, (ImageShape{3, 32, 32}));
  }
}

TEST_F(DecodeJpeg, LostPixelsAreRefused) {
  for (const bool progressive : {false, true}) {
    JpegFile file = patterned_jpeg(16, 8);
    file.progressive = progressive;
    const std::string whole = encode(file);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_NE(header_refusal(whole.substr(0, i)), "") << "cut at byte " << i;
    }
    EXPECT_THAT(refusal(whole.substr(0, whole.size() - 10) + "\xff\xd9"),
                HasSubstr("premature end of data segment"));
  }
  JpegFile file = patterned_jpeg();
  file.restart_interval = 8;
  std::string restarts = encode(file);
  const std::size_t second = restarts.find("\xff\xd1");
  restarts[second + 1] = '\xd5';
  EXPECT_THAT(refusal(restarts), AllOf(HasSubstr("JPEG: "), HasSubstr("RST")));
}

TEST_F(DecodeJpeg, BadHuffmanCodesAreRefused) {
  std::string bytes = encode(patterned_jpeg());
  const std::size_t scan = bytes.find("\xff\xda") + 14;
  // No code consists of ones alone.
  for (std::size_t i = scan + 100; i < scan + 140; i += 2) bytes.replace(i, 2, "\xff\0", 2);
  EXPECT_THAT(refusal(bytes), HasSubstr("bad Huffman code"));
}

TEST_F(DecodeJpeg, AColourWithoutAScanIsRefused) {
  // A grey file that says it has three.
  std::string one_colour = encode([] {
    JpegFile grey = patterned_jpeg();
    grey.space = grey.stored_as = JCS_GRAYSCALE;
    grey.pixels.resize(grey.pixels.size() / 3);
    return grey;
  }());
  const std::size_t frame = one_colour.find("\xff\xc0");
  std::string three = one_colour.substr(frame, 10 + 3);
  three[3] = 17;  // bytes
  three[9] = 3;   // components
  three += std::string("\2\x11\0\3\x11\0", 6);
  one_colour.replace(frame, 13, three);
  EXPECT_THAT(refusal(one_colour), HasSubstr("a colour is missing"));
}

TEST_F(DecodeJpeg, OtherNumbersOfColoursAreRefused) {
  std::string bytes = encode(patterned_jpeg());
  const std::size_t frame = bytes.find("\xff\xc0");
  bytes[frame + 3] = 14;  // bytes
  bytes[frame + 9] = 2;   // components
  bytes.erase(frame + 16, 3);
  const std::size_t scan = bytes.find("\xff\xda");
  bytes[scan + 3] = 10;
  bytes[scan + 4] = 2;
  bytes.erase(scan + 9, 2);
  EXPECT_THAT(header_refusal(bytes), HasSubstr("2 colour components, expected 1, 3 or 4"));
}

TEST_F(DecodeJpeg, AnAbsurdSizeIsRefusedBeforeMemoryIsAskedFor) {
  try {
    image_header(stored("header-65000x65000.jpg"));
    FAIL();
  } catch (const OptionError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("65000 x 65000 pixels"), HasSubstr("178956970")));
    EXPECT_EQ(error.keys.front(), "data.path");
  }
}

TEST_F(DecodeJpeg, ARotationInExifIsIgnored) {
  const std::string whole = encode(patterned_jpeg());
  const std::string exif(
      "\xff\xe1\0\x22"
      "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0",
      36);  // orientation 6: to be turned by 90 degrees
  std::string rotated = whole;
  rotated.insert(2, exif);
  EXPECT_EQ(header(rotated), (ImageShape{3, 40, 64}));
  EXPECT_EQ(pixels(rotated, 3), pixels(whole, 3));
}

TEST_F(DecodeJpeg, NoDamageIsWorseThanASentence) {
  for (const bool progressive : {false, true}) {
    JpegFile file = patterned_jpeg(16, 8);
    file.progressive = progressive;
    const std::string whole = encode(file);
    for (std::size_t i = 0; i < whole.size(); i += 3) {
      for (const int flip : {0x01, 0x80, 0xff}) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ flip);
        if (header_refusal(damaged).empty() && header(damaged).pixels() < 1 << 16) refusal(damaged);
      }
    }
  }
}

}  // namespace
}  // namespace gradwave::learning
