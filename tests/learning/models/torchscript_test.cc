// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <torch/script.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "learning/learner.h"
#include "learning/models/model.h"
#include "tests/learning/batches.h"

namespace gradwave::learning {
namespace {

using testing::HasSubstr;

// What a user's PyTorch would have saved: one linear layer with a running mean of its inputs.
class TorchScript : public testing::Test {
 protected:
  TorchScript()
      : file_(
            std::filesystem::path(testing::TempDir()) /
            (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".pt")) {}
  ~TorchScript() override { std::filesystem::remove(file_); }

  void save(const std::string& forward, at::ScalarType type = at::kFloat) const {
    torch::jit::Module module("Net");
    module.register_parameter("weight", at::arange(36, type).view({3, 12}).div(36), false);
    module.register_parameter("unused", at::ones({5}, type), false);
    module.register_buffer("mean", at::zeros({12}));
    module.register_buffer("batches", at::zeros({}, at::kLong));
    module.register_attribute("training", c10::BoolType::get(), true);
    module.define("def forward(self, x):\n" + forward);
    module.save(file_.string());
  }

  std::unique_ptr<Model> load(std::int64_t classes = 3) const {
    return make_model({"torchscript", {}, file_}, {3, 2, 2}, classes);
  }

  std::string refusal(std::int64_t classes = 3) const {
    try {
      load(classes);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  }

  static constexpr const char* kLinear = R"(
    y = x.flatten(1)
    if self.training:
      self.mean.mul_(0.5).add_(0.5 * y.mean(0))
      self.batches.add_(1)
    return torch.matmul(y - self.mean.detach(), self.weight.t())
)";

  std::filesystem::path file_;
};

TEST_F(TorchScript, StartsWhereTheFileDoes) {
  save(kLinear);
  const auto model = load();
  EXPECT_EQ(model->size(), 41);
  EXPECT_EQ(model->buffers_size(), 13);
  EXPECT_EQ(model->forward_macs(), 36);
  std::vector<float> weights(41), buffers(13, 7);
  Random random(1);
  model->initialise(random, weights.data(), buffers.data());
  EXPECT_FLOAT_EQ(weights[35], 35.0F / 36);
  EXPECT_EQ(weights[40], 1);
  EXPECT_EQ(buffers[11], 0);
}

TEST_F(TorchScript, TakesGradientsAndKeepsEachWorkersBuffers) {
  save(kLinear);
  const auto model = load();
  std::vector<float> weights(41), start(13);
  Random random(1);
  model->initialise(random, weights.data(), start.data());
  const Batches all = random_batches(2, 4, 12, 3, 1);
  std::vector<float> buffers(26), gradients(82, 9);
  std::vector<double> losses(2);
  all_gradients(*model, weights.data(), all, buffers.data(), gradients.data(), losses.data());
  for (int i = 0; i < 2; ++i) {
    const Batches own = of_worker(all, i);
    std::vector<float> alone_buffers(13), alone(41);
    double loss = 0;
    all_gradients(*model, weights.data(), own, alone_buffers.data(), alone.data(), &loss);
    EXPECT_EQ(loss, losses[i]);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), gradients.begin() + 41L * i));
    EXPECT_TRUE(std::equal(alone_buffers.begin(), alone_buffers.end(), buffers.begin() + 13L * i));
    double mean = 0;
    for (int b = 0; b < 4; ++b) mean += own.inputs[12 * b] / 4;
    EXPECT_NEAR(alone_buffers[0], mean / 2, 1e-6);
    EXPECT_EQ(alone_buffers[12], 1) << "batches of this worker alone";
    EXPECT_EQ(alone[40], 0) << "of the parameter that nothing depends on";

    // The loss at weights a little further along one entry.
    constexpr float kStep = 1e-2F;
    std::vector<float> ahead = weights;
    ahead[3] += kStep;
    std::vector<float> again(13), ignored(41);
    double there = 0;
    all_gradients(*model, ahead.data(), own, again.data(), ignored.data(), &there);
    EXPECT_NEAR((there - loss) / kStep, alone[3], 0.05);
  }
}

