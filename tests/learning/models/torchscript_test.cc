// SPDX-License-Identifier: GPL-2.0-only
#include "tests/learning/models/torchscript.h"

#include <torch/serialize.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "learning/learner.h"

namespace gradwave::learning {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(TorchScript, StartsWhereTheFileDoes) {
  save(kLinear);
  const auto model = load();
  EXPECT_EQ(model->size(), 41);
  const Buffers buffers = model->buffers();
  ASSERT_EQ(buffers.size(), 2);
  EXPECT_TRUE(buffers[0].equal(at::zeros({12})));
  EXPECT_TRUE(buffers[1].equal(at::zeros({}, at::kLong)));
  EXPECT_EQ(model->forward_macs(), 36);
  std::vector<float> weights(41);
  Random random(1);
  model->initialise(random, weights.data());
  EXPECT_FLOAT_EQ(weights[35], 35.0F / 36);
  EXPECT_EQ(weights[40], 1);
}

TEST_F(TorchScript, TakesGradientsAndKeepsEachWorkersBuffers) {
  save(kLinear);
  const auto model = load();
  const std::vector<Batches> rounds = three_rounds();
  const Made together = made_of(*model, {rounds[0]});
  for (int i = 0; i < 2; ++i) {
    const Batches own = of_worker(rounds[0], i);
    const Made alone = made_of(*model, {own});
    EXPECT_EQ(alone.losses[0], together.losses[i]);
    EXPECT_TRUE(alone.gradients[0].equal(together.gradients[i]));
    EXPECT_TRUE(alone.buffers[0][0].equal(together.buffers[0][i]));
    double mean = 0;
    for (int b = 0; b < 4; ++b) mean += own.inputs[12 * b] / 4;
    EXPECT_NEAR(alone.buffers[0][0][0].item<float>(), mean / 2, 1e-6);
    EXPECT_EQ(together.buffers[1][i].item<std::int64_t>(), 1) << "batches of this worker alone";
    EXPECT_EQ(alone.gradients[0][40].item<float>(), 0) << "of what nothing depends on";

    // The loss at weights a little further along one entry.
    constexpr float kStep = 1e-2F;
    at::Tensor ahead = at::empty({41}), ignored = at::empty({41});
    Random random(1);
    model->initialise(random, ahead.data_ptr<float>());
    ahead[3] += kStep;
    const double there =
        model->gradients(ahead, own, for_all(model->buffers(), 1), ignored, [](std::int64_t) {})[0];
    EXPECT_NEAR((there - alone.losses[0]) / kStep, alone.gradients[0][3].item<double>(), 0.05);
  }
}

TEST_F(TorchScript, ScoresWithTheBuffersThatItIsGivenAndLeavesThem) {
  save("    self.batches.add_(1)\n" + std::string(kLinear));  // in evaluation as well
  const auto model = load();
  std::vector<float> weights(41);
  Random random(1);
  model->initialise(random, weights.data());
  Buffers buffers = for_all(model->buffers(), 1);
  buffers = of_worker(buffers, 0);
  const Batches batch = random_batches(1, 4, 12, 3, 1);
  const auto loss = [&] { return model->score(view_of(weights), buffers, batch).loss; };
  const double before = loss();
  EXPECT_EQ(loss(), before);
  EXPECT_EQ(buffers[1].item<std::int64_t>(), 0);
  buffers[0][0] = 3;
  EXPECT_NE(loss(), before);
}

// One network twice, its table in a buffer and in its code: 2^24 + 1 is no float32.
TEST_F(TorchScript, KeepsIntegersExactly) {
  const char* const hashed = R"(
    h = (x.flatten(1) * 100).to(4) * %s
    y = torch.remainder(h, 1000).to(6) / 1000
    return torch.matmul(y, self.weight.t())
)";
  const auto with = [&](const char* factor) {
    char text[300];
    std::snprintf(text, sizeof text, hashed, factor);
    save(text, linear_and([](torch::jit::Module& module) {
           module.register_buffer("factor", at::full({}, 16777217, at::kLong));
         }));
    return made_of(*load(), three_rounds());
  };
  expect_the_same(with("self.factor"), with("16777217"));
}

