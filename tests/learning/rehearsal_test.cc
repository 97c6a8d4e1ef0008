// SPDX-License-Identifier: GPL-2.0-only
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/script.h>

#include <filesystem>
#include <functional>
#include <limits>

#include "learning/learner.h"

namespace gradwave::learning {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Refusal {
  std::string sentence;
  std::vector<std::string> keys;
};

Refusal refusal(const Options& options) {
  try {
    rehearse(options);
  } catch (const OptionError& error) {
    return {error.what(), error.keys};
  }
  return {};
}

// A user's network, from images of 28 x 28 to 10 classes, that evaluates as it should.
class Rehearsal : public testing::Test {
 protected:
  Rehearsal()
      : file_(
            std::filesystem::path(testing::TempDir()) /
            (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".pt")) {
    options_.host.device = "cpu";
  }
  ~Rehearsal() override { std::filesystem::remove(file_); }

  // `body` may change y, the logits.
  void save(const std::string& body, double weight = 0.01) {
    torch::jit::Module module("Net");
    module.register_parameter("weight", at::full({10, 784}, weight).requires_grad_(), false);
    module.register_attribute("steps", c10::IntType::get(), std::int64_t{0});
    module.register_attribute("training", c10::BoolType::get(), true);
    module.define("def forward(self, x):\n    y = torch.matmul(x.flatten(1), self.weight.t())\n" +
                  body + "    return y\n");
    module.save(file_.string());
    options_.model.model = "torchscript";
    options_.model.file = file_;
  }

  std::filesystem::path file_;
  Options options_;
};

TEST_F(Rehearsal, PassesWhateverTheMethod) {
  const std::vector<std::function<void(Options&)>> methods = {
      [](Options&) {},
      [](Options& o) { o.compression.sparsifier = "none"; },
      [](Options& o) { o.compression.sparsifier = "randk"; },
      [](Options& o) { o.compression.schedule = "adaptopk"; },
      [](Options& o) { o.compression.downlink = "dense"; },
      [](Options& o) { o.training.momentum = 0.9; },
      [](Options& o) { o.training.workers = 1; },
      [](Options& o) { o.training.batch = 1; },
      [](Options& o) { o.data.test_samples = 1; },
      [](Options& o) { o.data.augmentation = "crop-flip"; },
      [](Options& o) { o.data.partition = "shards"; },
      [](Options& o) {
        o.compression.error_compensation = true;
        o.compression.momentum_correction = 0.9;
      },
      [](Options& o) { o.model.model = "cnn"; },
      [](Options& o) { o.training.learning_rate = 1e30; },
  };
  for (const auto& method : methods) {
    Options options = options_;
    options.model.hidden = {16};
    method(options);
    EXPECT_EQ(refusal(options).sentence, "");
  }
}

TEST_F(Rehearsal, FindsWhatANetworkDoesInTrainingAlone) {
  save("    if self.training:\n      y = y[:, :9]\n");
  EXPECT_THAT(refusal(options_).sentence,
              HasSubstr("into [2, 9], expected [2, 10], a number for each class (in training"));
  save("    if self.training:\n      y = y.to(4)\n");
  EXPECT_THAT(refusal(options_).sentence, HasSubstr("gives numbers of type Long, expected Float"));
  save("    if self.training:\n      y = y.detach()\n");
  EXPECT_THAT(refusal(options_).sentence, HasSubstr("cannot be trained"));
  save("    assert not self.training, 'not today'\n");
  EXPECT_THAT(refusal(options_).sentence, HasSubstr("not today"));
  save("    if self.training:\n      self.steps = self.steps + 1\n");
  EXPECT_THAT(refusal(options_).sentence, HasSubstr("changes its \"steps\" (int)"));
  EXPECT_THAT(refusal(options_).keys, ElementsAre("model.file"));
}

TEST_F(Rehearsal, FindsATupleInTrainingAlone) {
  torch::jit::Module module("Net");
  module.register_parameter("weight", at::ones({10, 784}).requires_grad_(), false);
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define(R"(def forward(self, x) -> Any:
    y = torch.matmul(x.flatten(1), self.weight.t())
    if self.training:
      return (y, y)
    return y
)");
  module.save(file_.string());
  options_.model.model = "torchscript";
  options_.model.file = file_;
  EXPECT_THAT(refusal(options_).sentence, HasSubstr("gives no tensor but Tuple (in training"));
}

TEST_F(Rehearsal, TakesLogitsOfEveryFloatingPointType) {
  for (const char* type : {"5", "6", "7", "15"}) {  // half, float, double, bfloat16
    save("    y = y.to(" + std::string(type) + ")\n");
    EXPECT_EQ(refusal(options_).sentence, "") << type;
  }
}

// As BatchNorm1d does.
TEST_F(Rehearsal, FindsABatchThatIsTooSmallForTheNetwork) {
  save("    assert not self.training or x.size(0) > 1, 'Expected more than 1'\n");
  EXPECT_EQ(refusal(options_).sentence, "");
  options_.training.batch = 1;
  const Refusal one = refusal(options_);
  EXPECT_THAT(one.sentence, HasSubstr("training.batch = 1 is too small, 2 would do"));
  EXPECT_THAT(one.sentence, HasSubstr("Expected more than 1"));
  EXPECT_THAT(one.keys, ElementsAre("training.batch", "model.file"));
  save("    assert not self.training, 'never'\n");
  EXPECT_THAT(refusal(options_).keys, ElementsAre("model.file"));
}

TEST_F(Rehearsal, FindsATestImageThatIsLeftAlone) {
  save("    if not self.training and x.size(0) == 1:\n      y = y[0]\n");
  options_.data.test_samples = 2000;
  EXPECT_EQ(refusal(options_).sentence, "");
  options_.data.test_samples = 2001;
  EXPECT_THAT(refusal(options_).sentence, HasSubstr("(in evaluation, batch of 1)"));
}

// A network that undoes the normalisation and takes pixels for indices: of 256 numbers each.
TEST_F(Rehearsal, HasImagesThatAreNormalisedAsThoseOfTheTraining) {
  torch::jit::Module module("Net");
  module.register_parameter("weight", at::full({256, 10}, 0.01).requires_grad_(), false);
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define(R"(def forward(self, x):
    pixels = torch.round((x.flatten(1) * 0.26 + 0.14) * 255).to(4)
    return torch.embedding(self.weight, pixels).sum(1)
)");
  module.save(file_.string());
  options_.model.model = "torchscript";
  options_.model.file = file_;
  options_.model.forward_macs = 1;
  EXPECT_EQ(refusal(options_).sentence, "");
}

TEST_F(Rehearsal, LetsALossBeThatIsNotANumber) {
  save("", std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(refusal(options_).sentence, "");
}

TEST_F(Rehearsal, IsPartOfADescription) {
  save("    if self.training:\n      y = y[:, :9]\n");
  EXPECT_THROW(describe(options_), OptionError);
  save("");
  EXPECT_EQ(describe(options_).model_size, 7840);
  EXPECT_EQ(describe(options_).model_size, 7840);
  save("    if self.training:\n      y = y[:, :9]\n");  // another file under the same name
  EXPECT_THROW(describe(options_), OptionError);
}

TEST_F(Rehearsal, LeavesTheNumbersThatOperatorsDraw) {
  save("    y = torch.dropout(y, 0.5, self.training)\n");
  at::manual_seed(1);
  const at::Tensor expected = at::rand({4});
  at::manual_seed(1);
  rehearse(options_);
  EXPECT_TRUE(at::rand({4}).equal(expected));
}

}  // namespace
}  // namespace gradwave::learning
