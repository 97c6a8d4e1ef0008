// SPDX-License-Identifier: GPL-2.0-only
// A folder of the user's own, as torchvision's ImageFolder reads it: the PNG and JPEG files in
// data.path/train/CLASS/ and data.path/test/CLASS/ and in the folders within these. The classes are
// the folders' names in alphabetical order. One colour image makes all of them colour.
//
// The images take turns, the first of every class before the second of any, so that the first n of
// them are of all classes alike.
#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "learning/data/content.h"
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

// Files that are left aside.
struct Skipped {
  std::int64_t count = 0;
  fs::path first;

  void add(const fs::path& file) {
    if (count++ == 0) first = file;
  }
};

struct Part {
  std::vector<std::string> classes;
  std::vector<Sample> samples;
  Skipped not_images, in_no_class;
};

// Hidden files are not there for us, nor are macOS's twins, "._1.jpg", and the folder in which its
// archives have them.
bool is_hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.front() == '.' || name == "__MACOSX";
}

struct Entries {
  std::vector<fs::path> folders, files;  // by name
};

Entries entries_of(const fs::path& folder) {
  Entries entries;
  std::error_code error, unknown;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (is_hidden(entry.path())) continue;
    const fs::file_status status = entry.status(unknown);
    if (!fs::exists(status)) refuse_file(entry.path(), "is a link to nothing");
    (fs::is_directory(status) ? entries.folders : entries.files).push_back(entry.path());
  }
  if (error) refuse_file(folder, error.message());
  std::sort(entries.folders.begin(), entries.folders.end());
  std::sort(entries.files.begin(), entries.files.end());
  return entries;
}

// Adds the folder and all within it. `around` are the folders that it lies in, for links that lead
// back to one of them.
void add_files(const fs::path& folder, std::vector<fs::path> around,
               std::map<std::string, std::vector<fs::path>>& files_of) {
  std::error_code error;
  const fs::path here = fs::canonical(folder, error);
  if (error) refuse_file(folder, error.message());
  if (std::find(around.begin(), around.end(), here) != around.end()) {
    refuse_file(folder, "is a link to a folder that it lies in");
  }
  around.push_back(here);
  Entries entries = entries_of(folder);
  files_of[folder.string()] = std::move(entries.files);
  for (const fs::path& below : entries.folders) add_files(below, around, files_of);
}

// In ImageFolder's order: folder by folder, by their whole names.
std::vector<fs::path> images_of(const fs::path& of_class, Skipped& not_images) {
  std::map<std::string, std::vector<fs::path>> files_of;
  add_files(of_class, {}, files_of);
  std::vector<fs::path> images;
  for (const auto& [folder, files] : files_of) {
    for (const fs::path& file : files) {
      if (fs::is_regular_file(file) && is_image(file)) {
        images.push_back(file);
      } else {
        not_images.add(file);
      }
    }
  }
  return images;
}

Part list(const fs::path& folder) {
  require_folder(folder);
  Part part;
  std::vector<std::vector<fs::path>> files;  // of each class
  std::size_t most = 0;
  const Entries entries = entries_of(folder);
  for (const fs::path& file : entries.files) part.in_no_class.add(file);
  for (const fs::path& of_class : entries.folders) {
    part.classes.push_back(of_class.filename().string());
    files.push_back(images_of(of_class, part.not_images));
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
  std::vector<std::string> notes;

  explicit Listing(const DataOptions& options) {
    if (options.path.empty()) {
      throw OptionError(
          {"data.path", "data.dataset"},
          "data.dataset = \"folder\" needs data.path, the folder that holds train/CLASS/*.png and "
          "test/CLASS/*.png");
    }
    require_folder(options.path);
    train = list(options.path / "train");
    test = list(options.path / "test");
    if (train.classes.size() > 65536) refuse_file(options.path, "more than 65,536 classes");
    if (test.classes != train.classes) {
      refuse_file(options.path,
                  "the classes in test/ are not those in train/: " + first_difference());
    }
    read_headers(options.side);
    note(options.path, &Part::not_images, "neither PNG nor JPEG");
    note(options.path, &Part::in_no_class, "in no class's folder");
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

  void note(const fs::path& path, Skipped Part::*which, const std::string& reason) {
    const Skipped &of_train = train.*which, &of_test = test.*which;
    const std::int64_t count = of_train.count + of_test.count;
    if (count == 0) return;
    const fs::path& first = of_train.count > 0 ? of_train.first : of_test.first;
    notes.push_back("data.path: " + std::to_string(count) +
                    (count == 1 ? " file that is " : " files that are ") + reason +
                    (count == 1 ? " was skipped (" : " were skipped (the first is ") +
                    first.lexically_relative(path).string() + ")");
  }

  void read_headers(std::int64_t side) {
    const fs::path& first = train.samples.front().file;
    shape = image_header(first);
    for (const Part* part : {&train, &test}) {
      for (const Sample& sample : part->samples) {
        const ImageShape here = image_header(sample.file);
        shape.channels = std::max(shape.channels, here.channels);
        if (side == 0 && (here.height != shape.height || here.width != shape.width)) {
          throw OptionError({"data.side", "data.path"},
                            sample.file.string() + ": " + size_text(here) + " pixels, but " +
                                first.filename().string() + " has " + size_text(shape) +
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

namespace {

std::vector<Label> labels_of(const Part& part) {
  std::vector<Label> labels;
  for (const Sample& sample : part.samples) labels.push_back(sample.label);
  return labels;
}

}  // namespace

DatasetShape inspect_folder(const DataOptions& options) {
  const Listing listing(options);
  ContentHash hash;
  for (const Part* part : {&listing.train, &listing.test}) {
    for (const Sample& sample : part->samples) {
      hash.add(fs::relative(sample.file, options.path).string());
      hash.add(fs::file_size(sample.file));
      const auto written_at = fs::last_write_time(sample.file).time_since_epoch();
      hash.add(static_cast<std::uint64_t>(written_at.count()));
    }
  }
  DatasetShape shape;
  shape.classes = static_cast<std::int64_t>(listing.train.classes.size());
  shape.image = listing.shape;
  shape.train_labels = labels_of(listing.train);
  shape.test_labels = labels_of(listing.test);
  shape.train_samples = static_cast<std::int64_t>(shape.train_labels.size());
  shape.test_samples = static_cast<std::int64_t>(shape.test_labels.size());
  shape.notes = listing.notes;
  shape.content = hash.text();
  return shape;
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