TEST_F(TorchScript, KeepsEveryTypeOfBufferExactly) {
  const Buffers all = {at::full({2}, 1.0 / 3, at::kDouble),
                       at::full({}, std::int64_t{1} << 62 | 1, at::kLong),
                       at::ones({3}, at::kBool),
                       at::full({1}, 0.1, at::kHalf),
                       at::full({2}, 0.1, at::kBFloat16),
                       at::full({5}, -7, at::kChar),
                       at::zeros({0, 4}),
                       at::complex(at::ones({2}), at::full({2}, 0.1F))};
  save("    return torch.matmul(x.flatten(1), self.weight.t())\n",
       linear_and([&](torch::jit::Module& module) {
         for (std::size_t i = 0; i < all.size(); ++i) {
           module.register_buffer("b" + std::to_string(i), all[i]);
         }
       }));
  const auto model = load();
  const Made made = made_of(*model, {random_batches(3, 4, 12, 3, 1)});
  const Buffers start = model->buffers(), mean = mean_of(made.buffers);
  ASSERT_EQ(start.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(mean[i].scalar_type(), all[i].scalar_type());
    EXPECT_TRUE(start[i].equal(all[i])) << i;
    EXPECT_TRUE(made.buffers[i][2].equal(all[i])) << i;
    EXPECT_TRUE(mean[i].equal(all[i])) << i;
  }
}

TEST_F(TorchScript, KeepsWhatForwardAssignsAsWhatItWritesInPlace) {
  const auto with = [&](const std::string& update) {
    save(R"(
    y = x.flatten(1)
    if self.training:
      m = self.mean * 0.9 + y.mean(0) * 0.1
      n = self.seen + 1
)" + update + R"(
    return torch.matmul(torch.sub(y, self.mean) / (1 + self.seen), self.weight.t())
)",
         linear_and([](torch::jit::Module& module) {
           module.register_buffer("mean", at::zeros({12}));
           module.register_attribute("seen", c10::TensorType::get(), at::zeros({}, at::kLong));
         }));
    return made_of(*load(), three_rounds());
  };
  const Made in_place = with("      self.mean.copy_(m)\n      self.seen.copy_(n)\n");
  const Made assigned = with("      self.mean = m\n      self.seen = n\n");
  expect_the_same(assigned, in_place);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(assigned.buffers[i].equal(in_place.buffers[i]));
    EXPECT_FALSE(assigned.buffers[i].requires_grad());
  }
  EXPECT_EQ(assigned.buffers[1][1].item<std::int64_t>(), 3);
  EXPECT_FALSE(assigned.buffers[0][0].equal(assigned.buffers[0][1]));
}

// A running value that depends on the parameters: its history ends with the round.
TEST_F(TorchScript, ForgetsHowABufferCameAbout) {
  for (const char* update :
       {"self.shift.mul_(0.5).add_(y.mean(0))", "self.shift = self.shift * 0.5 + y.mean(0)"}) {
    save("    y = torch.matmul(x.flatten(1), self.weight.t())\n    if self.training:\n      " +
             std::string(update) + "\n    return y - self.shift\n",
         linear_and(
             [](torch::jit::Module& module) { module.register_buffer("shift", at::zeros({3})); }));
    const Made made = made_of(*load(), three_rounds());
    EXPECT_FALSE(made.buffers[0].requires_grad());
    EXPECT_GT(made.buffers[0].abs().max().item<float>(), 0);
  }
}

