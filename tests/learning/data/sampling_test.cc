// SPDX-License-Identifier: GPL-2.0-only
#include "learning/data/sampling.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace gradwave::learning {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAreArray;

// 256 images of two pixels, both the image's number; its label is the number modulo 10.
Dataset numbered() {
  const auto pixels = std::make_shared<std::vector<std::uint8_t>>();
  Dataset data;
  data.classes = 10;
  data.image = {1, 1, 2};
  data.normalisation = {{0.5F, 0.25F}};
  for (int i = 0; i < 256; ++i) {
    pixels->insert(pixels->end(), 2, static_cast<std::uint8_t>(i));
    data.train.labels.push_back(static_cast<Label>(i % 10));
  }
  data.train.append(pixels->data(), 2, 256, pixels);
  return data;
}

std::vector<float> varied(const std::vector<std::uint8_t>& image, const ImageShape& shape,
                          const Variation& variation) {
  Dataset as_they_are;
  as_they_are.normalisation.assign(shape.channels, {0, 1.0F / 255});
  std::vector<float> out(shape.pixels(), -1);
  normalise(image.data(), shape, as_they_are.normalisation, variation, out.data());
  for (float& value : out) value = std::round(value);
  return out;
}

TEST(Variation, MovesAndMirrorsEachChannel) {
  const ImageShape shape = {2, 2, 3};
  const std::vector<std::uint8_t> image = {1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16};
  EXPECT_THAT(varied(image, shape, {}), ElementsAre(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16));
  EXPECT_THAT(varied(image, shape, {0, 0, true}),
              ElementsAre(3, 2, 1, 6, 5, 4, 13, 12, 11, 16, 15, 14));
  EXPECT_THAT(varied(image, shape, {1, 0, false}),
              ElementsAre(0, 0, 0, 1, 2, 3, 0, 0, 0, 11, 12, 13));
  EXPECT_THAT(varied(image, shape, {-1, 1, false}),
              ElementsAre(0, 4, 5, 0, 0, 0, 0, 14, 15, 0, 0, 0));
  EXPECT_THAT(varied(image, shape, {0, -2, true}),
              ElementsAre(1, 0, 0, 4, 0, 0, 11, 0, 0, 14, 0, 0));
  EXPECT_THAT(varied(image, shape, {4, 4, true}), testing::Each(0));  // all of it is gone
}

TEST(Variation, BlackComesInNormalised) {
  Dataset data;
  data.normalisation = {{0.5F, 0.25F}};
  float out = 0;
  const std::uint8_t white = 255;
  normalise(&white, {1, 1, 1}, data.normalisation, {1, 0, false}, &out);
  EXPECT_FLOAT_EQ(out, -2);
}

TEST(Epochs, SeeEverySampleOnceBeforeAnyTwice) {
  const std::vector<std::int64_t> samples = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29};
  Epochs epochs(samples, Random(1));
  std::set<std::vector<std::int64_t>> orders;
  for (int epoch = 0; epoch < 5; ++epoch) {
    std::vector<std::int64_t> seen;
    for (std::size_t i = 0; i < samples.size(); ++i) seen.push_back(epochs.next());
    EXPECT_THAT(seen, UnorderedElementsAreArray(samples));
    orders.insert(seen);
  }
  EXPECT_EQ(orders.size(), 5U);  // each epoch in another order
}

TEST(Epochs, EverySampleIsEquallyLikelyToBeFirst) {
  Epochs epochs({0, 1, 2}, Random(2));
  std::vector<int> first(3, 0);
  for (int epoch = 0; epoch < 3000; ++epoch) {
    ++first[epochs.next()];
    epochs.next();
    epochs.next();
  }
  for (const int times : first) EXPECT_NEAR(times, 1000, 5 * 26);  // binomial, deviation 26
}

