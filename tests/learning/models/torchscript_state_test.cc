// SPDX-License-Identifier: GPL-2.0-only
// What forward does to the state that it finds, in training and in evaluation: as PyTorch does for
// each worker, or refused by name.
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include <functional>

#include "learning/learner.h"
#include "tests/learning/models/torchscript.h"

namespace gradwave::learning {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kReturn = "    return torch.matmul(x.flatten(1), self.weight.t())\n";

class TorchScriptState : public TorchScript {
 protected:
  // A network with something of everything that forward could write to.
  static Fill everything() {
    return linear_and([](torch::jit::Module& module) {
      torch::jit::Module inner("Inner");
      inner.register_parameter("frozen", at::ones({12}), false);
      inner.register_attribute("tensors", c10::ListType::ofTensors(),
                               c10::List<at::Tensor>({at::zeros({2}), at::ones({2})}));
      module.register_module("inner", inner);
      c10::Dict<std::string, at::Tensor> dict;
      dict.insert("a", at::ones({2}));
      module.register_attribute(
          "dict", c10::DictType::create(c10::StringType::get(), c10::TensorType::get()), dict);
      module.register_attribute(
          "pair", c10::TupleType::create({c10::TensorType::get(), c10::IntType::get()}),
          c10::ivalue::Tuple::create({c10::IValue(at::ones({2})), c10::IValue(1)}));
      module.register_attribute("maybe", c10::OptionalType::ofTensor(), at::ones({2}));
      module.register_buffer("seen", at::zeros({}));
    });
  }

  // In the n-th pass of a mode, of all workers': `write` is done there alone.
  void save_writing(const std::string& mode, int pass, const std::string& write) const {
    save("    if " + mode + ":\n      self.seen.add_(1)\n      if bool(self.seen >= " +
             std::to_string(pass) + "):\n        " + write + "\n" + kReturn,
         everything());
  }

  // In three rounds of training, and an evaluation of each.
  std::string refusal_in_a_run() const {
    const auto model = load();
    return refusal_of([&] {
      at::Tensor weights = at::empty({model->size()}), gradient = at::empty({model->size()});
      Random random(1);
      model->initialise(random, weights.data_ptr<float>());
      const Buffers buffers = for_all(model->buffers(), 2);
      for (const Batches& batches : three_rounds()) {
        model->gradients(weights, batches, buffers, gradient, [](std::int64_t) {});
        model->score(weights, mean_of(buffers), batches);
      }
    });
  }

