// SPDX-License-Identifier: GPL-2.0-only
#include "learning/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "learning/options.h"

namespace gradwave::learning {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

// All pixels, image by image.
std::vector<std::uint8_t> bytes_of(const Images& images, const ImageShape& shape) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint8_t* image : images.images) {
    bytes.insert(bytes.end(), image, image + shape.pixels());
  }
  return bytes;
}

std::string refusal(const DataOptions& options) {
  try {
    load_dataset(options);
    return "";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(Procedural, HasMnistsShapeAndAllClassesAlike) {
  DataOptions options;
  options.train_samples = 5000;
  options.test_samples = 1000;
  const Dataset data = load_dataset(options);
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.train.count(), 5000);
  EXPECT_EQ(data.test.count(), 1000);
  EXPECT_EQ(data.image, (ImageShape{1, 28, 28}));
  std::array<int, 10> counts = {};
  for (const Label label : data.train.labels) ++counts.at(label);
  for (const int count : counts) EXPECT_NEAR(count, 500, 100);
}

TEST(Procedural, InspectsToSixtyAndTenThousand) {
  const DatasetShape shape = inspect_dataset({});
  EXPECT_EQ(shape.train_samples, 60000);
  EXPECT_EQ(shape.test_samples, 10000);
  EXPECT_EQ(shape.image.pixels(), 784);
}

TEST(Procedural, InspectsToTheLabelsAndImagesThatItLoads) {
  DataOptions options;
  options.train_samples = 500;
  options.test_samples = 300;
  const DatasetShape shape = inspect_dataset(options);
  const Dataset data = load_dataset(options);
  EXPECT_EQ(shape.train_labels, data.train.labels);
  EXPECT_EQ(shape.test_labels, data.test.labels);
  EXPECT_EQ(shape.normalisation.at(0).mean, data.normalisation.at(0).mean);
  ASSERT_GT(shape.train_examples.count(), 0);
  EXPECT_TRUE(std::equal(shape.train_examples.images[0], shape.train_examples.images[0] + 784,
                         data.train.images[0]));
}

TEST(ClassNotes, NameTheClassesThatHaveNoSamples) {
  const std::vector<Label> labels = {0, 1, 2, 5, 9, 4};
  using testing::ElementsAre;
  const auto notes = [&](std::int64_t used, std::int64_t classes) {
    return class_notes(labels, used, classes, "data.train_samples", "training");
  };
  EXPECT_THAT(notes(6, 10), ElementsAre("the data set has no training sample of classes 3, 6 to 8, "
                                        "of its 10 classes"));
  EXPECT_THAT(notes(3, 10),
              ElementsAre("data.train_samples = 3 leaves out classes 4 to 5, 9: the first 3 "
                          "training samples have none of them",
                          "the data set has no training sample of classes 3, 6 to 8, of its 10 "
                          "classes"));
  EXPECT_THAT(notes(5, 10), testing::Contains(HasSubstr("leaves out class 4:")));
  EXPECT_THAT(class_notes({0, 1}, 2, 2, "data.test_samples", "test"), ElementsAre());
}

TEST(ClassNotes, AreInTheShapeOfADataset) {
  DataOptions options;
  options.train_samples = 5;
  EXPECT_THAT(inspect_dataset(options).notes,
              testing::ElementsAre(HasSubstr("data.train_samples = 5 leaves out classes")));
  options.train_samples = 1000;
  options.test_samples = 1;
  EXPECT_THAT(inspect_dataset(options).notes,
              testing::ElementsAre(HasSubstr("data.test_samples = 1 leaves out classes")));
  options.test_samples = 1000;
  EXPECT_THAT(inspect_dataset(options).notes, testing::IsEmpty());
}

TEST(Procedural, TheFirstSamplesAreTheSameHoweverManyAreDrawn) {
  DataOptions few, more;
  few.train_samples = 100;
  few.test_samples = 50;
  more.train_samples = 300;
  more.test_samples = 60;
  const Dataset a = load_dataset(few), b = load_dataset(more);
  const auto of_a = bytes_of(a.train, a.image), of_b = bytes_of(b.train, b.image);
  EXPECT_TRUE(std::equal(of_a.begin(), of_a.end(), of_b.begin()));
  EXPECT_TRUE(std::equal(a.test.labels.begin(), a.test.labels.end(), b.test.labels.begin()));
  const auto test = bytes_of(a.test, a.image);
  EXPECT_FALSE(std::equal(test.begin(), test.end(), of_a.begin()));
}

TEST(Procedural, IsTheSameOnEveryMachine) {
  DataOptions options;
  options.train_samples = 1000;
  options.test_samples = 1;
  const Dataset data = load_dataset(options);
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const std::uint8_t pixel : bytes_of(data.train, data.image))
    hash = (hash ^ pixel) * 0x100000001b3U;
  EXPECT_EQ(hash, 1202676601664660848U);
}

