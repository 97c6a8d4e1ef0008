// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/multiply_adds.h"

#include <ATen/ATen.h>

#include <functional>

#include "tests/learning/models/torchscript.h"

namespace gradwave::learning {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

at::Tensor of(std::vector<std::int64_t> sizes) { return at::ones(sizes); }

double counted(const std::function<void()>& run) {
  const MultiplyAdds found = count_multiply_adds(run);
  EXPECT_THAT(found.unknown, IsEmpty());
  return found.count;
}

// n x m by m x p, whichever operator it is written with.
TEST(MultiplyAdds, OfAProductOfMatricesAreTheSameInEveryForm) {
  const at::Tensor a = of({3, 4}), b = of({4, 5}), c = of({3, 5}), bias = of({5});
  const std::vector<std::function<void()>> forms = {
      [&] { at::mm(a, b); },
      [&] { at::matmul(a, b); },
      [&] { at::addmm(c, a, b); },
      [&] { at::_addmm_activation(bias, a, b); },
      [&] { at::linear(a, b.t(), bias); },
      [&] { at::linear(a, b.t()); },
      [&] { at::bmm(a.unsqueeze(0), b.unsqueeze(0)); },
      [&] { at::baddbmm(c.unsqueeze(0), a.unsqueeze(0), b.unsqueeze(0)); },
      [&] { at::addbmm(c, a.unsqueeze(0), b.unsqueeze(0)); },
      [&] {
        at::einsum("ij,jk->ik", {a, b});
      },
      [&] { at::tensordot(a, b, {1}, {0}); },
      [&] { at::inner(a, b.t()); },
      [&] { c.clone().addmm_(a, b); },
      [&] {
        at::chain_matmul({a, b});
      },
      [&] {
        at::conv1d(a.view({3, 4, 1}), b.t().reshape({5, 4, 1}));
      },
  };
  for (std::size_t i = 0; i < forms.size(); ++i) EXPECT_EQ(counted(forms[i]), 60) << i;
}

TEST(MultiplyAdds, OfVectors) {
  const at::Tensor a = of({3, 4}), x = of({4}), y = of({3});
  for (const auto& form : std::vector<std::function<void()>>{
           [&] { at::mv(a, x); }, [&] { at::matmul(a, x); }, [&] { at::addmv(y, a, x); },
           [&] { at::outer(y, x); }, [&] { at::ger(y, x); }, [&] { at::addr(a, y, x); },
           [&] {
             at::mm(a, x.view({4, 1}));
           }}) {
    EXPECT_EQ(counted(form), 12);
  }
  EXPECT_EQ(counted([&] { at::dot(x, x); }), 4);
  EXPECT_EQ(counted([&] { at::vdot(x, x); }), 4);
  EXPECT_EQ(counted([&] { at::matmul(x, x); }), 4);
}

TEST(MultiplyAdds, OfLayers) {
  EXPECT_EQ(counted([] {
              at::conv2d(of({2, 3, 8, 8}), of({6, 3, 3, 3}), of({6}));
            }),
            2 * 6 * 36 * 27);
  EXPECT_EQ(counted([] {
              at::conv2d(of({2, 4, 8, 8}), of({4, 1, 3, 3}), {}, 1, 1, 1, 4);
            }),
            2 * 4 * 64 * 9)
      << "by groups";
  EXPECT_EQ(counted([] {
              at::bilinear(of({2, 3}), of({2, 4}), of({5, 3, 4}), of({5}));
            }),
            2 * 5 * 3 * 4);
  EXPECT_EQ(counted([] { at::cdist(of({3, 4}), of({5, 4})); }), 60);
  // One layer of an LSTM: four gates, from 3 inputs and 6 hidden units, seven steps, two samples.
  const std::vector<at::Tensor> weights = {of({24, 3}), of({24, 6}), of({24}), of({24})};
  EXPECT_EQ(counted([&] {
              at::lstm(of({7, 2, 3}), {of({1, 2, 6}), of({1, 2, 6})}, weights, true, 1, 0, false,
                       false, false);
            }),
            7 * 2 * 24 * (3 + 6));
  EXPECT_EQ(counted([] {
              at::gru(of({7, 2, 3}), of({1, 2, 6}), {of({18, 3}), of({18, 6})}, false, 1, 0, false,
                      false, false);
            }),
            7 * 2 * 18 * (3 + 6));
}

TEST(MultiplyAdds, AreNoneWhereNothingIsSummed) {
  EXPECT_EQ(counted([] {
              const at::Tensor x = of({2, 3, 4, 4});
              at::batch_norm(x, of({3}), of({3}), {}, {}, true, 0.1, 1e-5, false);
              at::layer_norm(x, {4}, of({4}), of({4}));
              at::upsample_bilinear2d(x, {8, 8}, false);
              at::upsample_linear1d(x[0], {8}, false);
              at::lgamma(x.mul(x));
              at::norm(x);
              at::linalg_vector_norm(x);
              at::dropout(x, 0.5, true);
              x.detach().resolve_conj();
            }),
            0);
}

TEST(MultiplyAdds, NameTheOperatorsWhoseRuleIsUnknown) {
  const MultiplyAdds found = count_multiply_adds([] {
    at::mm(of({2, 2}), of({2, 2}));
    at::fft_rfft(of({8}));
    at::fft_rfft(of({8}));
    at::linalg_qr(of({3, 3}));
  });
  EXPECT_EQ(found.count, 8);
  EXPECT_THAT(found.unknown, ElementsAre("aten::fft_rfft", "aten::linalg_qr"));
  EXPECT_THAT(count_multiply_adds([] {}).unknown, IsEmpty());
}

class MultiplyAddsOfAFile : public TorchScript {};

TEST_F(MultiplyAddsOfAFile, AreTheSameInAFork) {
  const std::string one_after_the_other = R"(
    y = torch.matmul(x.flatten(1), self.weight.t())
    z = torch.matmul(x.flatten(1), (self.weight * 2).t())
    return y + z
)";
  save(one_after_the_other, linear_and([](torch::jit::Module&) {}));
  EXPECT_EQ(load()->forward_macs(), 2 * 36);
  replace_forward(R"(
    def __forked_function():
      return torch.matmul(torch.flatten(x, 1), torch.t(self.weight))
    def __forked_function0():
      return torch.matmul(torch.flatten(x, 1), torch.t(torch.mul(self.weight, 2)))
    a = fork(__forked_function)
    b = fork(__forked_function0)
    return torch.add(torch.wait(a), torch.wait(b))
)");
  EXPECT_EQ(load()->forward_macs(), 2 * 36);
}

