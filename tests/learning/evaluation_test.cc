// SPDX-License-Identifier: GPL-2.0-only
// When a run is evaluated changes nothing of its training: of every model.
#include <gmock/gmock.h>
#include <torch/script.h>

#include <filesystem>
#include <functional>

#include "learning/gossip_learner.h"
#include "learning/learner.h"
#include "learning/words.h"

namespace gradwave::learning {
namespace {

// A user's networks, from 784 pixels to 10 classes: statements of forward, on y.
const std::vector<std::string> kNetworks = {
    "",
    "y = torch.dropout(y, 0.5, True)",
    "y = torch.dropout(y, 0.5, self.training)",
    "y = y + 0.1 * torch.rand_like(y)",
    "self.mean.mul_(0.9).add_(0.1 * y.mean(0).detach())\n    y = y - self.mean",
    "self.mean = 0.9 * self.mean + 0.1 * y.mean(0).detach()\n    y = y - self.mean",
    "self.mean.data.add_(torch.rand_like(self.mean))\n    y = y - self.mean",
    "y = torch.batch_norm(y, None, None, self.mean, self.deviation, self.training, 0.1, 1e-5, "
    "True)",
};

class WhenItIsEvaluated : public testing::Test {
 protected:
  WhenItIsEvaluated()
      : file_(
            std::filesystem::path(testing::TempDir()) /
            (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".pt")) {
    options_.data.train_samples = 40;
    options_.data.test_samples = 4;
    options_.model.hidden = {8};
    options_.model.forward_macs = 1;
    options_.training.workers = 2;
    options_.training.rounds = 3;
    options_.training.batch = 2;
    options_.compression.error_compensation = true;
    options_.compression.ratio = 4;
    options_.theory.pilot_rounds = 0;
    options_.host.device = "cpu";
  }
  ~WhenItIsEvaluated() override { std::filesystem::remove(file_); }

  void save(const std::string& statements) {
    torch::jit::Module module("Net");
    module.register_parameter("weight", at::linspace(-1, 1, 7840).view({10, 784}).requires_grad_(),
                              false);
    module.register_buffer("mean", at::zeros({10}));
    module.register_buffer("deviation", at::ones({10}));
    module.register_attribute("training", c10::BoolType::get(), true);
    module.define(
        "def forward(self, x):\n    y = torch.matmul(x.flatten(1), self.weight.t())\n    " +
        (statements.empty() ? "pass" : statements) + "\n    return y\n");
    module.save(file_.string());
    options_.model.model = "torchscript";
    options_.model.file = file_;
  }

  // Losses of all rounds, and the weights after them.
  std::vector<double> trained(int evaluations) const {
    Learner learner(options_);
    std::vector<double> all;
    for (int t = 0; t < options_.training.rounds; ++t) {
      for (int i = 0; i < evaluations; ++i) learner.evaluate();
      all.push_back(learner.plan({0, 1}).train_loss);
      learner.apply({0, 1});
    }
    for (const float weight : learner.weights()) all.push_back(weight);
    return all;
  }

  std::vector<double> trained_by_gossip(int evaluations) const {
    Options options = options_;
    options.gossip.enabled = true;
    GossipLearner learner(options);
    std::vector<double> all;
    for (int t = 0; t < options.training.rounds; ++t) {
      for (int i = 0; i < evaluations; ++i) learner.evaluate();
      all.push_back(learner.step().train_loss);
      for (const auto& [from, to] : {std::pair(0, 1), std::pair(1, 0)}) {
        learner.message(from, to);
        learner.hear(from, to);
      }
      learner.mix({{0, 1, 0.5}});
    }
    for (const float weight : learner.weights(0)) all.push_back(weight);
    return all;
  }

  std::filesystem::path file_;
  Options options_;
};

TEST_F(WhenItIsEvaluated, TrainsTheSameToTheBitWhateverTheModel) {
  for (const auto& [word, description] : models()) {
    if (word == "torchscript") continue;
    options_.model.model = word;
    if (word.compare(0, 6, "resnet") == 0) options_.training.rounds = 2;
    EXPECT_TRUE(trained(1) == trained(0)) << word;
  }
}

TEST_F(WhenItIsEvaluated, TrainsTheSameToTheBitWhateverTheNetworkDrawsOrWrites) {
  for (const std::string& network : kNetworks) {
    save(network);
    const std::vector<double> never = trained(0);
    EXPECT_EQ(trained(1), never) << network;
    EXPECT_EQ(trained(2), never) << network;
    EXPECT_EQ(trained_by_gossip(1), trained_by_gossip(0)) << network;
  }
}

// Each round has numbers of its own, the same for every evaluation of it.
TEST_F(WhenItIsEvaluated, DrawsTheSameForTheSameRound) {
  save("y = torch.dropout(y, 0.5, True)");
  Learner learner(options_), other(options_);
  const double first = learner.evaluate().loss;
  EXPECT_EQ(learner.evaluate().loss, first);
  for (Learner* each : {&learner, &other}) {
    each->plan({0, 1});
    each->apply({});  // the weights stay
  }
  EXPECT_NE(learner.evaluate().loss, first);
  EXPECT_EQ(learner.evaluate().loss, other.evaluate().loss);
}

}  // namespace
}  // namespace gradwave::learning
