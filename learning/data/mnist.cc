// SPDX-License-Identifier: GPL-2.0-only
// MNIST, and sets in its form, in four IDX files, plain or compressed by gzip. IDX (LeCun et al.):
// two zero bytes, type 8 (unsigned byte), the number of dimensions, each dimension as a big-endian
// u32, the bytes.
//
// MNIST itself is what has no data.path: ten classes, and the normalisation that everybody uses.
// Other sets tell their classes by their labels, and their normalisation is measured.
#include <algorithm>
#include <regex>

#include "learning/data/dataset.h"
#include "learning/data/file_bytes.h"

namespace gradwave::learning {
namespace {

namespace fs = std::filesystem;

struct Idx {
  std::vector<std::int64_t> sizes;
  const std::uint8_t* elements;
  std::shared_ptr<const void> owner;
};

Idx read_idx(const fs::path& file, int dimensions) {
  const FileBytes bytes = file_bytes(file);
  const int header = 4 * (1 + dimensions);
  const char* truncated = "ends too early: it is truncated or damaged";
  if (bytes.size < 4) refuse_file(file, truncated);
  const std::uint8_t* at = bytes.data;
  if (at[0] != 0 || at[1] != 0 || at[2] != 8 || at[3] != dimensions) {
    refuse_file(
        file, "not an IDX file of unsigned bytes in " + std::to_string(dimensions) + " dimensions");
  }
  if (bytes.size < header) refuse_file(file, truncated);
  Idx idx{{}, bytes.data + header, bytes.owner};
  std::int64_t left = bytes.size - header;
  for (int i = 0; i < dimensions; ++i) {
    at += 4;
    idx.sizes.push_back(std::int64_t{at[0]} << 24 | at[1] << 16 | at[2] << 8 | at[3]);
  }
  std::int64_t elements = 1;
  for (const std::int64_t size : idx.sizes) {
    if (size == 0) refuse_file(file, "has no elements");
    if (size > left / elements) refuse_file(file, truncated);
    elements *= size;
  }
  if (left > elements) refuse_file(file, "goes on after its last element");
  return idx;
}

// "train-images", "images" of a training set as IDX files are called: MNIST's own, Fashion-MNIST's
// and KMNIST's "train-images-idx3-ubyte.gz", EMNIST's "emnist-letters-train-images-idx3-ubyte".
// `where` is their folder, or the beginning of all their names.
fs::path find(const fs::path& where, const std::string& which, const std::string& kind) {
  const bool is_folder = fs::is_directory(where);
  const fs::path folder = is_folder ? where : where.has_parent_path() ? where.parent_path() : ".";
  const std::string beginning = is_folder ? "" : where.filename().string();
  const std::regex form("(|.*-)(" + which + ")-" + kind + "[-.]idx[0-9]-ubyte(|\\.gz)");
  std::vector<fs::path> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.compare(0, beginning.size(), beginning) == 0 && std::regex_match(name, form)) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());  // a plain file before its compressed one
  if (found.empty()) {
    refuse_file(
        folder / (beginning + (beginning.empty() ? "" : "*") + which.substr(0, which.find('|')) +
                  "-" + kind + (kind == "images" ? "-idx3-ubyte" : "-idx1-ubyte")),
        "there is no such file, with or without .gz");
  }
  const std::string first = found.front().string();
  for (const fs::path& other : found) {
    if (other.string() != first && other.string() != first + ".gz") {
      refuse_file(where, "holds several sets, with " + found.front().filename().string() + " and " +
                             other.filename().string() +
                             "; let data.path end with the beginning of the names of one");
    }
  }
  return found.front();
}

struct Part {
  Images images;
  ImageShape shape;
  fs::path label_file;
};

Part read_part(const fs::path& where, const std::string& which) {
  const fs::path image_file = find(where, which, "images");
  Part part;
  part.label_file = find(where, which, "labels");
  const Idx images = read_idx(image_file, 3), labels = read_idx(part.label_file, 1);
  const std::int64_t count = images.sizes[0];
  if (labels.sizes[0] != count) {
    refuse_file(part.label_file, std::to_string(labels.sizes[0]) + " labels for " +
                                     std::to_string(count) + " images");
  }
  part.shape = {1, images.sizes[1], images.sizes[2]};
  part.images.append(images.elements, part.shape.pixels(), count, images.owner);
  part.images.labels.assign(labels.elements, labels.elements + count);
  return part;
}

void check_labels(const Part& part, std::int64_t classes) {
  const Label most = *std::max_element(part.images.labels.begin(), part.images.labels.end());
  if (most < classes) return;
  refuse_file(part.label_file,
              "label " + std::to_string(most) + ", expected 0 to " + std::to_string(classes - 1));
}

}  // namespace

Dataset load_mnist(const DataOptions& options) {
  const fs::path where = location(options, "mnist");
  Part train = read_part(where, "train"), test = read_part(where, "t10k|test");
  Dataset data;
  data.image = train.shape;
  if (!(test.shape == train.shape)) {
    refuse_file(where, "test images are " + to_string(test.shape) + ", training images " +
                           to_string(train.shape));
  }
  if (options.path.empty()) {
    data.classes = 10;
    data.normalisation = {{0.1307F, 0.3081F}};
    check_labels(train, data.classes);
  } else {
    const auto& labels = train.images.labels;
    data.classes = 1 + *std::max_element(labels.begin(), labels.end());
  }
  check_labels(test, data.classes);
  data.train = std::move(train.images);
  data.test = std::move(test.images);
  return data;
}

DatasetShape inspect_mnist(const DataOptions& options) { return shape_of(load_mnist(options)); }

}  // namespace gradwave::learning
