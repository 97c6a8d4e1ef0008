// SPDX-License-Identifier: GPL-2.0-only
// MNIST, and sets in its form, in four IDX files, plain or compressed by gzip. IDX (LeCun et al.):
// two zero bytes, the type (8: unsigned byte, 12: big-endian i32), the number of dimensions, each
// dimension as a big-endian u32, the elements.
//
// MNIST itself is what has no data.path: ten classes, and the usual normalisation. So is
// Fashion-MNIST (Xiao et al. 2017). Other sets tell their classes by their labels, and their
// normalisation is measured.
#include <algorithm>
#include <limits>
#include <regex>
#include <tuple>

#include "learning/data/dataset.h"
#include "learning/data/file_bytes.h"

namespace gradwave::learning {
namespace {

namespace fs = std::filesystem;

struct Idx {
  bool integers = false;  // big-endian i32, else unsigned bytes
  std::vector<std::int64_t> sizes;
  const std::uint8_t* elements = nullptr;
  std::shared_ptr<const void> owner;
};

std::int64_t big_endian(const std::uint8_t* at) {
  return std::int64_t{at[0]} << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

Idx read_idx(const fs::path& file) {
  const FileBytes bytes = file_bytes(file);
  const char* truncated = "ends too early: it is truncated or damaged";
  if (bytes.size == 0) refuse_file(file, "is empty");
  if (bytes.size < 4) refuse_file(file, truncated);
  const std::uint8_t* at = bytes.data;
  if (at[0] != 0 || at[1] != 0 || (at[2] != 0x08 && at[2] != 0x0c) || at[3] == 0) {
    refuse_file(file, "not an IDX file of unsigned bytes or 32-bit integers");
  }
  const int dimensions = at[3], header = 4 * (1 + dimensions);
  if (bytes.size < header) refuse_file(file, truncated);
  Idx idx{at[2] == 0x0c, {}, bytes.data + header, bytes.owner};
  const std::int64_t element = idx.integers ? 4 : 1, left = (bytes.size - header) / element;
  std::int64_t elements = 1;
  for (int i = 0; i < dimensions; ++i) {
    const std::int64_t size = big_endian(at += 4);
    if (size == 0) refuse_file(file, "has no elements");
    if (size > left / elements) refuse_file(file, truncated);
    elements *= size;
    idx.sizes.push_back(size);
  }
  if (bytes.size - header > elements * element) {
    refuse_file(file, "goes on after its last element");
  }
  return idx;
}

Idx read_images(const fs::path& file) {
  Idx idx = read_idx(file);
  if (idx.integers || idx.sizes.size() != 3) {
    refuse_file(file, "not an IDX file of unsigned bytes in 3 dimensions");
  }
  return idx;
}

// Bytes, or as QMNIST has them rows of integers of which the first is the class.
std::vector<Label> read_labels(const fs::path& file) {
  const Idx idx = read_idx(file);
  if (idx.sizes.size() != 1 && !(idx.integers && idx.sizes.size() == 2)) {
    refuse_file(file,
                "not an IDX file of labels: unsigned bytes in 1 dimension, or rows of 32-bit "
                "integers");
  }
  const std::int64_t count = idx.sizes[0];
  if (!idx.integers) return {idx.elements, idx.elements + count};
  const std::int64_t row = 4 * (idx.sizes.size() == 2 ? idx.sizes[1] : 1);
  std::vector<Label> labels(count);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t label = static_cast<std::int32_t>(big_endian(idx.elements + i * row));
    if (label < 0 || label > std::numeric_limits<Label>::max()) {
      refuse_file(file, "label " + std::to_string(label) + " of image " + std::to_string(i) +
                            ", expected 0 to 65535");
    }
    labels[i] = static_cast<Label>(label);
  }
  return labels;
}

struct Candidate {
  std::string set_name;  // the file's name up to "-idx" or ".idx"
  bool within;           // a folder that is called as the file
  fs::path file;
};

// Of one set, the first of all its spellings: a file before one in a folder of its name, a plain
// one before its compressed one.
bool operator<(const Candidate& a, const Candidate& b) {
  return std::tie(a.set_name, a.within, a.file) < std::tie(b.set_name, b.within, b.file);
}

// "train-images", "images" of a training set as IDX files are called: MNIST's own, Fashion-MNIST's
// and KMNIST's "train-images-idx3-ubyte.gz", EMNIST's "emnist-letters-train-images-idx3-ubyte",
// QMNIST's "qmnist-train-labels-idx2-int.gz", Kaggle's "train-images.idx3-ubyte" and
// "train-images-idx3-ubyte/train-images-idx3-ubyte". `where` is their folder, or the beginning of
// all their names.
fs::path find(const fs::path& where, const std::string& which, const std::string& kind) {
  std::error_code error;
  const bool is_folder = fs::is_directory(where, error);
  const fs::path folder = is_folder ? where : where.has_parent_path() ? where.parent_path() : ".";
  const std::string beginning = is_folder ? "" : where.filename().string();
  const std::regex form("((?:[^.].*-)?(?:" + which + ")-" + kind +
                        ")[-.]idx[0-9]-(?:ubyte|int)(?:\\.gz)?");
  std::vector<Candidate> found;
  bool begun = is_folder;
  const auto look_at = [&](const fs::path& file, bool within) {
    const std::string name = file.filename().string();
    std::smatch match;
    std::error_code unknown;
    if (fs::is_regular_file(file, unknown) && std::regex_match(name, match, form)) {
      found.push_back({match[1], within, file});
    }
  };
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.compare(0, beginning.size(), beginning) != 0) continue;
    begun = true;
    look_at(entry.path(), false);
    if (!std::regex_match(name, form)) continue;
    std::error_code no_folder;
    for (const fs::directory_entry& inner : fs::directory_iterator(entry.path(), no_folder)) {
      look_at(inner.path(), true);
    }
  }
  if (error && is_folder) refuse_file(folder, error.message());
  std::sort(found.begin(), found.end());
  const std::string usual_name = which.substr(0, which.find('|')) + "-" + kind +
                                 (kind == "images" ? "-idx3-ubyte" : "-idx1-ubyte");
  if (found.empty() && is_folder) {
    refuse_file(folder / usual_name, "there is no such file, with or without .gz");
  }
  if (found.empty()) {
    if (!begun || fs::exists(where)) require_folder(where);
    refuse_file(where, "there is no such folder, and no file " + beginning + "...-" + usual_name +
                           ", with or without .gz");
  }
  for (const Candidate& other : found) {
    if (other.set_name != found.front().set_name) {
      refuse_file(where, "holds several sets, with " + found.front().file.filename().string() +
                             " and " + other.file.filename().string() +
                             "; let data.path end with the beginning of the names of one");
    }
  }
  return found.front().file;
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
  const Idx images = read_images(image_file);
  part.images.labels = read_labels(part.label_file);
  const std::int64_t count = images.sizes[0];
  if (static_cast<std::int64_t>(part.images.labels.size()) != count) {
    refuse_file(part.label_file, std::to_string(part.images.labels.size()) + " labels for " +
                                     std::to_string(count) + " images");
  }
  part.shape = {1, images.sizes[1], images.sizes[2]};
  part.images.append(images.elements, part.shape.pixels(), count, images.owner);
  return part;
}

