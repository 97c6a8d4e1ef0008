// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/checkpoint.h"

#include <gmock/gmock.h>
#include <torch/script.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>

#include "learning/learner.h"
#include "learning/theory/theory.h"

namespace gradwave::learning {
namespace {

using testing::HasSubstr;

class Checkpoint : public testing::Test {
 protected:
  Checkpoint()
      : folder_(std::filesystem::path(testing::TempDir()) /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(folder_);
    file_ = folder_ / "learner.pt";
  }
  ~Checkpoint() override { std::filesystem::remove_all(folder_); }

  std::string refusal(const Options& options) const {
    Learner learner(options);
    try {
      learner.restore(file_);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  }

  std::filesystem::path folder_, file_;
};

// Everything that has a state: memories, two momenta, a schedule of each kind, epochs that end,
// augmentation.
Options with_everything() {
  Options options;
  options.data.train_samples = 100;
  options.data.test_samples = 50;
  options.data.augmentation = "crop-flip";
  options.model.hidden = {16};
  options.training.workers = 3;
  options.training.rounds = 12;
  options.training.batch = 20;
  options.training.learning_rate_schedule = "cosine";
  options.training.weight_decay = 1e-3;
  options.compression.ratio = 50;
  options.compression.schedule = "adaptopk";
  options.compression.t_hat = 4;
  options.compression.error_compensation = true;
  options.theory.pilot_rounds = 2;
  options.host.device = "cpu";
  return options;
}

// The rounds up to `end`, with what each shows.
std::vector<double> advance(Learner& learner, std::int64_t from, std::int64_t end) {
  std::vector<double> seen;
  for (std::int64_t t = from; t < end; ++t) {
    const RoundPlan plan = learner.plan({0, 1, 2});
    EXPECT_EQ(plan.round, t);
    // One message is lost now and then, and returns to its memory.
    learner.apply(t % 4 == 1 ? std::vector<int>{0, 1} : std::vector<int>{0, 1, 2});
    seen.insert(seen.end(), {plan.train_loss, plan.gradient_norm, static_cast<double>(plan.k),
                             plan.compressor_input_norm.value_or(-1)});
  }
  const Evaluation evaluation = learner.evaluate();
  seen.insert(seen.end(), {evaluation.accuracy, evaluation.loss});
  return seen;
}

void expect_that_it_goes_on(const Options& options, const std::filesystem::path& file) {
  Learner original(options);
  advance(original, 0, 5);
  original.save(file);
  const std::vector<double> expected = advance(original, 5, 12);

  Learner another(options);
  another.restore(file);
  EXPECT_EQ(advance(another, 5, 12), expected);
  EXPECT_EQ(another.weights(), original.weights());
  const auto before = original.theory(), after = another.theory();
  ASSERT_EQ(before.has_value(), after.has_value());
  if (!before) return;
  EXPECT_EQ(after->bound.adaptation, before->bound.adaptation);
  EXPECT_EQ(after->final_loss, before->final_loss);
}

TEST_F(Checkpoint, ALearnerGoesOnFromItToTheBit) {
  const std::vector<std::function<void(Options&)>> methods = {
      [](Options&) {},
      [](Options& o) { o.training.momentum = 0.9; },
      [](Options& o) { o.compression.momentum_correction = 0.5; },
      [](Options& o) { o.compression.error_compensation = false; },
      [](Options& o) { o.compression.sparsifier = "randk"; },
      [](Options& o) { o.model.model = "resnet18"; },
  };
  for (const auto& method : methods) {
    Options options = with_everything();
    method(options);
    if (options.model.model == "resnet18") options.training.batch = 2;
    expect_that_it_goes_on(options, file_);
  }
}

// What a network of the user's draws itself goes on as well.
TEST_F(Checkpoint, KeepsTheNumbersThatOperatorsDraw) {
  torch::jit::Module module("Net");
  module.register_parameter("weight", at::full({10, 784}, 0.01).requires_grad_(), false);
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define(
      "def forward(self, x):\n    x = torch.dropout(x.flatten(1), 0.5, self.training)\n"
      "    return torch.matmul(x, self.weight.t())\n");
  module.save((folder_ / "net.pt").string());
  Options options = with_everything();
  options.model.model = "torchscript";
  options.model.file = folder_ / "net.pt";
  expect_that_it_goes_on(options, file_);
}

// In place or assigned, of whatever type: each worker's own.
TEST_F(Checkpoint, KeepsWhatANetworkOfTheUsersKeeps) {
  torch::jit::Module module("Net");
  module.register_parameter("weight", at::full({10, 784}, 0.01).requires_grad_(), false);
  module.register_buffer("mean", at::zeros({784}, at::kDouble));
  module.register_buffer("seen", at::full({}, std::int64_t{1} << 40 | 1, at::kLong));
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define(R"(def forward(self, x):
    y = x.flatten(1)
    if self.training:
      self.mean = 0.9 * self.mean + 0.1 * y.mean(0)
      self.seen.add_(1)
    y = (y - self.mean).to(6) * torch.remainder(self.seen, 7)
    return torch.matmul(y, self.weight.t())
)");
  module.save((folder_ / "net.pt").string());
  Options options = with_everything();
  options.model.model = "torchscript";
  options.model.file = folder_ / "net.pt";
  expect_that_it_goes_on(options, file_);
}

// What a model needs that is used elsewhere: its weights, and how its images were normalised.
TEST_F(Checkpoint, HasTheNormalisationOfTheData) {
  const Options options = with_everything();
  Learner learner(options);
  learner.save(file_);
  const Description& known = learner.description();
  EXPECT_EQ(known.data_mean, std::vector<double>{0.14F});
  EXPECT_EQ(known.data_deviation, std::vector<double>{0.26F});
  EXPECT_EQ(describe(options).data_mean, known.data_mean);
  const torch::jit::Module state = torch::jit::load(file_.string());
  EXPECT_EQ(state.attr("data_mean").toTensor().item<double>(), known.data_mean[0]);
  EXPECT_EQ(state.attr("data_deviation").toTensor().item<double>(), known.data_deviation[0]);
}

TEST_F(Checkpoint, RefusesFilesThatAreNone) {
  EXPECT_THAT(refusal(with_everything()), HasSubstr("is no checkpoint of gradwave"));
  std::ofstream(file_) << "no archive";
  EXPECT_THAT(refusal(with_everything()), HasSubstr("is no checkpoint of gradwave"));
}

TEST_F(Checkpoint, RefusesAnotherModelTeamOrMethod) {
  Learner(with_everything()).save(file_);
  Options options = with_everything();
  options.model.hidden = {17};
  EXPECT_THAT(refusal(options), HasSubstr("\"weights\" has the shape [12730], expected [13525]"));
  options = with_everything();
  options.training.workers = 4;
  EXPECT_THAT(refusal(options), HasSubstr("has no \"worker_3_memory\""));
  options.training.workers = 2;
  EXPECT_THAT(refusal(options), HasSubstr("\"batches_0_samples\" has the shape [33]"));
  options = with_everything();
  options.training.momentum = 0.9;
  EXPECT_THAT(refusal(options), HasSubstr("has no \"server_velocity\""));
  options = with_everything();
  options.data.train_samples = 120;
  EXPECT_THAT(refusal(options), HasSubstr("\"batches_0_samples\" has the shape [33]"));
}

TEST_F(Checkpoint, AnyByteThatIsAnotherIsNoticed) {
  Options options = with_everything();
  options.model.hidden = {};
  options.training.workers = 1;
  Learner learner(options);
  learner.save(file_);
  learner.restore(file_);
  std::string bytes;
  {
    std::ifstream stream(file_, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(stream), {});
  }
  const auto is_refused = [&](const std::string& changed) {
    std::ofstream(file_, std::ios::binary) << changed;
    try {
      learner.restore(file_);
    } catch (const std::invalid_argument&) {
      return true;
    }
    return false;
  };
  EXPECT_FALSE(is_refused(bytes));
  // Everywhere, and all of its end, where the checksum is.
  for (std::size_t at = 0; at < bytes.size(); at += at + 80 < bytes.size() ? 997 : 1) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
    EXPECT_TRUE(is_refused(changed)) << "byte " << at;
  }
  EXPECT_TRUE(is_refused(bytes.substr(0, bytes.size() - 1)));
  EXPECT_TRUE(is_refused(bytes.substr(0, bytes.size() / 2)));
  EXPECT_TRUE(is_refused(bytes + "x"));
  // What Python's torch.jit.load() reads is the same form.
  std::ofstream(file_, std::ios::binary) << bytes;
  EXPECT_EQ(torch::jit::load(file_.string()).attr("weights").toTensor().numel(), 7850);
}

TEST_F(Checkpoint, IsWholeOrNotThere) {
  const Options options = with_everything();
  Learner learner(options);
  learner.save(file_);
  EXPECT_FALSE(std::filesystem::exists(file_.string() + ".unfinished"));
  const std::filesystem::path nowhere = folder_ / "no" / "folder" / "learner.pt";
  EXPECT_THROW(learner.save(nowhere), std::runtime_error);
}

}  // namespace
}  // namespace gradwave::learning