// Two names of one tensor, and a part of it under a third: what is written to one shows in all.
TEST_F(TorchScript, KeepsBuffersTogetherThatShareMemory) {
  const auto with = [&](bool together) {
    save(R"(
    if self.training:
      self.a.add_(1)
    return torch.matmul(x.flatten(1), self.weight.t()) * (self.b + self.c)
)",
         linear_and([&](torch::jit::Module& module) {
           const at::Tensor a = at::ones({4});
           module.register_buffer("a", a);
           module.register_buffer("b", together ? a[0] : at::ones({}));
           module.register_buffer("c", together ? a.slice(0, 1, 4) : at::ones({3}));
         }));
    return made_of(*load(), three_rounds());
  };
  const Made made = with(true);
  EXPECT_EQ(made.buffers[1][1].item<float>(), 4);
  EXPECT_TRUE(made.buffers[2][0].equal(at::full({3}, 4.0F)));
  EXPECT_NE(made.losses[2], with(false).losses[2]);
}

TEST_F(TorchScript, RefusesStateThatNoWorkerCanHaveOfItsOwn) {
  const auto refused = [&](const std::string& update) {
    save("    if self.training:\n      " + update +
             "\n    return torch.matmul(x.flatten(1), self.weight.t())\n",
         linear_and([](torch::jit::Module& module) {
           torch::jit::Module inner("Inner");
           inner.register_attribute("steps", c10::IntType::get(), std::int64_t{0});
           module.register_module("inner", inner);
           module.register_attribute("steps", c10::IntType::get(), std::int64_t{0});
           module.register_attribute("rate", c10::FloatType::get(), 0.5);
           module.register_attribute("warm", c10::BoolType::get(), false);
           module.register_attribute("name", c10::StringType::get(), std::string("cold"));
           module.register_attribute("sizes", c10::ListType::ofInts(),
                                     c10::List<std::int64_t>({1, 2}));
           module.register_attribute("tensors", c10::ListType::ofTensors(),
                                     c10::List<at::Tensor>({at::zeros({2})}));
           module.register_attribute("last", c10::OptionalType::ofTensor(), c10::IValue());
           module.register_parameter("frozen", at::zeros({2}), false);
           module.register_buffer("mean", at::zeros({2}));
           module.register_buffer("other", at::zeros({2}));
         }));
    return refusal_in_training();
  };
  EXPECT_EQ(refused("pass"), "");
  EXPECT_EQ(refused("self.mean = self.mean + self.frozen"), "");
  EXPECT_THAT(refused("self.steps = self.steps + 1"), HasSubstr("changes its \"steps\" (int)"));
  EXPECT_THAT(refused("self.inner.steps = 3"), HasSubstr("changes its \"inner.steps\" (int)"));
  EXPECT_THAT(refused("self.rate = self.rate * 0.5"), HasSubstr("\"rate\" (float)"));
  EXPECT_THAT(refused("self.warm = True"), HasSubstr("\"warm\" (bool)"));
  EXPECT_THAT(refused("self.name = 'warm'"), HasSubstr("\"name\" (str)"));
  EXPECT_THAT(refused("self.sizes.append(3)"), HasSubstr("\"sizes\" (List[int])"));
  EXPECT_THAT(refused("self.sizes[0] = 3"), HasSubstr("\"sizes\" (List[int])"));
  EXPECT_THAT(refused("self.tensors[0] = torch.ones([2])"), HasSubstr("\"tensors\""));
  EXPECT_THAT(refused("self.tensors[0].add_(1)"), HasSubstr("\"tensors\""));
  EXPECT_THAT(refused("self.last = x"), HasSubstr("changes its \"last\""));
  EXPECT_THAT(refused("self.training = False"), HasSubstr("changes its \"training\""));
  EXPECT_THAT(refused("self.frozen.add_(1)"), HasSubstr("changes its \"frozen\""));
  EXPECT_THAT(refused("self.frozen.data.add_(1)"), HasSubstr("changes its parameter \"frozen\""));
  EXPECT_THAT(refused("self.tensors[0].data.add_(1)"), HasSubstr("\"tensors\" (List[Tensor])"));
  EXPECT_THAT(refused("self.weight.data.mul_(0.9)"), HasSubstr("its parameter \"weight\""));
  EXPECT_THAT(refused("self.weight = self.weight * 0.9"), HasSubstr("changes its \"weight\""));
  EXPECT_THAT(refused("self.mean = x.flatten(1)"),
              HasSubstr("makes its \"mean\" [4, 12] of Float in forward, expected [2] of Float"));
  EXPECT_THAT(refused("self.mean = self.mean.to(7)"), HasSubstr("[2] of Double"));
  EXPECT_THAT(refused("self.mean = self.other"), HasSubstr("shares memory with another"));
}

