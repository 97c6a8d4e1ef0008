// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/model.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "learning/learner.h"
#include "tests/learning/batches.h"

namespace gradwave::learning {
namespace {

using testing::Each;
using testing::HasSubstr;

struct Gradients {
  std::vector<float> values;   // [M, d]
  std::vector<double> losses;  // [M]
};

Gradients gradients_of(const Model& model, const std::vector<float>& weights,
                       const Batches& batches) {
  Gradients out{std::vector<float>(batches.workers * model.size()),
                std::vector<double>(batches.workers)};
  all_gradients(model, weights.data(), batches, nullptr, out.values.data(), out.losses.data());
  return out;
}

// The perceptron's mean loss over a batch in double precision, from its definition.
double reference_loss(const std::vector<std::int64_t>& widths, const std::vector<double>& weights,
                      const Batches& batches) {
  double total = 0;
  const std::int64_t count = batches.workers * batches.batch;
  for (std::int64_t sample = 0; sample < count; ++sample) {
    std::vector<double> a(batches.inputs.begin() + sample * widths[0],
                          batches.inputs.begin() + (sample + 1) * widths[0]);
    const double* w = weights.data();
    for (std::size_t l = 1; l < widths.size(); ++l) {
      std::vector<double> z(w + widths[l] * widths[l - 1], w + widths[l] * (widths[l - 1] + 1));
      for (std::int64_t o = 0; o < widths[l]; ++o) {
        for (std::int64_t i = 0; i < widths[l - 1]; ++i) z[o] += w[o * widths[l - 1] + i] * a[i];
        if (l + 1 < widths.size()) z[o] = std::max(z[o], 0.0);
      }
      w += widths[l] * (widths[l - 1] + 1);
      a = z;
    }
    double sum = 0;
    for (const double logit : a) sum += std::exp(logit);
    total += std::log(sum) - a[batches.labels[sample]];
  }
  return total / static_cast<double>(count);
}

TEST(Mlp, CountsItsParametersAndMultiplyAdds) {
  const auto mlp = make_model({"mlp", {256}, {}}, {1, 1, 784}, 10);
  EXPECT_EQ(mlp->size(), 203'530);
  EXPECT_EQ(mlp->forward_macs(), 784 * 256 + 256 * 10);
  const auto deep = make_model({"mlp", {7, 5}, {}}, {1, 1, 3}, 2);
  EXPECT_EQ(deep->size(), (3 + 1) * 7 + (7 + 1) * 5 + (5 + 1) * 2);
  EXPECT_EQ(deep->forward_macs(), 3 * 7 + 7 * 5 + 5 * 2);
}

TEST(Mlp, WithoutHiddenLayersIsSoftmaxRegression) {
  const auto softmax = make_model({"mlp", {}, {}}, {1, 1, 784}, 10);
  EXPECT_EQ(softmax->size(), 7850);
  // At zero weights each class has probability 1/10, whatever the image.
  const std::vector<float> zero(softmax->size(), 0);
  const Gradients out = gradients_of(*softmax, zero, random_batches(3, 4, 784, 10, 1));
  EXPECT_THAT(out.losses, Each(testing::DoubleNear(std::log(10.0), 1e-6)));
}

TEST(Mlp, StartsAsPyTorchsLinearDoes) {
  const auto mlp = make_model({"mlp", {256}, {}}, {1, 1, 784}, 10);
  std::vector<float> weights(mlp->size());
  Random random(3);
  mlp->initialise(random, weights.data());
  const auto expect_uniform = [](const float* begin, const float* end, double bound) {
    double square = 0;
    for (const float* w = begin; w < end; ++w) {
      ASSERT_LE(std::fabs(*w), bound);
      square += static_cast<double>(*w) * *w;
    }
    EXPECT_NEAR(square / static_cast<double>(end - begin), bound * bound / 3, 0.1 * bound * bound);
  };
  const float* first = weights.data();
  const float* second = first + std::ptrdiff_t{785} * 256;
  expect_uniform(first, second, 1 / 28.0);
  expect_uniform(second, first + weights.size(), 1 / 16.0);
}

TEST(Mlp, GradientIsTheSlopeOfTheLoss) {
  const std::vector<std::int64_t> widths = {6, 5, 4, 3};
  const auto mlp = make_model({"mlp", {5, 4}, {}}, {1, 1, 6}, 3);
  std::vector<float> weights(mlp->size());
  Random random(11);
  mlp->initialise(random, weights.data());
  const Batches batch = random_batches(1, 8, 6, 3, 2);
  const Gradients out = gradients_of(*mlp, weights, batch);

  std::vector<double> w(weights.begin(), weights.end());
  EXPECT_NEAR(out.losses[0], reference_loss(widths, w, batch), 1e-6);
  for (std::size_t j = 0; j < w.size(); ++j) {
    const double at = w[j], step = 1e-6;
    w[j] = at + step;
    const double above = reference_loss(widths, w, batch);
    w[j] = at - step;
    const double below = reference_loss(widths, w, batch);
    w[j] = at;
    ASSERT_NEAR(out.values[j], (above - below) / (2 * step), 1e-6) << "entry " << j;
  }
}

TEST(Mlp, BatchedPassGivesWhatEachWorkerAloneWouldCompute) {
  const auto mlp = make_model({"mlp", {32}, {}}, {1, 1, 50}, 10);
  std::vector<float> weights(mlp->size());
  Random random(5);
  mlp->initialise(random, weights.data());
  const Batches all = random_batches(5, 16, 50, 10, 3);
  const Gradients together = gradients_of(*mlp, weights, all);
  for (std::int64_t worker = 0; worker < all.workers; ++worker) {
    const Gradients alone = gradients_of(*mlp, weights, of_worker(all, worker));
    EXPECT_NEAR(alone.losses[0], together.losses[worker], 1e-6);
    for (std::int64_t j = 0; j < mlp->size(); ++j) {
      ASSERT_NEAR(alone.values[j], together.values[worker * mlp->size() + j], 1e-6);
    }
  }
}

TEST(Mlp, ScoresTheLossItTrainsOn) {
  const auto mlp = make_model({"mlp", {32}, {}}, {1, 1, 50}, 10);
  std::vector<float> weights(mlp->size());
  Random random(6);
  mlp->initialise(random, weights.data());
  const Batches batch = random_batches(1, 100, 50, 10, 4);
  const Model::Score score = score_of(*mlp, weights, {}, batch);
  EXPECT_NEAR(score.loss / 100, gradients_of(*mlp, weights, batch).losses[0], 1e-6);

  // A bias that shouts for class 3 makes it right for exactly the samples labelled 3.
  weights[mlp->size() - 10 + 3] = 1000;
  EXPECT_EQ(score_of(*mlp, weights, {}, batch).right,
            std::count(batch.labels.begin(), batch.labels.end(), 3));
}

TEST(Mlp, ShowsThatItDiverged) {
  const auto mlp = make_model({"mlp", {4}, {}}, {1, 1, 6}, 3);
  std::vector<float> weights(mlp->size(), std::numeric_limits<float>::quiet_NaN());
  const Gradients out = gradients_of(*mlp, weights, random_batches(2, 4, 6, 3, 1));
  for (const double loss : out.losses) EXPECT_TRUE(std::isnan(loss));
}

TEST(Models, RefuseWhatTheyCannotBe) {
  EXPECT_THROW(make_model({"mlp", {16, 0}, {}}, {1, 1, 4}, 2), std::invalid_argument);
  try {
    make_model({"mpl", {}, {}}, {1, 1, 4}, 2);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown model 'mpl'"));
  }
}

}  // namespace
}  // namespace gradwave::learning
