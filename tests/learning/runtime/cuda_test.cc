// SPDX-License-Identifier: GPL-2.0-only
// The learner on a GPU against the learner on the CPU. Skipped where there is no GPU; what it does
// there in operators, the other tests do on the CPU (ways.h).
#include <ATen/Context.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "learning/learner.h"

namespace gradwave::learning {
namespace {

class Cuda : public testing::Test {
 protected:
  void SetUp() override {
    if (!torch::cuda::is_available()) GTEST_SKIP() << "there is no GPU";
    at::globalContext().setAllowTF32CuDNN(false);  // as precise as the CPU
  }
  void TearDown() override { at::globalContext().setAllowTF32CuDNN(true); }
};

Options options_for(const std::string& model, const std::string& device) {
  Options options;
  options.data.train_samples = 2000;
  options.data.test_samples = 200;
  options.model.model = model;
  options.training.workers = 4;
  options.training.rounds = 8;
  options.training.batch = 16;
  options.compression.ratio = 50;
  options.compression.error_compensation = true;
  options.host.device = device;
  return options;
}

std::vector<double> run(Learner& learner, const Options& options, std::int64_t rounds) {
  std::vector<int> everybody(options.training.workers);
  std::iota(everybody.begin(), everybody.end(), 0);
  std::vector<double> seen;
  for (std::int64_t t = 0; t < rounds; ++t) {
    const RoundPlan plan = learner.plan(everybody);
    learner.apply(everybody);
    seen.insert(seen.end(), {plan.train_loss, plan.gradient_norm});
  }
  seen.push_back(learner.evaluate().loss);
  return seen;
}

TEST_F(Cuda, LearnsAsTheCpuDoes) {
  for (const char* model : {"mlp", "cnn", "resnet18"}) {
    for (const char* sparsifier : {"topk", "randk", "none"}) {
      Options options = options_for(model, "cpu");
      options.compression.sparsifier = sparsifier;
      Learner cpu(options);
      const std::vector<double> expected = run(cpu, options, 3);
      options.host.device = "cuda";
      Learner cuda(options);
      const std::vector<double> found = run(cuda, options, 3);
      EXPECT_EQ(cuda.description().device, "cuda:0");
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_NEAR(found[i], expected[i], 0.02 * std::fabs(expected[i]) + 0.01)
            << model << ", " << sparsifier << ", number " << i;
      }
    }
  }
}

TEST_F(Cuda, SameOptionsGiveTheSameRunToTheBit) {
  for (const char* model : {"mlp", "cnn", "resnet18"}) {
    const Options options = options_for(model, "cuda");
    Learner one(options), two(options);
    EXPECT_EQ(run(one, options, 8), run(two, options, 8)) << model;
    EXPECT_EQ(one.weights(), two.weights()) << model;
  }
}

TEST_F(Cuda, GoesOnFromACheckpointToTheBit) {
  const Options options = options_for("resnet18", "cuda");
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "cuda.pt";
  Learner original(options);
  run(original, options, 4);
  original.save(file);
  Learner another(options);
  another.restore(file);
  EXPECT_EQ(run(another, options, 4), run(original, options, 4));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace gradwave::learning