TEST_F(TorchScript, RefusesAChangeThatComesLate) {
  save(R"(
    if self.training:
      self.seen.add_(1)
      if bool(self.seen > 2):
        self.steps = 1
    return torch.matmul(x.flatten(1), self.weight.t())
)",
       linear_and([](torch::jit::Module& module) {
         module.register_buffer("seen", at::zeros({}));
         module.register_attribute("steps", c10::IntType::get(), std::int64_t{0});
       }));
  EXPECT_THAT(refusal_in_training(), HasSubstr("changes its \"steps\""));
}

TEST_F(TorchScript, LeavesParametersAloneThatAreFrozen) {
  const at::Tensor scale = at::full({12}, 1.0 / 3, at::kDouble);
  const auto with = [&](bool parameter, const std::string& type) {
    save("    y = (x.flatten(1) * self.scale).to(" + type +
             ")\n    return torch.matmul(y, self.weight.t())\n",
         linear_and([&](torch::jit::Module& module) {
           parameter ? module.register_parameter("scale", scale, false)
                     : module.register_buffer("scale", scale);
         }));
    const auto model = load();
    EXPECT_EQ(model->size(), 36);
    EXPECT_EQ(model->buffers().size(), parameter ? 0 : 1);
    return made_of(*model, three_rounds());
  };
  expect_the_same(with(true, "6"), with(false, "6"));

  save("    return torch.matmul(x.flatten(1), self.weight.t())\n", [](torch::jit::Module& module) {
    module.register_parameter("weight", at::ones({3, 12}), false);
  });
  EXPECT_THAT(refusal(), HasSubstr("no parameters to train: none of its 1 has requires_grad"));
}

// They would not follow the parameter, which moves to the flat weights.
TEST_F(TorchScript, RefusesWhatLiesInATrainedParametersMemory) {
  for (const bool part : {true, false}) {
    save("    return torch.matmul(x.flatten(1) * self.scale, self.weight.t())\n",
         [&](torch::jit::Module& module) {
           const at::Tensor all = at::ones({48});
           module.register_parameter("weight", all.slice(0, 0, 36).view({3, 12}).requires_grad_(),
                                     false);
           module.register_buffer("scale", part ? all.slice(0, 0, 12) : all.slice(0, 36, 48));
         });
    if (part) {
      EXPECT_THAT(refusal(), HasSubstr("\"scale\" that shares its memory with a parameter"));
    } else {
      EXPECT_EQ(refusal(), "");
    }
  }
}

// As a recurrent layer lists its own.
TEST_F(TorchScript, TrainsParametersThatAListHoldsAsWell) {
  const auto with = [&](const std::string& weight) {
    save("    return torch.matmul(x.flatten(1), " + weight + ".t())\n",
         linear_and([](torch::jit::Module& module) {
           module.register_attribute("all", c10::ListType::ofTensors(),
                                     c10::List<at::Tensor>({module.attr("weight").toTensor()}));
         }));
    return made_of(*load(), three_rounds());
  };
  expect_the_same(with("self.all[0]"), with("self.weight"));
}

