// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "learning/data/dataset.h"
#include "learning/options.h"
#include "tests/learning/data/image_files.h"

namespace gradwave::learning {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

std::string refusal(const DataOptions& options, bool inspect = false) {
  try {
    inspect ? void(inspect_dataset(options)) : void(load_dataset(options));
    return "";
  } catch (const OptionError& error) {
    return error.what();
  }
}

class ImageFolder : public testing::Test {
 protected:
  ImageFolder()
      : folder_(fs::path(testing::TempDir()) /
                ("folder-" +
                 std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    options_.dataset = "folder";
    options_.path = folder_;
  }
  ~ImageFolder() override { fs::remove_all(folder_); }

  // One colour all over; grey if `colour` is one number.
  void png(const std::string& name, const std::vector<std::uint8_t>& colour, int width = 8,
           int height = 8) const {
    PngFile file;
    file.width = width;
    file.height = height;
    file.type = colour.size() == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY;
    file.bytes = repeated(colour, width * height);
    write_file(folder_ / name, encode(file));
  }
  void jpeg(const std::string& name, const std::vector<std::uint8_t>& colour) const {
    JpegFile file;
    file.pixels = repeated(colour, 64);
    write_file(folder_ / name, encode(file));
  }
  // What every test starts from: two classes, one image each to test with.
  void cats_and_dogs() const {
    png("train/cat/1.png", {10, 20, 30});
    jpeg("train/dog/a.jpg", {200, 100, 50});
    jpeg("train/dog/b.JPEG", {200, 100, 50});
    png("train/cat/2.png", {77});
    png("train/cat/3.png", {12, 22, 32});
    png("test/cat/1.png", {11, 21, 31});
    png("test/dog/1.png", {201, 101, 51});
    std::ofstream(folder_ / "train/cat/notes.txt") << "not an image";
  }

  const fs::path folder_;
  DataOptions options_;
};

TEST_F(ImageFolder, HasItsFoldersAsClassesInTurn) {
  cats_and_dogs();
  const Dataset data = load_dataset(options_);
  EXPECT_EQ(data.classes, 2);
  EXPECT_EQ(data.image, (ImageShape{3, 8, 8}));
  EXPECT_THAT(data.train.labels, testing::ElementsAre(0, 1, 0, 1, 0));
  EXPECT_EQ(data.train.images[0][64], 20);        // of the green plane
  EXPECT_NEAR(data.train.images[1][128], 50, 3);  // of the blue one, as JPEG keeps it
  EXPECT_EQ(data.train.images[2][64], 77);        // grey becomes colour
  EXPECT_EQ(data.test.images[1][0], 201);
  EXPECT_EQ(data.normalisation.size(), 3U);
  options_.train_samples = 2;
  EXPECT_THAT(load_dataset(options_).train.labels, testing::ElementsAre(0, 1));
}

TEST_F(ImageFolder, OfGreyImagesIsGrey) {
  for (const std::string part : {"train", "test"}) png(part + "/one/1.png", {9}, 5, 4);
  const Dataset data = load_dataset(options_);
  EXPECT_EQ(data.image, (ImageShape{1, 4, 5}));
  EXPECT_EQ(data.train.images[0][19], 9);
}

TEST_F(ImageFolder, ImagesOfManySizesNeedASide) {
  cats_and_dogs();
  png("train/dog/c.png", {1, 2, 3}, 16, 12);
  EXPECT_THAT(refusal(options_), AllOf(HasSubstr("c.png: 12 x 16"), HasSubstr("data.side")));
  options_.side = 6;
  const Dataset data = load_dataset(options_);
  EXPECT_EQ(data.image, (ImageShape{3, 6, 6}));
  EXPECT_EQ(data.train.images[5][36], 2);
}

TEST_F(ImageFolder, RefusesWhatIsNotOne) {
  EXPECT_THAT(refusal(options_), HasSubstr("train: there is no such folder"));
  cats_and_dogs();
  fs::create_directories(folder_ / "test/bird");
  EXPECT_THAT(refusal(options_), HasSubstr("test/bird: holds no PNG or JPEG image"));
  png("test/bird/1.png", {1, 2, 3});
  EXPECT_THAT(refusal(options_), HasSubstr("only test/ has \"bird\""));
  fs::remove_all(folder_ / "test/bird");
  for (const std::string name : {"train/cat/4.png", "train/cat/4.jpg"}) {
    std::ofstream(folder_ / name) << "hello";
    EXPECT_THAT(refusal(options_), HasSubstr(fs::path(name).filename().string()));
    fs::remove(folder_ / name);
  }
  fs::resize_file(folder_ / "train/dog/b.JPEG", fs::file_size(folder_ / "train/dog/b.JPEG") / 2);
  EXPECT_THAT(refusal(options_), HasSubstr("b.JPEG: JPEG: "));
  options_.path.clear();
  EXPECT_THAT(refusal(options_), HasSubstr("needs data.path"));
}

TEST_F(ImageFolder, ImagesInFoldersWithinAClassAreOfThatClass) {
  for (const std::string part : {"train", "test"}) {
    png(part + "/cat/z.png", {1});
    png(part + "/cat/a/x.png", {3});
    png(part + "/cat/a/b/y.png", {4});
    png(part + "/cat/a-b/w.png", {2});
    png(part + "/dog/only/below/1.png", {9});
  }
  const Dataset data = load_dataset(options_);
  std::vector<int> cats;
  for (std::int64_t i = 0; i < data.train.count(); ++i) {
    if (data.train.labels[i] == 0) cats.push_back(data.train.images[i][0]);
  }
  // As sorted(os.walk()) has them: "cat", "cat/a", "cat/a-b", "cat/a/b".
  EXPECT_THAT(cats, testing::ElementsAre(1, 3, 2, 4));
  EXPECT_EQ(data.train.labels.at(1), 1);
  EXPECT_EQ(inspect_dataset(options_).train_samples, 5);
  EXPECT_EQ(inspect_dataset(options_).train_labels, data.train.labels);
  EXPECT_TRUE(inspect_dataset(options_).notes.empty());
}

TEST_F(ImageFolder, LinksAreFollowedButNotInCircles) {
  cats_and_dogs();
  png("elsewhere/1.png", {1, 2, 3});
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "train/cat/more");
  EXPECT_EQ(inspect_dataset(options_).train_samples, 6);
  fs::create_directory_symlink(folder_ / "train", folder_ / "train/dog/back");
  EXPECT_THAT(refusal(options_), HasSubstr("is a link to a folder that it lies in"));
  fs::remove(folder_ / "train/dog/back");
  fs::create_symlink(folder_ / "gone.png", folder_ / "train/dog/c.png");
  EXPECT_THAT(refusal(options_), HasSubstr("train/dog/c.png: is a link to nothing"));
}

TEST_F(ImageFolder, WhatIsNoImageIsSkippedAndSaid) {
  cats_and_dogs();  // with a train/cat/notes.txt
  EXPECT_THAT(inspect_dataset(options_).notes,
              testing::ElementsAre("data.path: 1 file that is neither PNG nor JPEG was skipped "
                                   "(train/cat/notes.txt)"));
  write_file(folder_ / "train/cat/a.bmp", "BM");
  write_file(folder_ / "train/dog/deep/b.gif", "GIF89a");
  write_file(folder_ / "test/dog/c.webp", "RIFF");
  write_file(folder_ / "test/dog/empty.tiff", "");
  write_file(folder_ / "train/README", "me");
  EXPECT_THAT(inspect_dataset(options_).notes,
              testing::ElementsAre("data.path: 5 files that are neither PNG nor JPEG were skipped "
                                   "(the first is train/cat/a.bmp)",
                                   "data.path: 1 file that is in no class's folder was skipped "
                                   "(train/README)"));
  EXPECT_EQ(load_dataset(options_).train.count(), 5);
}

TEST_F(ImageFolder, HiddenFilesAndMacsTwinsAreNotThere) {
  cats_and_dogs();
  fs::remove(folder_ / "train/cat/notes.txt");
  write_file(folder_ / "train/cat/._1.png", "Mac OS X");
  write_file(folder_ / "train/dog/.DS_Store", "Mac OS X");
  write_file(folder_ / "train/dog/.cache/1.png", "no image");
  write_file(folder_ / "train/__MACOSX/cat/._1.png", "Mac OS X");
  const DatasetShape shape = inspect_dataset(options_);
  EXPECT_EQ(shape.train_samples, 5);
  EXPECT_EQ(shape.classes, 2);
  EXPECT_TRUE(shape.notes.empty());
}

TEST_F(ImageFolder, AnImageIsOneWhateverItsName) {
  cats_and_dogs();
  png("train/cat/png-named.jpeg", {1, 2, 3});
  jpeg("train/cat/jpeg-named.png", {1, 2, 3});
  jpeg("train/cat/saved.jfif", {1, 2, 3});
  EXPECT_EQ(load_dataset(options_).train.count(), 8);
  write_file(folder_ / "train/cat/gif-named.jpg", "GIF89a and more");
  EXPECT_THAT(refusal(options_), HasSubstr("gif-named.jpg: is neither PNG nor JPEG"));
}

TEST_F(ImageFolder, NoSpecialFileIsOpened) {
  cats_and_dogs();
  ASSERT_EQ(mkfifo((folder_ / "train/cat/pipe.png").c_str(), 0600), 0);
  EXPECT_THAT(inspect_dataset(options_).notes, testing::ElementsAre(HasSubstr("2 files")));
}

TEST_F(ImageFolder, AFolderThatIsNotThereIsNamed) {
  options_.path = folder_ / "nothere";
  EXPECT_EQ(refusal(options_), (folder_ / "nothere").string() + ": there is no such folder");
  png("train/cat/1.png", {1});
  options_.path = folder_;
  EXPECT_EQ(refusal(options_), (folder_ / "test").string() + ": there is no such folder");
}

TEST_F(ImageFolder, ImagesThatAreEmptyOrCutOffAreFoundByTheirHeadersAlone) {
  cats_and_dogs();
  EXPECT_EQ(refusal(options_, true), "");
  for (const std::string name : {"train/dog/b.JPEG", "test/dog/1.png"}) {
    const std::string whole = read_file(folder_ / name);
    write_file(folder_ / name, whole + "what a camera adds");
    EXPECT_EQ(refusal(options_, true), "");
    write_file(folder_ / name, whole.substr(0, whole.size() - 1));
    EXPECT_THAT(refusal(options_, true), AllOf(HasSubstr(name), HasSubstr("ends too early")));
    write_file(folder_ / name, "");
    EXPECT_THAT(refusal(options_, true), HasSubstr(name + ": is empty"));
    write_file(folder_ / name, whole);
  }
}

}  // namespace
}  // namespace gradwave::learning
