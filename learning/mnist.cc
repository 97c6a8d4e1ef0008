// SPDX-License-Identifier: GPL-2.0-only
// MNIST in the four IDX files of LeCun et al., plain or with .gz appended. IDX: two zero bytes,
// type 8 (unsigned byte), the number of dimensions, each dimension as a big-endian u32, the bytes.
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "learning/dataset.h"

namespace gradwave::learning {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& reason) {
  throw std::invalid_argument(file.string() + ": " + reason);
}

fs::path find(const fs::path& folder, const std::string& name) {
  for (const char* suffix : {"", ".gz"}) {
    fs::path file = folder / (name + suffix);
    if (fs::is_regular_file(file)) return file;
  }
  refuse(folder / name, "there is no such file, with or without .gz");
}

// zlib reads plain files as they are.
class IdxFile {
 public:
  explicit IdxFile(const fs::path& file)
      : file_(file), stream_(gzopen(file.c_str(), "rb"), gzclose) {
    if (!stream_) refuse(file_, "cannot be opened");
    gzbuffer(stream_.get(), 1 << 17);
  }

  std::vector<std::int64_t> read_header(int dimensions) {
    std::uint8_t magic[4];
    read(magic, sizeof magic);
    if (magic[0] != 0 || magic[1] != 0 || magic[2] != 8 || magic[3] != dimensions) {
      refuse(file_,
             "not an IDX file of unsigned bytes in " + std::to_string(dimensions) + " dimensions");
    }
    std::vector<std::int64_t> sizes;
    for (int i = 0; i < dimensions; ++i) {
      std::uint8_t bytes[4];
      read(bytes, sizeof bytes);
      sizes.push_back(std::int64_t{bytes[0]} << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
    }
    return sizes;
  }

  std::vector<std::uint8_t> read_rest(std::int64_t length) {
    std::vector<std::uint8_t> bytes(length);
    read(bytes.data(), bytes.size());
    std::uint8_t more;
    if (gzread(stream_.get(), &more, 1) != 0) refuse(file_, "goes on after its last element");
    return bytes;
  }

 private:
  void read(std::uint8_t* out, std::size_t length) {
    while (length > 0) {
      const int n =
          gzread(stream_.get(), out,
                 static_cast<unsigned>(std::min<std::size_t>(length, std::size_t{1} << 30)));
      if (n <= 0) refuse(file_, "ends too early: it is truncated or damaged");
      out += n;
      length -= static_cast<std::size_t>(n);
    }
  }

  fs::path file_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> stream_;
};

constexpr std::int64_t kSide = 28, kClasses = 10;

Images read_images(const fs::path& folder, const std::string& which) {
  const fs::path image_file = find(folder, which + "-images-idx3-ubyte");
  const fs::path label_file = find(folder, which + "-labels-idx1-ubyte");
  IdxFile image_stream(image_file);
  const std::vector<std::int64_t> sizes = image_stream.read_header(3);
  if (sizes[0] < 1 || sizes[1] != kSide || sizes[2] != kSide) {
    refuse(image_file, std::to_string(sizes[0]) + " images of " + std::to_string(sizes[1]) + " x " +
                           std::to_string(sizes[2]) + ", expected 28 x 28");
  }
  Images images;
  images.count = sizes[0];
  images.pixels = kSide * kSide;
  images.data = image_stream.read_rest(images.count * images.pixels);

  IdxFile label_stream(label_file);
  const std::int64_t labels = label_stream.read_header(1)[0];
  if (labels != images.count) {
    refuse(label_file,
           std::to_string(labels) + " labels for " + std::to_string(images.count) + " images");
  }
  images.labels = label_stream.read_rest(labels);
  for (const std::uint8_t label : images.labels) {
    if (label >= kClasses)
      refuse(label_file, "label " + std::to_string(label) + ", expected 0 to 9");
  }
  return images;
}

}  // namespace

Dataset load_mnist(const DataOptions& options) {
  if (options.folder.empty()) {
    throw std::invalid_argument(
        "data.dataset = \"mnist\" needs files: set the environment variable GRADWAVE_DATA, or "
        "data.folder, to the folder that holds mnist/train-images-idx3-ubyte[.gz] and the like");
  }
  Dataset data;
  data.classes = kClasses;
  data.mean = 0.1307F;
  data.deviation = 0.3081F;
  data.train = read_images(options.folder / "mnist", "train");
  data.test = read_images(options.folder / "mnist", "t10k");
  return data;
}

DatasetShape inspect_mnist(const DataOptions& options) {
  const Dataset data = load_mnist(options);  // a truncated file shows only when it is read
  return {data.classes, data.train.pixels, data.train.count, data.test.count};
}

}  // namespace gradwave::learning