void check_labels(const Part& part, std::int64_t classes) {
  const Label most = *std::max_element(part.images.labels.begin(), part.images.labels.end());
  if (most < classes) return;
  refuse_file(part.label_file,
              "label " + std::to_string(most) + ", expected 0 to " + std::to_string(classes - 1));
}

// Of ten classes with this normalisation, if one is given.
Dataset load(fs::path where, const std::vector<Normalisation>& normalisation) {
  if (!where.has_filename()) where = where.parent_path();  // "mnist/"
  Part train = read_part(where, "train"), test = read_part(where, "t10k|test");
  Dataset data;
  data.image = train.shape;
  if (!(test.shape == train.shape)) {
    refuse_file(where, "test images are " + to_string(test.shape) + ", training images " +
                           to_string(train.shape));
  }
  if (!normalisation.empty()) {
    data.classes = 10;
    data.normalisation = normalisation;
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

constexpr const char* kElsewhere =
    "; Debian has none, but Fashion-MNIST: apt install dataset-fashion-mnist, and data.dataset = "
    "\"fashion-mnist\"";

fs::path mnist_folder(const DataOptions& options) {
  try {
    const fs::path where = location(options, "mnist");
    if (options.path.empty()) require_folder(where);
    return where;
  } catch (const OptionError& error) {
    throw OptionError(error.keys, error.what() + std::string(kElsewhere));
  }
}

fs::path fashion_mnist_folder(const DataOptions& options) {
  const fs::path of_debian = "/usr/share/datasets/fashion-mnist";
  std::error_code unknown;
  if (!options.path.empty()) return options.path;
  const fs::path own = options.folder / "fashion-mnist";
  if (!options.folder.empty() && fs::is_directory(own, unknown)) return own;
  const bool is_named = !options.folder.empty() && !options.folder_is_usual;
  if (!is_named && fs::is_directory(of_debian, unknown)) return of_debian;
  throw OptionError({"data.dataset", "data.folder", "data.path"},
                    "data.dataset = \"fashion-mnist\" needs files: install Debian's package "
                    "dataset-fashion-mnist, which has them in " +
                        of_debian.string() +
                        ", or set data.folder (or the environment variable GRADWAVE_DATA) to the "
                        "folder that holds fashion-mnist/, or data.path to where they are" +
                        (options.folder.empty() ? "" : "; there is no " + own.string()));
}

}  // namespace

Dataset load_mnist(const DataOptions& options) {
  std::vector<Normalisation> normalisation;
  if (options.path.empty()) normalisation = {{0.1307F, 0.3081F}};
  return load(mnist_folder(options), normalisation);
}

Dataset load_fashion_mnist(const DataOptions& options) {
  return load(fashion_mnist_folder(options), {{0.2860F, 0.3530F}});
}

DatasetShape inspect_mnist(const DataOptions& options) {
  return inspected(load_mnist(options), options);
}

DatasetShape inspect_fashion_mnist(const DataOptions& options) {
  return inspected(load_fashion_mnist(options), options);
}

}  // namespace gradwave::learning
