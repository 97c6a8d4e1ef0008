// SPDX-License-Identifier: GPL-2.0-only
// A folder of the user's own: data.path/train/CLASS/*.png and *.jpg, data.path/test/CLASS/*. The
// classes are the folders' names in alphabetical order. One colour image makes all of them colour.
//
// The images take turns, the first of every class before the second of any, so that the first n of
// them are of all classes alike.
#include <ATen/ATen.h>

#include <algorithm>
#include <string>

#include "learning/data/dataset.h"
#include "learning/data/decode_image.h"
#include "learning/data/file_bytes.h"

namespace gradwave::learning {
namespace {

namespace fs = std::filesystem;

struct Sample {
  fs::path file;
  Label label;
};

struct Part {
  std::vector<std::string> classes;
  std::vector<Sample> samples;
};

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().front() != '.') entries.push_back(entry.path());
  }
  if (error) refuse_file(folder, error.message());
  std::sort(entries.begin(), entries.end());
  return entries;
}

Part list(const fs::path& folder) {
  Part part;
  std::vector<std::vector<fs::path>> files;  // of each class
  std::size_t most = 0;
  for (const fs::path& of_class : sorted_entries(folder)) {
    if (!fs::is_directory(of_class)) continue;
    part.classes.push_back(of_class.filename().string());
    files.emplace_back();
    for (const fs::path& file : sorted_entries(of_class)) {
      if (is_image(file)) files.back().push_back(file);
    }
    if (files.back().empty()) refuse_file(of_class, "holds no PNG or JPEG image");
    most = std::max(most, files.back().size());
  }
  if (files.empty()) refuse_file(folder, "holds no folders of images, one for each class");
  for (std::size_t turn = 0; turn < most; ++turn) {
    for (std::size_t label = 0; label < files.size(); ++label) {
      if (turn < files[label].size()) {
        part.samples.push_back({files[label][turn], static_cast<Label>(label)});
      }
    }
  }
  return part;
}

// What is known from the names of the files and their headers.
struct Listing {
  Part train, test;
  ImageShape shape;

  explicit Listing(const DataOptions& options) {
    if (options.path.empty()) {
      throw std::invalid_argument(
          "data.dataset = \"folder\" needs data.path, the folder that holds train/CLASS/*.png and "
          "test/CLASS/*.png");
    }
    train = list(options.path / "train");
    test = list(options.path / "test");
    if (train.classes.size() > 65536) refuse_file(options.path, "more than 65,536 classes");
    if (test.classes != train.classes) {
      refuse_file(options.path,
                  "the classes in test/ are not those in train/: " + first_difference());
    }
    read_headers(options.side);
  }

 private:
  std::string first_difference() const {
    std::vector<std::string> apart;
    std::set_symmetric_difference(train.classes.begin(), train.classes.end(), test.classes.begin(),
                                  test.classes.end(), std::back_inserter(apart));
    const bool in_train =
        std::binary_search(train.classes.begin(), train.classes.end(), apart.front());
    return "only " + std::string(in_train ? "train/" : "test/") + " has \"" + apart.front() + "\"";
  }

  void read_headers(std::int64_t side) {
    const fs::path& first = train.samples.front().file;
    shape = image_header(first);
    for (const Part* part : {&train, &test}) {
      for (const Sample& sample : part->samples) {
        const ImageShape here = image_header(sample.file);
        shape.channels = std::max(shape.channels, here.channels);
        if (side == 0 && (here.height != shape.height || here.width != shape.width)) {
          refuse_file(sample.file, size_text(here) + " pixels, but " + first.filename().string() +
                                       " has " + size_text(shape) +
                                       "; data.side resizes all to one size");
        }
      }
    }
    if (side > 0) shape.height = shape.width = side;
  }

  static std::string size_text(const ImageShape& size) {
    return std::to_string(size.height) + " x " + std::to_string(size.width);
  }
};

// Bilinear with antialiasing, as torchvision's Resize.
void resize(Picture& picture, const ImageShape& to, std::uint8_t* out) {
  const ImageShape& from = picture.shape;
  const at::Tensor image =
      at::from_blob(picture.pixels.data(), {1, from.channels, from.height, from.width}, at::kByte);
  const at::Tensor resized =
      at::_upsample_bilinear2d_aa(image.to(at::kFloat), {to.height, to.width}, false);
  at::from_blob(out, resized.sizes(), at::kByte).copy_(resized.round().clamp(0, 255));
}

Images read(const Part& part, std::int64_t wanted, const ImageShape& shape) {
  const auto all = static_cast<std::int64_t>(part.samples.size());
  const std::int64_t count = wanted > 0 ? std::min(wanted, all) : all;
  const auto pixels = std::make_shared<std::vector<std::uint8_t>>(count * shape.pixels());
  Images images;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& [file, label] = part.samples[i];
    Picture picture = decode_image(file, shape.channels);
    std::uint8_t* out = pixels->data() + i * shape.pixels();
    if (picture.shape == shape) {
      std::copy(picture.pixels.begin(), picture.pixels.end(), out);
    } else {
      resize(picture, shape, out);
    }
    images.labels.push_back(label);
  }
  images.append(pixels->data(), shape.pixels(), count, pixels);
  return images;
}

}  // namespace

DatasetShape inspect_folder(const DataOptions& options) {
  const Listing listing(options);
  return {static_cast<std::int64_t>(listing.train.classes.size()), listing.shape,
          static_cast<std::int64_t>(listing.train.samples.size()),
          static_cast<std::int64_t>(listing.test.samples.size())};
}

Dataset load_folder(const DataOptions& options) {
  const Listing listing(options);
  Dataset data;
  data.classes = static_cast<std::int64_t>(listing.train.classes.size());
  data.image = listing.shape;
  data.train = read(listing.train, options.train_samples, data.image);
  data.test = read(listing.test, options.test_samples, data.image);
  return data;
}

}  // namespace gradwave::learning