// A vector that attends to rows, and a column that does.
TEST_F(MultiplyAddsOfAFile, OfAVectorAreThoseOfAColumn) {
  const auto with = [&](const std::string& scores) {
    save("    h = x.view([x.size(0), 3, 4])\n    a = torch.softmax(" + scores +
             ", 1)\n    y = (h * a.unsqueeze(2)).sum(1)\n"
             "    return torch.matmul(y, self.weight[:, :4].t())\n",
         linear_and([](torch::jit::Module&) {}));
    return load()->forward_macs();
  };
  EXPECT_EQ(with("torch.matmul(h, self.weight[0, :4])"), 3 * 4 + 3 * 4);
  EXPECT_EQ(with("torch.matmul(h, self.weight[:1, :4].t())[:, :, 0]"), 3 * 4 + 3 * 4);
}

TEST_F(MultiplyAddsOfAFile, ThatAreUnknownAreAskedFor) {
  save(
      "    y = torch.fft_rfft(x.flatten(1)).abs()\n"
      "    return torch.matmul(y, self.weight[:, :7].t())\n",
      linear_and([](torch::jit::Module&) {}));
  EXPECT_THAT(load()->uncounted(), ElementsAre("aten::fft_rfft"));
}

}  // namespace
}  // namespace gradwave::learning