TEST(Procedural, NormalisesToAboutZeroMeanAndUnitDeviation) {
  DataOptions options;
  options.train_samples = 2000;
  options.test_samples = 1;
  const Dataset data = load_dataset(options);
  const Normalisation measured = measure_normalisation(data.train, data.image).at(0);
  EXPECT_NEAR(measured.mean, data.normalisation.at(0).mean, 0.05 * measured.deviation);
  EXPECT_NEAR(measured.deviation, data.normalisation.at(0).deviation, 0.05 * measured.deviation);
}

TEST(Dataset, NormalisationIsMeasuredChannelByChannel) {
  const std::vector<std::uint8_t> pixels = {0, 255, 51, 51, 255, 0, 51, 51};  // two of [2, 1, 2]
  Images images;
  images.append(pixels.data(), 4, 2, nullptr);
  const auto measured = measure_normalisation(images, {2, 1, 2});
  ASSERT_EQ(measured.size(), 2U);
  EXPECT_FLOAT_EQ(measured[0].mean, 0.5F);
  EXPECT_FLOAT_EQ(measured[0].deviation, 0.5F);
  EXPECT_FLOAT_EQ(measured[1].mean, 0.2F);
  EXPECT_FLOAT_EQ(measured[1].deviation, 1);  // the same everywhere
}

TEST(Dataset, MoreSamplesThanThereAreAreRefused) {
  DataOptions options;
  options.train_samples = 60001;
  EXPECT_THROW(inspect_dataset(options), std::invalid_argument);
}