TEST(BatchStream, NormalisesPixelsAndKeepsLabelsBesideThem) {
  const Dataset data = numbered();
  Batches batches;
  BatchStream(data, {{0, 51}, {255}}, 3, Augmentation::kNone, 1, "batches").next(batches);
  EXPECT_EQ(batches.workers, 2);
  EXPECT_EQ(batches.batch, 3);
  ASSERT_EQ(batches.inputs.size(), 2U * 3 * 2);
  ASSERT_EQ(batches.labels.size(), 2U * 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const bool zero = batches.labels[i] == 0;
    EXPECT_EQ(batches.labels[i], zero ? 0 : 1);
    EXPECT_FLOAT_EQ(batches.inputs[2 * i], zero ? -2 : -1.2F);  // 51/255 is 0.2
    EXPECT_EQ(batches.inputs[2 * i], batches.inputs[2 * i + 1]);
  }
  // A worker with fewer samples than the batch sees them more than once.
  EXPECT_THAT(std::vector<std::int64_t>(batches.labels.begin() + 3, batches.labels.end()),
              ElementsAre(5, 5, 5));
  EXPECT_FLOAT_EQ(batches.inputs.back(), 2);
}

TEST(BatchStream, GivesEachWorkerItsOwnPart) {
  const Dataset data = numbered();
  std::vector<std::vector<std::int64_t>> parts(2);
  for (std::int64_t i = 0; i < 256; ++i) parts[i % 2].push_back(i);
  BatchStream stream(data, parts, 32, Augmentation::kNone, 1, "batches");
  Batches batches;
  for (int round = 0; round < 10; ++round) {
    stream.next(batches);
    for (std::size_t i = 0; i < batches.labels.size(); ++i) {
      ASSERT_EQ(batches.labels[i] % 2, i < 32 ? 0 : 1);
    }
  }
}

TEST(BatchStream, ACopyGoesOnAsTheOriginalWould) {
  const Dataset data = numbered();
  std::vector<std::int64_t> all(256);
  for (std::int64_t i = 0; i < 256; ++i) all[i] = i;
  BatchStream original(data, {all, all}, 8, Augmentation::kNone, 1, "batches"),
      other(data, {all, all}, 8, Augmentation::kNone, 2, "batches");
  Batches a, b, c;
  original.next(a);
  BatchStream copy = original;
  for (int round = 0; round < 100; ++round) {  // over several epochs
    original.next(a);
    copy.next(b);
    ASSERT_EQ(a.inputs, b.inputs);
    ASSERT_EQ(a.labels, b.labels);
  }
  other.next(c);
  EXPECT_NE(a.inputs, c.inputs);
  // Two workers with the same part still see it in different orders.
  EXPECT_FALSE(std::equal(a.labels.begin(), a.labels.begin() + 8, a.labels.begin() + 8));
}

TEST(BatchStream, AugmentsEachTimeAnewAndLeavesTheOrderAlone) {
  Dataset data = numbered();
  data.image = {1, 8, 8};
  const auto pixels = std::make_shared<std::vector<std::uint8_t>>(256 * 64, 255);
  data.train.images.clear();
  data.train.append(pixels->data(), 64, 256, pixels);
  const std::vector<std::vector<std::int64_t>> parts = {{1, 2, 3}, {4, 5, 6}};
  BatchStream plain(data, parts, 6, Augmentation::kNone, 1, "batches");
  BatchStream varied(data, parts, 6, Augmentation::kCropFlip, 1, "batches");
  BatchStream copy = varied;
  Batches a, b, c;
  plain.next(a);
  varied.next(b);
  copy.next(c);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(b.inputs, c.inputs);
  // White images: how far each was moved shows in its black edge.
  std::set<std::vector<float>> versions;
  for (std::size_t i = 0; i < b.labels.size(); ++i) {
    versions.insert({b.inputs.begin() + i * 64, b.inputs.begin() + (i + 1) * 64});
  }
  EXPECT_GT(versions.size(), 8U);  // of 12, in 81 places each
}

}  // namespace
}  // namespace gradwave::learning
