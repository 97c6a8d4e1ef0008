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

  // In pieces, so that a header that promises too much is found out by the file's end.
  std::vector<std::uint8_t> read_rest(std::int64_t length) {
    std::vector<std::uint8_t> bytes;
    for_pieces(length, [&](std::int64_t piece) {
      bytes.resize(bytes.size() + piece);
      read(bytes.data() + bytes.size() - piece, piece);
    });
    return bytes;
  }

  void skip_rest(std::int64_t length) {
    std::vector<std::uint8_t> bytes(kPieceBytes);
    for_pieces(length, [&](std::int64_t piece) { read(bytes.data(), piece); });
  }

 private:
  static constexpr std::int64_t kPieceBytes = 1 << 20;

  template <typename Take>
  void for_pieces(std::int64_t length, const Take& take) {
    for (; length > 0; length -= kPieceBytes) take(std::min(length, kPieceBytes));
    std::uint8_t more;
    const int n = gzread(stream_.get(), &more, 1);
    if (n < 0) refuse(file_, "is damaged at its end");
    if (n > 0) refuse(file_, "goes on after its last element");
  }

  void read(std::uint8_t* out, std::int64_t length) {
    if (gzread(stream_.get(), out, static_cast<unsigned>(length)) != length) {
      refuse(file_, "ends too early: it is truncated or damaged");
    }
  }

  fs::path file_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> stream_;
};

constexpr std::int64_t kSide = 28, kPixels = kSide * kSide, kClasses = 10;

// A file of images and the file of their labels, opened; their headers agree.
class IdxPair {
 public:
  IdxPair(const fs::path& folder, const std::string& which)
      : image_file_(find(folder, which + "-images-idx3-ubyte")),
        label_file_(find(folder, which + "-labels-idx1-ubyte")),
        images_(image_file_),
        labels_(label_file_) {
    const std::vector<std::int64_t> sizes = images_.read_header(3);
    count_ = sizes[0];
    if (count_ < 1 || sizes[1] != kSide || sizes[2] != kSide) {
      refuse(image_file_, std::to_string(count_) + " images of " + std::to_string(sizes[1]) +
                              " x " + std::to_string(sizes[2]) + ", expected 28 x 28");
    }
    const std::int64_t labels = labels_.read_header(1)[0];
    if (labels != count_) {
      refuse(label_file_,
             std::to_string(labels) + " labels for " + std::to_string(count_) + " images");
    }
  }

  Images read() { return {count_, kPixels, images_.read_rest(count_ * kPixels), read_labels()}; }

  // Their number, once all have been seen to be there: a truncated file shows only when it is read.
  std::int64_t check() {
    images_.skip_rest(count_ * kPixels);
    read_labels();
    return count_;
  }

 private:
  std::vector<std::uint8_t> read_labels() {
    std::vector<std::uint8_t> labels = labels_.read_rest(count_);
    for (const std::uint8_t label : labels) {
      if (label >= kClasses) {
        refuse(label_file_, "label " + std::to_string(label) + ", expected 0 to 9");
      }
    }
    return labels;
  }

  fs::path image_file_, label_file_;
  IdxFile images_, labels_;
  std::int64_t count_ = 0;
};

fs::path folder_of(const DataOptions& options) {
  if (!options.folder.empty()) return options.folder / "mnist";
  throw std::invalid_argument(
      "data.dataset = \"mnist\" needs files: set the environment variable GRADWAVE_DATA, or "
      "data.folder, to the folder that holds mnist/train-images-idx3-ubyte[.gz] and the like");
}

}  // namespace

Dataset load_mnist(const DataOptions& options) {
  const fs::path folder = folder_of(options);
  Dataset data;
  data.classes = kClasses;
  data.image = {1, kSide, kSide};
  data.mean = 0.1307F;
  data.deviation = 0.3081F;
  data.train = IdxPair(folder, "train").read();
  data.test = IdxPair(folder, "t10k").read();
  return data;
}

DatasetShape inspect_mnist(const DataOptions& options) {
  const fs::path folder = folder_of(options);
  IdxPair train(folder, "train"), test(folder, "t10k");
  return {kClasses, {1, kSide, kSide}, train.check(), test.check()};
}

}  // namespace gradwave::learning