TEST_F(TorchScript, ScoresWithTheBuffersThatItIsGiven) {
  save(kLinear);
  const auto model = load();
  std::vector<float> weights(41), buffers(13);
  Random random(1);
  model->initialise(random, weights.data(), buffers.data());
  const Batches batch = random_batches(1, 4, 12, 3, 1);
  const auto loss = [&] { return score_of(*model, weights, buffers, batch).loss; };
  const double before = loss();
  EXPECT_EQ(loss(), before);
  buffers[0] = 3;
  EXPECT_NE(loss(), before);
}

TEST_F(TorchScript, RefusesWhatItCannotTrain) {
  EXPECT_THAT(refusal(), HasSubstr("is not a TorchScript file"));
  std::ofstream(file_) << "no archive";
  EXPECT_THAT(refusal(), HasSubstr("is not a TorchScript file"));
  save(kLinear);
  EXPECT_THAT(refusal(4), HasSubstr("turns two images of 3 x 2 x 2 into [2, 3], expected [2, 4]"));
  save("    return torch.matmul(x.flatten(1)[:, 1:], self.weight.t())\n");
  EXPECT_THAT(refusal(), HasSubstr("does not take images of 3 x 2 x 2"));
  save("    return torch.conv2d(x, self.weight.view([9, 1, 2, 2])).flatten(1)\n");
  EXPECT_THAT(refusal(), HasSubstr("does not take images of 3 x 2 x 2: Given groups=1"));
  save("    return torch.matmul(x.view([1, 12]), self.weight.t())\n");  // one image alone
  EXPECT_THAT(refusal(), HasSubstr("does not take images of 3 x 2 x 2"));
  save("    return torch.matmul(x.flatten(1), self.weight.detach().t())\n");
  EXPECT_THAT(refusal(), HasSubstr("cannot be trained"));
  save("    return x, x\n");
  EXPECT_THAT(refusal(), HasSubstr("gives no tensor but Tuple"));
  save(kLinear, at::kDouble);
  EXPECT_THAT(refusal(), HasSubstr("parameter \"weight\" is Double, expected Float"));
  EXPECT_THROW(make_model({"torchscript", {}, {}}, {3, 2, 2}, 3), std::invalid_argument);
}

TEST_F(TorchScript, CountsWhatTwoLayersShareOnce) {
  torch::jit::Module module("Net");
  const at::Tensor weight = at::ones({3, 12});
  module.register_parameter("first", weight, false);
  module.register_parameter("second", weight, false);
  module.define(
      "def forward(self, x):\n    return torch.matmul(x.flatten(1), "
      "(self.first + self.second).t())\n");
  module.save(file_.string());
  EXPECT_EQ(load()->size(), 36);
}

// Of transposed convolutions, each input meets its channel's weights: 12 numbers, 2 x 2 each.
TEST_F(TorchScript, CountsTransposedConvolutions) {
  save(
      "    return torch.conv_transpose2d(x, self.weight.flatten()[:12].view([3, 1, 2, 2]))"
      ".flatten(1)[:, :3]\n");
  EXPECT_EQ(load()->forward_macs(), 12 * 4);
}

// Compute times follow the multiply-adds: none at all is no answer.
TEST_F(TorchScript, MustSayItsMultiplyAddsWhereNoneAreCounted) {
  save("    return x.flatten(1)[:, :10] * self.weight[0, 0]\n");
  Options options;
  options.model.model = "torchscript";
  options.model.file = file_;
  try {
    describe(options);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("expected model.forward_macs"));
  }
  options.model.forward_macs = 1e6;
  EXPECT_EQ(describe(options).forward_macs, 1e6);
}

}  // namespace
}  // namespace gradwave::learning