  // Traces forward, which subtracts a running mean that is neither parameter nor buffer.
  void trace(const std::function<at::Tensor(const at::Tensor& mean, const at::Tensor& y)>& update) {
    torch::jit::Module module("Net");
    const at::Tensor weight = trained(at::ones({3, 12}));
    module.register_parameter("weight", weight, false);
    module.register_attribute("training", c10::BoolType::get(), true);
    const at::Tensor mean = at::ones({12});
    const auto forward = [&](const torch::jit::Stack& in) -> torch::jit::Stack {
      const at::Tensor y = in[0].toTensor().flatten(1);
      return {at::matmul(y - update(mean, y), weight.t())};
    };
    const auto state = torch::jit::tracer::trace(
                           {at::ones({2, 3, 2, 2})}, forward,
                           [](const at::Tensor&) { return std::string(); }, true, false, &module)
                           .first;
    torch::jit::Function* const method = module._ivalue()->compilation_unit()->create_function(
        c10::QualifiedName(*module.type()->name(), "forward"), state->graph);
    module.type()->addMethod(method);
    module.save(file_.string());
  }
};

struct Write {
  const char* statement;
  const char* name;  // in the refusal
};

constexpr Write kWrites[] = {
    {"self.weight.data.mul_(0.5)", "\"weight\""},
    {"self.weight.data.clamp_(-0.5, 0.5)", "\"weight\""},
    {"self.weight.detach().add_(1)", "\"weight\""},
    {"self.weight.data[0] = 3.", "\"weight\""},
    {"self.inner.frozen.data.mul_(0.9)", "\"inner.frozen\""},
    {"self.inner.frozen.add_(1)", "\"inner.frozen\""},
    {"self.inner.tensors[1].data.add_(1)", "\"inner.tensors\""},
    {"self.inner.tensors[1].add_(1)", "\"inner.tensors\""},
    {"self.dict['a'].data.add_(1)", "\"dict\""},
    {"self.pair[0].data.add_(1)", "\"pair\""},
};

TEST_F(TorchScriptState, IsRefusedByNameInEveryPassAndBothModes) {
  for (const auto& [write, name] : kWrites) {
    for (const int pass : {1, 2, 3}) {
      save_writing("self.training", pass, write);
      EXPECT_THAT(refusal_in_a_run(), AllOf(HasSubstr(name), HasSubstr("in forward"))) << write;
    }
    save("    if not self.training:\n      " + std::string(write) + "\n" + kReturn, everything());
    EXPECT_THAT(refusal(), AllOf(HasSubstr(name), HasSubstr("in evaluation"))) << write;
  }
}

// A network that clips weights which are still small, or updates a tensor that is still empty, is
// refused before hours of training.
TEST_F(TorchScriptState, IsRefusedAtOnceWhereAWriteChangesNothingYet) {
  for (const auto& [write, name] : {Write{"self.weight.data.clamp_(-50., 50.)", "\"weight\""},
                                    Write{"self.weight.data[0].mul_(1)", "\"weight\""},
                                    Write{"self.inner.frozen.data.mul_(1)", "\"inner.frozen\""},
                                    Write{"self.inner.tensors[0].data.mul_(2)", "tensors"}}) {
    save("    if self.training:\n      " + std::string(write) + "\n" + kReturn, everything());
    EXPECT_EQ(refusal(), "");
    EXPECT_THAT(refusal_in_a_run(), AllOf(HasSubstr("writes to"), HasSubstr(name))) << write;
    save("    if not self.training:\n      " + std::string(write) + "\n" + kReturn, everything());
    EXPECT_THAT(refusal(), AllOf(HasSubstr("writes to"), HasSubstr("in evaluation"))) << write;
  }
}

TEST_F(TorchScriptState, MayBeReadAndCopiedInAnyWay) {
  for (const char* read :
       {"y = self.weight.data * 0.5", "y = self.inner.tensors[0].data + self.dict['a']",
        "y = self.inner.frozen.data.clone().add_(1)", "self.seen.data.add_(1)", "x.mul_(0.5)"}) {
    save("    " + std::string(read) + "\n" + kReturn, everything());
    EXPECT_EQ(refusal_in_a_run(), "") << read;
  }
}

// As quantisers do that compute with rounded weights and keep the others.
TEST_F(TorchScriptState, MayBeReplacedDuringAPassAndPutBack) {
  save(R"(
    w = self.weight.data.clone()
    self.weight.data.copy_(torch.round(w * 4) / 4)
    y = torch.matmul(x.flatten(1), self.weight.t()) * 1
    self.weight.data.copy_(w)
    return y
)",
       everything());
  EXPECT_EQ(refusal_in_a_run(), "");
}

TEST_F(TorchScriptState, IsRefusedWhereTracingMadeItAConstant) {
  trace([](const at::Tensor& mean, const at::Tensor& y) {
    return mean.mul_(0.9).add_(y.mean(0), 0.1);
  });
  EXPECT_THAT(refusal(), AllOf(HasSubstr("constant of its code"), HasSubstr("Tensor [12] of Float"),
                               HasSubstr("register_buffer")));
  trace([](const at::Tensor& mean, const at::Tensor& y) {
    return mean.detach().mul_(0.9).add_(y.mean(0), 0.1);
  });
  EXPECT_THAT(refusal(), HasSubstr("constant of its code"));
  trace([](const at::Tensor& mean, const at::Tensor& y) { return mean * 0.9 + y.mean(0) * 0.1; });
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(refusal_in_a_run(), "");
}

// PyTorch would hand the same images to no other pass; here a pilot has them several times.
TEST_F(TorchScriptState, ImagesMayBeWrittenTo) {
  const auto with = [&](const std::string& scale) {
    save("    " + scale + "\n    return torch.matmul(y.flatten(1), self.weight.t())\n",
         everything());
    const auto model = load();
    const std::vector<Batches> rounds(3, random_batches(2, 4, 12, 3, 1));
    return made_of(*model, rounds);
  };
  expect_the_same(with("y = x.mul_(0.5)"), with("y = x * 0.5"));
}

TEST_F(TorchScriptState, OfAForkIsSeenAsWell) {
  save(kReturn, everything());
  replace_forward(R"(
    def __forked_function():
      return torch.add_(ops.prim.data(self.inner.frozen), 1)
    y = fork(__forked_function)
    z = torch.matmul(torch.flatten(x, 1), torch.t(self.weight))
    return torch.add(z, torch.mul(torch.sum(torch.wait(y)), 0))
)");
  EXPECT_THAT(refusal(), HasSubstr("changes its parameter \"inner.frozen\""));
}

}  // namespace
}  // namespace gradwave::learning
