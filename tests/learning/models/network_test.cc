// SPDX-License-Identifier: GPL-2.0-only
// Models whose gradients autograd takes.
#include <gmock/gmock.h>

#include <cmath>
#include <stdexcept>

#include "learning/models/model.h"
#include "tests/learning/batches.h"

namespace gradwave::learning {
namespace {

using testing::HasSubstr;

struct Started {
  std::unique_ptr<Model> model;
  std::vector<float> weights, buffers;  // [d], [b]
};

Started start(const std::string& name, const ImageShape& image, std::int64_t classes) {
  Started out{make_model({name, {}, {}}, image, classes), {}, {}};
  out.weights.resize(out.model->size());
  out.buffers = start_buffers(*out.model);
  Random random(3);
  out.model->initialise(random, out.weights.data());
  return out;
}

struct Gradients {
  std::vector<float> values;   // [M, d]
  std::vector<double> losses;  // [M]
  std::vector<float> buffers;  // [M, b]
};

Gradients gradients_of(const Started& started, const Batches& batches) {
  Gradients out{std::vector<float>(batches.workers * started.model->size()),
                std::vector<double>(batches.workers),
                {}};
  for (std::int64_t i = 0; i < batches.workers; ++i) {
    out.buffers.insert(out.buffers.end(), started.buffers.begin(), started.buffers.end());
  }
  all_gradients(*started.model, started.weights.data(), batches, out.buffers.data(),
                out.values.data(), out.losses.data());
  return out;
}

TEST(Cnn, CountsItsParametersAndMultiplyAdds) {
  const auto cnn = make_model({"cnn", {}, {}}, {1, 28, 28}, 10);
  EXPECT_EQ(cnn->size(), (9 + 1) * 16 + (16 * 9 + 1) * 32 + (32 * 49 + 1) * 128 + 129 * 10);
  EXPECT_EQ(cnn->forward_macs(), 784 * 9 * 16 + 196 * 9 * 16 * 32 + 32 * 49 * 128 + 128 * 10);
  EXPECT_TRUE(cnn->buffers().empty());
}

// The published sizes; multiply-adds of ResNet-18 on 32 x 32 by hand: the first convolution, four
// stages that cost the same but for their first block, whose convolution is halved and whose
// projection is new, and the last layer.
TEST(ResNet, HasThePublishedSizes) {
  const auto resnet18 = make_model({"resnet18", {}, {}}, {3, 32, 32}, 10);
  EXPECT_EQ(resnet18->size(), 11'173'962);
  const double convolution = 1024.0 * 9 * 64 * 64;
  const double first_stage = 4 * convolution;
  const double later_stage = 3.5 * convolution + convolution / 2 / 9;
  EXPECT_EQ(resnet18->forward_macs(), 1024.0 * 27 * 64 + first_stage + 3 * later_stage + 512 * 10);
  EXPECT_EQ(make_model({"resnet34", {}, {}}, {3, 32, 32}, 100)->size(), 21'328'292);
}

TEST(Network, GradientIsTheSlopeOfTheLoss) {
  Started cnn = start("cnn", {2, 8, 8}, 3);
  const Batches batch = random_batches(1, 8, 128, 3, 2);
  const Gradients out = gradients_of(cnn, batch);
  // Along the gradient itself, where the slope is its squared length.
  double squared = 0;
  for (const float x : out.values) squared += static_cast<double>(x) * x;
  constexpr double kStep = 1e-3;
  const std::vector<float> here = cnn.weights;
  const auto loss_at = [&](double step) {
    for (std::size_t j = 0; j < here.size(); ++j) {
      cnn.weights[j] = here[j] + static_cast<float>(step * out.values[j]);
    }
    return gradients_of(cnn, batch).losses[0];
  };
  EXPECT_NEAR((loss_at(kStep) - loss_at(-kStep)) / (2 * kStep), squared, 0.01 * squared);
}

// |a - b| over |a|, of `size` floats each.
double relative_distance(const float* a, const float* b, std::int64_t size) {
  double difference = 0, length = 0;
  for (std::int64_t j = 0; j < size; ++j) {
    difference += (static_cast<double>(a[j]) - b[j]) * (static_cast<double>(a[j]) - b[j]);
    length += static_cast<double>(a[j]) * a[j];
  }
  return std::sqrt(difference / length);
}

TEST(Network, WorkersSideBySideComputeWhatEachWouldAlone) {
  for (const char* name : {"cnn", "resnet18"}) {
    const ImageShape image{1, 8, 8};
    const Started started = start(name, image, 4);
    const Batches all = random_batches(3, 8, image.pixels(), 4, 5);
    const Gradients together = gradients_of(started, all);
    const std::int64_t size = started.model->size();
    const auto buffers = static_cast<std::int64_t>(started.buffers.size());
    for (std::int64_t i = 0; i < 3; ++i) {
      const Gradients alone = gradients_of(started, of_worker(all, i));
      EXPECT_NEAR(alone.losses[0], together.losses[i], 1e-5) << name;
      EXPECT_LT(relative_distance(alone.values.data(), together.values.data() + i * size, size),
                1e-4)
          << name;
      if (buffers == 0) continue;
      EXPECT_LT(
          relative_distance(alone.buffers.data(), together.buffers.data() + i * buffers, buffers),
          1e-5)
          << name;
    }
  }
}

// Momentum 0.1: after one batch a running mean is a tenth of the batch's, a variance nine tenths of
// one and a tenth of the batch's.
TEST(Network, BatchNormalisationKeepsRunningStatistics) {
  const Started resnet = start("resnet18", {1, 8, 8}, 4);
  ASSERT_EQ(resnet.buffers[0], 0);   // of the first layer's 64 channels: means,
  ASSERT_EQ(resnet.buffers[64], 1);  // variances
  const Batches batch = random_batches(1, 4, 64, 4, 5);
  const Gradients out = gradients_of(resnet, batch);
  EXPECT_NE(out.buffers[0], 0);
  EXPECT_NE(out.buffers[64], 1);
  EXPECT_GT(out.buffers[64], 0.9F);

  // Scoring uses them and leaves them alone.
  const auto loss = [&](const std::vector<float>& buffers) {
    return score_of(*resnet.model, resnet.weights, buffers, batch).loss;
  };
  EXPECT_EQ(loss(out.buffers), loss(out.buffers));
  EXPECT_NE(loss(out.buffers), loss(resnet.buffers));
}

TEST(Network, ScoresTheLossItTrainsOn) {
  const Started cnn = start("cnn", {1, 8, 8}, 4);
  const Batches batch = random_batches(1, 6, 64, 4, 5);
  const Model::Score score = score_of(*cnn.model, cnn.weights, {}, batch);
  EXPECT_NEAR(score.loss / 6, gradients_of(cnn, batch).losses[0], 1e-6);
}

// The last stage of ResNet-18 makes a single place of 8 x 8 pixels: one number is its own mean.
TEST(Network, SaysHowManySamplesBatchNormalisationNeeds) {
  EXPECT_EQ(make_model({"resnet18", {}, {}}, {1, 8, 8}, 4)->least_batch(), 2);
  EXPECT_EQ(make_model({"resnet18", {}, {}}, {1, 16, 16}, 4)->least_batch(), 1);
  EXPECT_EQ(make_model({"cnn", {}, {}}, {1, 8, 8}, 4)->least_batch(), 1);
}

TEST(Network, RefusesImagesThatAreTooSmall) {
  try {
    make_model({"cnn", {}, {}}, {1, 3, 3}, 4);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("does not take images of 1 x 3 x 3"));
  }
  // The counting that it broke off is over.
  EXPECT_EQ(make_model({"cnn", {}, {}}, {1, 4, 4}, 4)->forward_macs(),
            16 * 9 * 16 + 4 * 9 * 16 * 32 + 32 * 128 + 128 * 4);
}

}  // namespace
}  // namespace gradwave::learning
