// SPDX-License-Identifier: GPL-2.0-only
// CIFAR-10 and CIFAR-100 (Krizhevsky 2009) in their binary form: one record after the other, each
// the label's byte (of CIFAR-100 two, the coarse label and then the fine one, which is used) and
// 3,072 bytes of pixels, the red plane, the green and the blue, each row by row. Each file may be
// compressed by gzip. The normalisation is the usual one, of the whole training set.
#include "learning/data/dataset.h"
#include "learning/data/file_bytes.h"

namespace gradwave::learning {
namespace {

namespace fs = std::filesystem;

constexpr ImageShape kShape = {3, 32, 32};

struct Form {
  const char* folder;
  std::int64_t label_bytes, classes;
  std::vector<Normalisation> normalisation;
};

const Form kCifar10 = {
    "cifar-10-batches-bin", 1, 10, {{0.4914F, 0.2470F}, {0.4822F, 0.2435F}, {0.4465F, 0.2616F}}};
const Form kCifar100 = {
    "cifar-100-binary", 2, 100, {{0.5071F, 0.2673F}, {0.4865F, 0.2564F}, {0.4409F, 0.2762F}}};

fs::path compressed(const fs::path& file) { return file.string() + ".gz"; }

bool is_file(const fs::path& file) {
  std::error_code error;
  return fs::is_regular_file(file, error);
}

bool is_there(const fs::path& file) { return is_file(file) || is_file(compressed(file)); }

// From the plain file, or else its compressed one.
void append(const fs::path& plain, const Form& form, Images& images) {
  if (!is_there(plain)) refuse_file(plain, "there is no such file, with or without .gz");
  const fs::path file = is_file(plain) ? plain : compressed(plain);
  const FileBytes bytes = file_bytes(file);
  const std::int64_t record = form.label_bytes + kShape.pixels();
  if (bytes.size == 0 || bytes.size % record != 0) {
    refuse_file(file, std::to_string(bytes.size) + " bytes, expected whole records of " +
                          std::to_string(record) + ": it is truncated, or not CIFAR's binary form");
  }
  const std::int64_t count = bytes.size / record;
  const std::uint8_t* pixels = bytes.data + form.label_bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    const Label label = pixels[i * record - 1];
    if (label >= form.classes) {
      refuse_file(file, "label " + std::to_string(label) + " of image " + std::to_string(i) +
                            ", expected 0 to " + std::to_string(form.classes - 1));
    }
    images.labels.push_back(label);
  }
  images.append(pixels, record, count, bytes.owner);
}

fs::path folder_of(const DataOptions& options, const Form& form) {
  fs::path folder = location(options, form.folder);
  require_folder(folder);
  return folder;
}

Dataset start(const Form& form) {
  Dataset data;
  data.classes = form.classes;
  data.image = kShape;
  data.normalisation = form.normalisation;
  return data;
}

constexpr int kBatches = 5;  // of CIFAR-10's training set

fs::path batch_file(const fs::path& folder, int batch) {
  return folder / ("data_batch_" + std::to_string(batch) + ".bin");
}

int last_batch(const fs::path& folder) {
  int last = kBatches;
  while (last > 1 && !is_there(batch_file(folder, last))) --last;
  return last;
}

}  // namespace

// From the first so many of the five training batches: none may be missing between two that are
// there.
Dataset load_cifar10(const DataOptions& options) {
  const fs::path folder = folder_of(options, kCifar10);
  Dataset data = start(kCifar10);
  const int last = last_batch(folder);
  for (int batch = 1; batch <= last; ++batch) {
    append(batch_file(folder, batch), kCifar10, data.train);
  }
  append(folder / "test_batch.bin", kCifar10, data.test);
  return data;
}

Dataset load_cifar100(const DataOptions& options) {
  const fs::path folder = folder_of(options, kCifar100);
  Dataset data = start(kCifar100);
  append(folder / "train.bin", kCifar100, data.train);
  append(folder / "test.bin", kCifar100, data.test);
  return data;
}

DatasetShape inspect_cifar10(const DataOptions& options) {
  DatasetShape shape = inspected(load_cifar10(options), options);
  const fs::path folder = folder_of(options, kCifar10);
  const int last = last_batch(folder);
  if (last < kBatches) {
    shape.notes.push_back(
        folder.string() + " has the first " + std::to_string(last) +
        " of CIFAR-10's five training batches: " + std::to_string(shape.train_samples) +
        " training samples instead of 50000; " + batch_file(folder, last + 1).filename().string() +
        " is the first that is missing");
  }
  return shape;
}
DatasetShape inspect_cifar100(const DataOptions& options) {
  return inspected(load_cifar100(options), options);
}

}  // namespace gradwave::learning