// A folder with a small MNIST of our own making.
class Mnist : public testing::Test {
 protected:
  void SetUp() override {
    options_.dataset = "mnist";
    options_.folder =
        fs::path(testing::TempDir()) /
        ("mnist-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(options_.folder);
    fs::create_directories(options_.folder / "mnist");
    write("train-images-idx3-ubyte", images(6));
    write("train-labels-idx1-ubyte", labels(6));
    write("t10k-images-idx3-ubyte", images(3));
    write("t10k-labels-idx1-ubyte", labels(3));
  }
  void TearDown() override { fs::remove_all(options_.folder); }

  static std::string images(int count) {
    std::string bytes("\0\0\x08\x03\0\0\0\0\0\0\0\x1c\0\0\0\x1c", 16);
    bytes[7] = static_cast<char>(count);
    for (int i = 0; i < count * 784; ++i) bytes += static_cast<char>(i % 251);
    return bytes;
  }
  static std::string labels(int count) {
    std::string bytes("\0\0\x08\x01\0\0\0\0", 8);
    bytes[7] = static_cast<char>(count);
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(i);
    return bytes;
  }
  fs::path path(const std::string& name) const { return options_.folder / "mnist" / name; }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  std::string refusal() const {
    try {
      inspect_dataset(options_);
      return "";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  }

  DataOptions options_;
};

TEST_F(Mnist, IsReadPlain) {
  const Dataset data = load_dataset(options_);
  EXPECT_EQ(data.train.count(), 6);
  EXPECT_EQ(data.test.count(), 3);
  EXPECT_EQ(data.train.labels, (std::vector<Label>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(data.train.images[1][0], 784 % 251);
  EXPECT_EQ(data.classes, 10);
  EXPECT_FLOAT_EQ(data.normalisation.at(0).mean, 0.1307F);
}

TEST_F(Mnist, IsReadCompressed) {
  fs::remove(path("train-images-idx3-ubyte"));
  const std::string bytes = images(6);
  gzFile file = gzopen(path("train-images-idx3-ubyte.gz").c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  EXPECT_EQ(load_dataset(options_).train.images[1][0], 784 % 251);
}

TEST_F(Mnist, WithAPathIsAnySetInItsForm) {
  options_.path = options_.folder / "mnist";
  const Dataset data = load_dataset(options_);
  EXPECT_EQ(data.classes, 6);  // 1 + the greatest training label
  const Normalisation measured = measure_normalisation(data.train, data.image).at(0);
  EXPECT_EQ(data.normalisation.at(0).mean, measured.mean);
  EXPECT_EQ(data.normalisation.at(0).deviation, measured.deviation);
  write("t10k-labels-idx1-ubyte", std::string("\0\0\x08\x01\0\0\0\3\0\1\6", 11));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("t10k-labels"), HasSubstr("label 6, expected 0 to 5")));
}

TEST_F(Mnist, ManySetsInOneFolderAreToldApartByTheBeginningOfTheirNames) {
  for (const std::string set : {"emnist-digits", "emnist-letters"}) {
    const int count = set == "emnist-digits" ? 4 : 5;
    write(set + "-train-images-idx3-ubyte", images(count));
    write(set + "-train-labels-idx1-ubyte", labels(count));
    write(set + "-test-images-idx3-ubyte", images(2));
    write(set + "-test-labels-idx1-ubyte", labels(2));
  }
  options_.path = options_.folder / "mnist" / "emnist-letters";
  EXPECT_EQ(load_dataset(options_).train.count(), 5);
  const fs::path here = fs::current_path();
  fs::current_path(options_.folder / "mnist");
  options_.path = "emnist-letters";
  EXPECT_EQ(load_dataset(options_).train.count(), 5);
  fs::current_path(here);
  options_.path = options_.folder / "mnist";
  EXPECT_THAT(refusal(), AllOf(HasSubstr("several sets"), HasSubstr("emnist-letters-train")));
}

TEST_F(Mnist, RefusesACompressedFileThatEndsTooEarly) {
  const std::string name = "train-images-idx3-ubyte.gz", bytes = images(6);
  fs::remove(path("train-images-idx3-ubyte"));
  gzFile file = gzopen(path(name).c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  fs::resize_file(path(name), fs::file_size(path(name)) / 2);
  EXPECT_THAT(refusal(), AllOf(HasSubstr(name), HasSubstr("truncated")));
}

// Kaggle's archive, unpacked beside the usual files.
TEST_F(Mnist, FoldersThatAreCalledAsTheFilesBesideThemAreNoFiles) {
  for (const std::string usual : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                  "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    std::string spelled = usual;
    spelled[spelled.find("-idx")] = '.';
    fs::rename(path(usual), path(spelled));
    fs::create_directories(path(usual));
    fs::copy(path(spelled), path(usual) / usual);
  }
  EXPECT_EQ(load_dataset(options_).train.count(), 6);
  fs::remove(path("train-images.idx3-ubyte"));
  fs::remove(path("t10k-labels.idx1-ubyte"));
  const Dataset within = load_dataset(options_);
  EXPECT_EQ(within.train.images[1][0], 784 % 251);
  EXPECT_THAT(within.test.labels, testing::ElementsAre(0, 1, 2));
  fs::remove(path("train-images-idx3-ubyte") / "train-images-idx3-ubyte");
  EXPECT_THAT(refusal(), HasSubstr("train-images-idx3-ubyte: there is no such file"));
}

TEST_F(Mnist, OneSetInTwoSpellingsIsOneSet) {
  write("train-images.idx3-ubyte", images(6));
  write("t10k-labels.idx1-ubyte", labels(3));
  fs::copy(path("train-labels-idx1-ubyte"), path("train-labels-idx1-ubyte.gz"));  // plain inside
  EXPECT_EQ(load_dataset(options_).train.count(), 6);
}

TEST_F(Mnist, MacsTwinsAreNoSetOfTheirOwn) {
  for (const std::string set : {"", "emnist-letters-"}) {
    write(set + "train-images-idx3-ubyte", images(5));
    write(set + "train-labels-idx1-ubyte", labels(5));
    write("._" + set + "train-images-idx3-ubyte", "Mac OS X");
    write("._" + set + "train-labels-idx1-ubyte", "Mac OS X");
  }
  fs::remove(path("train-images-idx3-ubyte"));
  fs::remove(path("train-labels-idx1-ubyte"));
  EXPECT_EQ(load_dataset(options_).train.count(), 5);
}

TEST_F(Mnist, QmnistsLabelsAreTheFirstOfTheirRows) {
  const auto rows = [](const std::vector<int>& classes) {
    std::string bytes("\0\0\x0c\x02\0\0\0\0\0\0\0\x08", 12);
    bytes[7] = static_cast<char>(classes.size());
    for (const int label : classes) {
      for (int column = 0; column < 8; ++column) {
        const int value = column == 0 ? label : 77 + column;
        for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
      }
    }
    return bytes;
  };
  for (const std::string which : {"train", "t10k"}) {
    const std::string part = which == "train" ? "train" : "test";
    fs::rename(path(which + "-images-idx3-ubyte"), path("qmnist-" + part + "-images-idx3-ubyte"));
    fs::remove(path(which + "-labels-idx1-ubyte"));
  }
  write("qmnist-train-labels-idx2-int", rows({5, 0, 4, 1, 9, 2}));
  const std::string test = rows({7, 2, 1});
  gzFile file = gzopen(path("qmnist-test-labels-idx2-int.gz").c_str(), "wb");
  gzwrite(file, test.data(), static_cast<unsigned>(test.size()));
  gzclose(file);
  const Dataset data = load_dataset(options_);
  EXPECT_THAT(data.train.labels, testing::ElementsAre(5, 0, 4, 1, 9, 2));
  EXPECT_THAT(data.test.labels, testing::ElementsAre(7, 2, 1));
  write("qmnist-train-labels-idx2-int", rows({5, 0, 4, -1, 9, 2}));
  EXPECT_THAT(refusal(), HasSubstr("label -1 of image 3"));
  write("qmnist-train-labels-idx2-int", rows({5, 0, 4, 65536 + 3, 9, 2}));
  EXPECT_THAT(refusal(), HasSubstr("label 65539 of image 3"));
  write("qmnist-train-labels-idx2-int", rows({5, 0, 4, 1, 9, 2}).substr(0, 200));
  EXPECT_THAT(refusal(), HasSubstr("truncated"));
}

TEST_F(Mnist, AFolderThatIsNotThereIsNamed) {
  options_.path = options_.folder / "nothere";
  EXPECT_EQ(refusal(), options_.path.string() + ": there is no such folder");
  options_.path /= "";
  EXPECT_THAT(refusal(), HasSubstr("nothere: there is no such folder"));
  options_.path = options_.folder / "none" / "of" / "these";
  EXPECT_EQ(refusal(), options_.path.string() + ": there is no such folder, nor is there " +
                           (options_.folder / "none").string());
  options_.path.clear();
  options_.folder /= "nothere";
  EXPECT_THAT(refusal(), HasSubstr("nothere/mnist: there is no such folder, nor is there"));
  options_.path = options_.folder.parent_path() / "mnist" / "t10k-images-idx3-ubyte";
  EXPECT_THAT(refusal(), HasSubstr("is a file, expected a folder"));
  options_.path = options_.folder.parent_path() / "mnist" / "t1";
  EXPECT_THAT(refusal(), HasSubstr("no file t1...-train-images-idx3-ubyte"));
}

TEST_F(Mnist, WhatIsWrongIsAtTheFaultOfThePath) {
  fs::remove(path("t10k-labels-idx1-ubyte"));
  try {
    load_dataset(options_);
    FAIL();
  } catch (const OptionError& error) {
    EXPECT_THAT(error.keys, testing::ElementsAre("data.path", "data.folder", "data.dataset"));
  }
}

TEST_F(Mnist, WithoutAFolderSaysHowToNameOne) {
  options_.folder.clear();
  EXPECT_THAT(refusal(), AllOf(HasSubstr("GRADWAVE_DATA"), HasSubstr("data.folder"),
                               HasSubstr("data.path"), HasSubstr("mnist/")));
}

// Fashion-MNIST is the set that a Debian has.
TEST_F(Mnist, ThatIsMissingNamesThePackageAndTheWordOfFashionMnist) {
  const auto names_them = AllOf(HasSubstr("dataset-fashion-mnist"), HasSubstr("\"fashion-mnist\""));
  fs::remove_all(options_.folder / "mnist");
  EXPECT_THAT(refusal(), names_them);
  options_.folder.clear();
  EXPECT_THAT(refusal(), names_them);
}

TEST_F(Mnist, OfFashionIsFoundInTheFolderAndNormalisedAsUsual) {
  fs::rename(options_.folder / "mnist", options_.folder / "fashion-mnist");
  options_.dataset = "fashion-mnist";
  const Dataset data = load_dataset(options_);
  EXPECT_EQ(data.train.count(), 6) << "and not Debian's, if that is installed";
  EXPECT_EQ(data.classes, 10);
  EXPECT_FLOAT_EQ(data.normalisation.at(0).mean, 0.2860F);
  EXPECT_FLOAT_EQ(data.normalisation.at(0).deviation, 0.3530F);
  options_.path = options_.folder / "fashion-mnist";
  options_.folder.clear();
  EXPECT_EQ(load_dataset(options_).train.count(), 6);
}

TEST_F(Mnist, OfFashionInAFolderThatTheScenarioNamesIsNotLookedForElsewhere) {
  options_.dataset = "fashion-mnist";
  EXPECT_THAT(refusal(), HasSubstr("there is no " + (options_.folder / "fashion-mnist").string()));
  if (!fs::exists("/usr/share/datasets/fashion-mnist")) return;
  options_.folder_is_usual = true;  // $GRADWAVE_DATA, which may hold other sets
  EXPECT_EQ(load_dataset(options_).train.count(), 60000);
}

TEST(DebiansFashionMnist, IsFoundWithoutAFolder) {
  DataOptions options;
  options.dataset = "fashion-mnist";
  if (!fs::exists("/usr/share/datasets/fashion-mnist")) {
    EXPECT_THAT(refusal(options), HasSubstr("dataset-fashion-mnist"));
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  }
  const Dataset data = load_dataset(options);
  EXPECT_EQ(data.train.count(), 60000);
  EXPECT_EQ(data.test.count(), 10000);
  const Normalisation measured = measure_normalisation(data.train, data.image).at(0);
  EXPECT_NEAR(measured.mean, data.normalisation.at(0).mean, 5e-5);
  EXPECT_NEAR(measured.deviation, data.normalisation.at(0).deviation, 5e-5);
}

TEST_F(Mnist, NamesAMissingFile) {
  fs::remove(path("t10k-labels-idx1-ubyte"));
  EXPECT_THAT(refusal(), HasSubstr(path("t10k-labels-idx1-ubyte").string()));
}

TEST_F(Mnist, RefusesFilesThatEndTooEarlyOrTooLate) {
  write("train-images-idx3-ubyte", images(6).substr(0, 3000));
  EXPECT_THAT(refusal(), HasSubstr("truncated"));
  write("train-images-idx3-ubyte", images(6) + "x");
  EXPECT_THAT(refusal(), HasSubstr("goes on after its last element"));
  write("train-images-idx3-ubyte", "");
  EXPECT_THAT(refusal(), HasSubstr("is empty"));
}

TEST_F(Mnist, RefusesOtherForms) {
  write("train-images-idx3-ubyte", labels(6));
  EXPECT_THAT(refusal(), HasSubstr("not an IDX file of unsigned bytes in 3 dimensions"));
}

TEST_F(Mnist, RefusesLabelsThatDoNotFit) {
  write("train-labels-idx1-ubyte", labels(5));
  EXPECT_THAT(refusal(), HasSubstr("5 labels for 6 images"));
  std::string bad = labels(6);
  bad.back() = 12;
  write("train-labels-idx1-ubyte", bad);
  EXPECT_THAT(refusal(), HasSubstr("label 12"));
}

// A folder that is there for one test.
class Files : public testing::Test {
 protected:
  Files()
      : folder_(fs::path(testing::TempDir()) /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Files() override { fs::remove_all(folder_); }

  const fs::path folder_;
};

class Cifar : public Files {
 protected:
  // Records whose pixels are all 10 times the label, but for the first of each plane.
  void write(const std::string& name, const std::vector<int>& labels, int label_bytes) const {
    std::ofstream file(folder_ / name, std::ios::binary);
    for (const int label : labels) {
      if (label_bytes == 2) file.put(99);  // a coarse label, which nobody reads
      file.put(static_cast<char>(label));
      for (int c = 0; c < 3; ++c) {
        file.put(static_cast<char>(c)) << std::string(1023, static_cast<char>(label * 10));
      }
    }
  }
};

TEST_F(Cifar, TenClassesComeFromAsManyBatchesAsThereAre) {
  write("data_batch_1.bin", {3, 1, 4}, 1);
  write("data_batch_2.bin", {9, 5}, 1);
  write("test_batch.bin", {2}, 1);
  DataOptions options;
  options.dataset = "cifar10";
  options.path = folder_;
  const Dataset data = load_dataset(options);
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.image, (ImageShape{3, 32, 32}));
  EXPECT_THAT(data.train.labels, testing::ElementsAre(3, 1, 4, 9, 5));
  EXPECT_EQ(data.train.images[3][0], 0);
  EXPECT_EQ(data.train.images[3][1], 90);
  EXPECT_EQ(data.train.images[3][2048], 2);
  EXPECT_EQ(data.test.count(), 1);
  EXPECT_EQ(data.normalisation.size(), 3U);
  EXPECT_THAT(inspect_dataset(options).notes,
              testing::Contains(AllOf(HasSubstr("first 2 of CIFAR-10's five training batches"),
                                      HasSubstr("data_batch_3.bin is the first that is missing"))));

  write("data_batch_2.bin", {9, 10}, 1);
  EXPECT_THAT(refusal(options),
              AllOf(HasSubstr("data_batch_2.bin"), HasSubstr("label 10 of image 1")));
  fs::resize_file(folder_ / "data_batch_2.bin", 4000);
  EXPECT_THAT(refusal(options), AllOf(HasSubstr("4000 bytes"), HasSubstr("truncated")));
  fs::rename(folder_ / "data_batch_2.bin", folder_ / "data_batch_4.bin");
  EXPECT_THAT(refusal(options), HasSubstr("data_batch_2.bin: there is no such file"))
      << "between two";
  fs::remove(folder_ / "data_batch_1.bin");
  EXPECT_THAT(refusal(options), HasSubstr("data_batch_1.bin: there is no such file"));
}

TEST_F(Cifar, AHundredClassesHaveTheFineLabels) {
  write("train.bin", {42, 7}, 2);
  write("test.bin", {0, 1, 24}, 2);
  DataOptions options;
  options.dataset = "cifar100";
  options.path = folder_;
  const Dataset data = load_dataset(options);
  EXPECT_EQ(data.classes, 100);
  EXPECT_THAT(data.train.labels, testing::ElementsAre(42, 7));
  EXPECT_EQ(data.test.images[2][1], 240);
  EXPECT_EQ(inspect_dataset(options).test_samples, 3);
}

TEST_F(Cifar, EachFileMayBeCompressed) {
  write("data_batch_1.bin", {3, 1}, 1);
  write("data_batch_2.bin", {9, 5}, 1);
  write("test_batch.bin", {2}, 1);
  write("train.bin", {42, 7}, 2);
  write("test.bin", {99}, 2);
  for (const std::string name : {"data_batch_2.bin", "test_batch.bin", "train.bin", "test.bin"}) {
    std::ifstream plain(folder_ / name, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(plain), {});
    gzFile file = gzopen((folder_ / (name + ".gz")).c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    fs::remove(folder_ / name);
  }
  DataOptions options;
  options.path = folder_;
  options.dataset = "cifar10";
  EXPECT_THAT(load_dataset(options).train.labels, testing::ElementsAre(3, 1, 9, 5));
  options.dataset = "cifar100";
  const Dataset data = load_dataset(options);
  EXPECT_THAT(data.train.labels, testing::ElementsAre(42, 7));
  EXPECT_THAT(data.test.labels, testing::ElementsAre(99));
}

TEST_F(Cifar, AFolderThatIsNotThereIsNamed) {
  DataOptions options;
  options.folder = folder_;
  options.dataset = "cifar10";
  EXPECT_EQ(refusal(options),
            (folder_ / "cifar-10-batches-bin").string() + ": there is no such folder");
  options.dataset = "cifar100";
  EXPECT_THAT(refusal(options), HasSubstr("cifar-100-binary: there is no such folder"));
  std::ofstream(folder_ / "cifar.tar.gz") << "tar";
  options.path = folder_ / "cifar.tar.gz";
  EXPECT_THAT(refusal(options), HasSubstr("cifar.tar.gz: is a file, expected a folder"));
}

TEST(Dataset, KeysThatItDoesNotUseAreRefused) {
  DataOptions options;
  options.side = 32;
  try {
    inspect_dataset(options);
    FAIL();
  } catch (const OptionError& error) {
    EXPECT_STREQ(error.what(), "data.side is not used by data.dataset = \"procedural\"");
    EXPECT_EQ(error.keys.front(), "data.side");
  }
}

TEST(RealMnist, HasThePublishedCounts) {
  const char* folder = std::getenv("GRADWAVE_DATA");
  if (folder == nullptr) GTEST_SKIP() << "GRADWAVE_DATA is not set";
  DataOptions options;
  options.dataset = "mnist";
  options.folder = folder;
  const Dataset data = load_dataset(options);
  EXPECT_EQ(data.train.count(), 60000);
  EXPECT_EQ(data.test.count(), 10000);
  EXPECT_EQ(std::count(data.train.labels.begin(), data.train.labels.end(), 0), 5923);
  EXPECT_EQ(std::count(data.test.labels.begin(), data.test.labels.end(), 1), 1135);
  const Normalisation measured = measure_normalisation(data.train, data.image).at(0);
  EXPECT_NEAR(measured.mean, 0.1307, 5e-5);
  EXPECT_NEAR(measured.deviation, 0.3081, 5e-5);
}

TEST(RealCifar10, HasThePublishedNormalisation) {
  const char* folder = std::getenv("GRADWAVE_DATA");
  if (folder == nullptr) GTEST_SKIP() << "GRADWAVE_DATA is not set";
  DataOptions options;
  options.dataset = "cifar10";
  options.folder = folder;
  const Dataset data = load_dataset(options);
  EXPECT_EQ(data.test.count(), 10000);
  const auto measured = measure_normalisation(data.train, data.image);
  for (std::size_t channel = 0; channel < 3; ++channel) {  // of a part of the batches, perhaps
    EXPECT_NEAR(measured[channel].mean, data.normalisation[channel].mean, 0.005);
    EXPECT_NEAR(measured[channel].deviation, data.normalisation[channel].deviation, 0.005);
  }
}

}  // namespace
}  // namespace gradwave::learning
