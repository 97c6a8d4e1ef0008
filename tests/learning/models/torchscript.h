// SPDX-License-Identifier: GPL-2.0-only
// Networks as a user's PyTorch would have saved them, and what a model makes of them.
#pragma once

#include <caffe2/serialize/inline_container.h>
#include <gmock/gmock.h>
#include <torch/script.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "learning/models/model.h"
#include "tests/learning/batches.h"

namespace gradwave::learning {

// What the tests' networks hold: parameters, buffers, attributes.
using Fill = std::function<void(torch::jit::Module&)>;

inline at::Tensor trained(const at::Tensor& tensor) {
  return tensor.detach().clone().requires_grad_();
}

// What a model makes of a few rounds.
struct Made {
  std::vector<double> losses;
  std::vector<at::Tensor> gradients;
  Buffers buffers;  // of all workers, afterwards
  double score = 0;
};

inline Made made_of(const Model& model, const std::vector<Batches>& rounds) {
  Made made;
  at::Tensor weights = at::empty({model.size()}), gradient = at::empty({model.size()});
  Random random(1);
  model.initialise(random, weights.data_ptr<float>());
  made.buffers = for_all(model.buffers(), rounds[0].workers);
  for (const Batches& batches : rounds) {
    const at::Tensor sum = at::zeros({model.size()});
    for (const double loss :
         model.gradients(weights, batches, made.buffers, gradient, [&](std::int64_t) {
           made.gradients.push_back(gradient.clone());
           sum.add_(gradient);
         })) {
      made.losses.push_back(loss);
    }
    weights.sub_(sum, 0.1);
  }
  made.score = model.score(weights, mean_of(made.buffers), rounds[0]).loss;
  return made;
}

inline void expect_the_same(const Made& a, const Made& b) {
  EXPECT_EQ(a.losses, b.losses);
  EXPECT_EQ(a.score, b.score);
  ASSERT_EQ(a.gradients.size(), b.gradients.size());
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    EXPECT_TRUE(a.gradients[i].equal(b.gradients[i]));
    EXPECT_GT(a.gradients[i].abs().max().item<float>(), 0);
  }
}

inline std::vector<Batches> three_rounds(std::int64_t pixels = 12, std::int64_t classes = 3) {
  return {random_batches(2, 4, pixels, classes, 1), random_batches(2, 4, pixels, classes, 2),
          random_batches(2, 4, pixels, classes, 3)};
}

// What a user's PyTorch would have saved (where code says 4, 6 or 7, Python's says torch.int64,
// float32 or float64): one linear layer with a running mean of its inputs.
class TorchScript : public testing::Test {
 protected:
  TorchScript() {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    file_ = std::filesystem::path(testing::TempDir()) /
            (std::string(test.test_suite_name()) + "." + test.name() + ".pt");
  }
  ~TorchScript() override { std::filesystem::remove(file_); }

  void save(const std::string& forward, at::ScalarType type = at::kFloat) const {
    save(forward, [type](torch::jit::Module& module) {
      module.register_parameter("weight", trained(at::arange(36, type).view({3, 12}).div(36)),
                                false);
      module.register_parameter("unused", trained(at::ones({5}, type)), false);
      module.register_buffer("mean", at::zeros({12}));
      module.register_buffer("batches", at::zeros({}, at::kLong));
    });
  }

  void save(const std::string& forward, const Fill& fill) const {
    torch::jit::Module module("Net");
    fill(module);
    module.register_attribute("training", c10::BoolType::get(), true);
    module.define("def forward(self, x):\n" + forward);
    module.save(file_.string());
  }

  // The weights of a linear layer from 12 numbers to 3, and more.
  static Fill linear_and(const Fill& more) {
    return [more](torch::jit::Module& module) {
      module.register_parameter("weight", trained(at::arange(36).view({3, 12}).div(36)), false);
      more(module);
    };
  }

  std::unique_ptr<Model> load(std::int64_t classes = 3) const {
    return make_model({"torchscript", {}, file_}, {3, 2, 2}, classes);
  }

  std::string refusal(std::int64_t classes = 3) const {
    return refusal_of([&] { load(classes); });
  }

  // A network that loads, in its first rounds.
  std::string refusal_in_training() const {
    const auto model = load();
    return refusal_of([&] { made_of(*model, three_rounds()); });
  }

  static std::string refusal_of(const std::function<void()>& act) {
    try {
      act();
    } catch (const OptionError& error) {
      EXPECT_THAT(error.keys, testing::Contains("model.file"));
      return error.what();
    }
    return "";
  }

  // Of the archive's code, which LibTorch could not be made to write like this.
  void replace_in_code(const std::string& old, const std::string& with) const {
    change_code([&](std::string& text) {
      const std::size_t at = text.find(old);
      if (at != std::string::npos) text.replace(at, old.size(), with);
    });
  }

  // Gives forward another body, in the words of an archive, which has some that save() has not.
  void replace_forward(const std::string& body) const {
    change_code([&](std::string& text) {
      const std::size_t forward = text.find("def forward(");
      const std::string end = "-> Tensor:\n";
      if (forward == std::string::npos) return;
      const std::size_t begin = text.find(end, forward) + end.size();
      const std::size_t other = std::min(text.find("\nclass ", begin), text.size());
      text.replace(begin, other - begin, body);
    });
  }

  void change_code(const std::function<void(std::string& text)>& change) const {
    std::vector<std::pair<std::string, std::string>> records;
    {
      caffe2::serialize::PyTorchStreamReader in(file_.string());
      for (const std::string& name : in.getAllRecords()) {
        const auto [data, size] = in.getRecord(name);
        records.emplace_back(name, std::string(static_cast<const char*>(data.get()), size));
      }
    }
    caffe2::serialize::PyTorchStreamWriter out(file_.string());
    for (auto& [name, text] : records) {
      if (name == "version" || name.find("debug_pkl") != std::string::npos) continue;
      if (name.compare(0, 5, "code/") == 0) change(text);
      out.writeRecord(name, text.data(), text.size());
    }
    out.writeEndOfFile();
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

}  // namespace gradwave::learning
