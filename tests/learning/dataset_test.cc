// SPDX-License-Identifier: GPL-2.0-only
#include "learning/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace gradwave::learning {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

TEST(Procedural, HasMnistsShapeAndAllClassesAlike) {
  DataOptions options;
  options.train_samples = 5000;
  options.test_samples = 1000;
  const Dataset data = load_dataset(options);
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.train.count, 5000);
  EXPECT_EQ(data.test.count, 1000);
  EXPECT_EQ(data.train.pixels, 784);
  EXPECT_EQ(data.train.data.size(), 5000u * 784);
  std::array<int, 10> counts = {};
  for (const std::uint8_t label : data.train.labels) ++counts.at(label);
  for (const int count : counts) EXPECT_NEAR(count, 500, 100);
}

TEST(Procedural, InspectsToSixtyAndTenThousand) {
  const DatasetShape shape = inspect_dataset({});
  EXPECT_EQ(shape.train_samples, 60000);
  EXPECT_EQ(shape.test_samples, 10000);
  EXPECT_EQ(shape.image.pixels(), 784);
}

TEST(Procedural, TheFirstSamplesAreTheSameHoweverManyAreDrawn) {
  DataOptions few, more;
  few.train_samples = 100;
  few.test_samples = 50;
  more.train_samples = 300;
  more.test_samples = 60;
  const Dataset a = load_dataset(few), b = load_dataset(more);
  EXPECT_TRUE(std::equal(a.train.data.begin(), a.train.data.end(), b.train.data.begin()));
  EXPECT_TRUE(std::equal(a.test.labels.begin(), a.test.labels.end(), b.test.labels.begin()));
  EXPECT_FALSE(std::equal(a.test.data.begin(), a.test.data.end(), a.train.data.begin()));
}

TEST(Procedural, IsTheSameOnEveryMachine) {
  DataOptions options;
  options.train_samples = 1000;
  options.test_samples = 1;
  const Dataset data = load_dataset(options);
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const std::uint8_t pixel : data.train.data) hash = (hash ^ pixel) * 0x100000001b3U;
  EXPECT_EQ(hash, 1202676601664660848U);
}

TEST(Procedural, NormalisesToAboutZeroMeanAndUnitDeviation) {
  DataOptions options;
  options.train_samples = 2000;
  options.test_samples = 1;
  const Dataset data = load_dataset(options);
  double sum = 0, squares = 0;
  for (const std::uint8_t pixel : data.train.data) {
    const double value = (pixel / 255.0 - data.mean) / data.deviation;
    sum += value;
    squares += value * value;
  }
  const auto n = static_cast<double>(data.train.data.size());
  EXPECT_NEAR(sum / n, 0, 0.05);
  EXPECT_NEAR(squares / n, 1, 0.05);
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
  EXPECT_EQ(data.train.count, 6);
  EXPECT_EQ(data.test.count, 3);
  EXPECT_EQ(data.train.labels, (std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(data.train.data[784], 784 % 251);
}

TEST_F(Mnist, IsReadCompressed) {
  fs::remove(path("train-images-idx3-ubyte"));
  const std::string bytes = images(6);
  gzFile file = gzopen(path("train-images-idx3-ubyte.gz").c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  EXPECT_EQ(load_dataset(options_).train.data[784], 784 % 251);
}

TEST_F(Mnist, WithoutAFolderSaysHowToNameOne) {
  options_.folder.clear();
  EXPECT_THAT(refusal(), AllOf(HasSubstr("GRADWAVE_DATA"), HasSubstr("data.folder")));
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
  EXPECT_THAT(refusal(), HasSubstr("truncated"));
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

TEST(RealMnist, HasThePublishedCounts) {
  const char* folder = std::getenv("GRADWAVE_DATA");
  if (folder == nullptr) GTEST_SKIP() << "GRADWAVE_DATA is not set";
  DataOptions options;
  options.dataset = "mnist";
  options.folder = folder;
  const Dataset data = load_dataset(options);
  EXPECT_EQ(data.train.count, 60000);
  EXPECT_EQ(data.test.count, 10000);
  EXPECT_EQ(std::count(data.train.labels.begin(), data.train.labels.end(), 0), 5923);
  EXPECT_EQ(std::count(data.test.labels.begin(), data.test.labels.end(), 1), 1135);
}

}  // namespace
}  // namespace gradwave::learning
