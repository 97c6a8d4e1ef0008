// SPDX-License-Identifier: GPL-2.0-only
#include "learning/theory/pilot_run.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

#include "tests/learning/ways.h"

namespace gradwave::learning {
namespace {

// F(w) = (c/2) mean_x (w - x)^2, one parameter, one-pixel images: every constant is known.
class Parabola final : public Model {
 public:
  explicit Parabola(double curvature) : curvature_(curvature) {}
  std::int64_t size() const override { return 1; }
  double forward_macs() const override { return 1; }
  void initialise(Random& /*random*/, float* weights) const override { weights[0] = 0; }
  std::vector<double> gradients(const at::Tensor& weights, const Batches& batches,
                                const Buffers& /*buffers*/, const at::Tensor& gradient,
                                const Take& take) const override {
    std::vector<double> losses;
    for (std::int64_t i = 0; i < batches.workers; ++i) {
      double loss = 0, slope = 0;
      for (std::int64_t b = 0; b < batches.batch; ++b) {
        const double distance =
            weights.data_ptr<float>()[0] - batches.inputs[i * batches.batch + b];
        loss += curvature_ / 2 * distance * distance / static_cast<double>(batches.batch);
        slope += curvature_ * distance / static_cast<double>(batches.batch);
      }
      gradient.data_ptr<float>()[0] = static_cast<float>(slope);
      take(i);
      losses.push_back(loss);
    }
    return losses;
  }
  Score score(const at::Tensor&, const Buffers&, const Batches&) const override { return {}; }

 private:
  double curvature_;
};

// One worker for each x, whose only sample it is; x = pixel / 255.
struct Points {
  explicit Points(const std::vector<std::uint8_t>& values)
      : pixels(std::make_shared<std::vector<std::uint8_t>>(values)) {
    data.classes = 1;
    data.normalisation = {{0, 1}};
    data.train.append(pixels->data(), 1, static_cast<std::int64_t>(values.size()), pixels);
    data.train.labels.assign(values.size(), 0);
    for (std::int64_t i = 0; i < data.train.count(); ++i) parts.push_back({i});
  }
  BatchStream stream() const {
    return BatchStream(data, parts, 1, Augmentation::kNone, 1, "batches");
  }
  Batches reference() const {
    Batches all;
    stream().next(all);
    all.batch = all.workers;
    all.workers = 1;
    return all;
  }

  std::shared_ptr<std::vector<std::uint8_t>> pixels;
  Dataset data;
  std::vector<std::vector<std::int64_t>> parts;
};

Pilot pilot_from(double start, const Parabola& model, const BatchStream& stream,
                 const Batches& reference, std::int64_t rounds, double learning_rate,
                 double optimal_loss = 0) {
  return run_pilot(model, at::full({1}, start), {}, stream, reference, rounds, learning_rate,
                   optimal_loss);
}

using PilotRun = BothWays;
GRADWAVE_BOTH_WAYS(PilotRun);

TEST_P(PilotRun, FindsTheConstantsOfAParabola) {
  constexpr double kCurvature = 3, kLearningRate = 0.1, kStart = 4;
  constexpr int kRounds = 5;
  const Points points({0, 51, 102, 255});  // x = 0, 0.2, 0.4, 1
  const double mean = 0.4, spread = (0.16 + 0.04 + 0 + 0.36) / 4;
  const Pilot pilot = pilot_from(kStart, Parabola(kCurvature), points.stream(), points.reference(),
                                 kRounds, kLearningRate);
  const auto loss = [&](double w) { return kCurvature / 2 * ((w - mean) * (w - mean) + spread); };
  EXPECT_EQ(pilot.rounds, kRounds);
  EXPECT_NEAR(pilot.initial_loss, loss(kStart), 1e-5);
  EXPECT_NEAR(pilot.smoothness, kCurvature, 1e-4);
  // Worker i's gradient is c (w - x_i): its variance is c^2 times the sample variance of x.
  EXPECT_NEAR(pilot.worker_variance, kCurvature * kCurvature * spread * 4 / 3, 1e-5);
  EXPECT_NEAR(pilot.gradient_variance, pilot.worker_variance / 4, 1e-12);
  // The mean over i of c^2 (w - x_i)^2, which is largest at the start.
  EXPECT_NEAR(pilot.squared_gradient, 2 * kCurvature * loss(kStart), 1e-3);
  // |grad F|^2 / (2 F) falls as w approaches the mean: the last of w_0 .. w_{R-1} counts.
  const double last =
      mean + (kStart - mean) * std::pow(1 - kLearningRate * kCurvature, kRounds - 1);
  const double slope = kCurvature * (last - mean);
  EXPECT_NEAR(pilot.convexity, slope * slope / (2 * loss(last)), 1e-4);
}

TEST_P(PilotRun, MeasuresConvexityAboveTheOptimalLoss) {
  constexpr double kCurvature = 3;
  const Points points({0, 51, 102, 255});
  const double least = kCurvature / 2 * (0.16 + 0.04 + 0 + 0.36) / 4;
  // |grad F|^2 = c^2 (w - mean)^2 = 2 c (F - F*), everywhere.
  const Pilot pilot =
      pilot_from(4, Parabola(kCurvature), points.stream(), points.reference(), 5, 0.1, least);
  EXPECT_NEAR(pilot.convexity, kCurvature, 1e-4);
  EXPECT_EQ(pilot_from(4, Parabola(kCurvature), points.stream(), points.reference(), 5, 0.1, 1e3)
                .convexity,
            0);
}

TEST_P(PilotRun, ComparesALoneWorkerWithTheReference) {
  const Points points({51});
  Batches reference = points.reference();
  reference.inputs[0] = 0.7F;  // grad F is 0.5 c away from the worker's gradient
  const Pilot pilot = pilot_from(3, Parabola(2), points.stream(), reference, 3, 0.1);
  EXPECT_NEAR(pilot.gradient_variance, 2 * 2 * 0.25, 1e-5);
}

TEST_P(PilotRun, NeedsNoMovement) {
  const Points points({0, 0});
  const Pilot pilot = pilot_from(0, Parabola(1), points.stream(), points.reference(), 2, 0.1);
  EXPECT_EQ(pilot.initial_loss, 0);
  EXPECT_EQ(pilot.smoothness, 0);
  EXPECT_EQ(pilot.convexity, 0);
  EXPECT_EQ(pilot.gradient_variance, 0);
}

TEST_P(PilotRun, SaysThatItDiverged) {
  const Points points({0, 255});
  EXPECT_THROW(pilot_from(1, Parabola(1), points.stream(), points.reference(), 50, 1e30),
               std::invalid_argument);
}

}  // namespace
}  // namespace gradwave::learning