TEST_F(TorchScript, TakesSparseGradientsAsDenseOnes) {
  const auto with = [&](const std::string& sparse) {
    save(
        "    i = torch.remainder((x.flatten(1) * 100).to(4), 3)\n"
        "    return torch.embedding(self.weight, i, -1, False, " +
            sparse + ").sum(1)[:, :3]\n",
        linear_and([](torch::jit::Module&) {}));
    return made_of(*load(), three_rounds());
  };
  expect_the_same(with("True"), with("False"));
}

TEST_F(TorchScript, RefusesWhatItCannotTrain) {
  EXPECT_THAT(refusal(), HasSubstr("is not a TorchScript file"));
  std::ofstream(file_) << "no archive";
  EXPECT_THAT(refusal(), HasSubstr("is not a TorchScript file"));
  save(kLinear);
  EXPECT_THAT(refusal(4), HasSubstr("turns 2 images of 3 x 2 x 2 into [2, 3], expected [2, 4]"));
  save("    return torch.matmul(x.flatten(1)[:, 1:], self.weight.t())\n");
  EXPECT_THAT(refusal(), HasSubstr("does not take images of 3 x 2 x 2"));
  save("    return torch.conv2d(x, self.weight.view([9, 1, 2, 2])).flatten(1)\n");
  EXPECT_THAT(refusal(), HasSubstr("does not take images of 3 x 2 x 2: Given groups=1"));
  save("    return torch.matmul(x.view([1, 12]), self.weight.t())\n");  // one image alone
  EXPECT_THAT(refusal(), HasSubstr("does not take images of 3 x 2 x 2"));
  save("    return torch.matmul(x.flatten(1), self.weight.detach().t())\n");
  EXPECT_THAT(refusal_in_training(), HasSubstr("cannot be trained"));
  save("    return x, x\n");
  EXPECT_THAT(refusal(), HasSubstr("gives no tensor but Tuple"));
  save(kLinear, at::kDouble);
  EXPECT_THAT(refusal(), HasSubstr("parameter \"weight\" that is Double, expected Float"));
  EXPECT_THAT(refusal_of([] {
                make_model({"torchscript", {}, {}}, {3, 2, 2}, 3);
              }),
              HasSubstr("needs model.file"));
}

TEST_F(TorchScript, TellsWhatTorchSaveAndTorchExportWrote) {
  const auto write = [&](const std::string& bytes) {
    std::ofstream(file_, std::ios::binary) << bytes;
  };
  const std::vector<char> zip = torch::jit::pickle_save(at::ones({3}));
  write({zip.begin(), zip.end()});
  EXPECT_THAT(refusal(), HasSubstr("was written by torch.save"));
  EXPECT_THAT(refusal(), HasSubstr("expected torch.jit.script(net).save(...)"));
  write("\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.");  // as before PyTorch 1.6
  EXPECT_THAT(refusal(), HasSubstr("was written by torch.save"));
  write("PK\x03\x04 serialized_exported_program.json version serialized_state_dict.json");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("was written by torch.export"),
                               HasSubstr("expected torch.jit.script(net).save(...)")));
  write("PK\x03\x04 net/archive_format net/models/model.json");
  EXPECT_THAT(refusal(), HasSubstr("was written by torch.export"));
  write("PK\x03\x04 and no more");
  EXPECT_THAT(refusal(), HasSubstr("is not a TorchScript file"));
  write("");
  EXPECT_THAT(refusal(), HasSubstr("is not a TorchScript file"));
}

TEST_F(TorchScript, RefusesAnOperatorThatIsNotThere) {
  save("    return torch.matmul(x.flatten(1), self.weight.t())\n");
  replace_in_code("torch.matmul", "torch.matmull");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("is not a TorchScript file"), HasSubstr("matmull")));
}

TEST_F(TorchScript, CountsWhatTwoLayersShareOnce) {
  torch::jit::Module module("Net");
  const at::Tensor weight = trained(at::ones({3, 12}));
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
