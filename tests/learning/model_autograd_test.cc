// SPDX-License-Identifier: GPL-2.0-only
// The batched gradients against LibTorch's own: worker by worker, by autograd.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "learning/model.h"
#include "tests/learning/batches.h"

namespace gradwave::learning {
namespace {

struct Autograd {
  double loss;
  at::Tensor gradient;  // [d]
};

Autograd autograd(const std::vector<std::int64_t>& widths, const std::vector<float>& weights,
                  const Batches& batch) {
  std::vector<at::Tensor> parameters;
  const float* w = weights.data();
  const auto take = [&](at::IntArrayRef shape) {
    at::Tensor t = at::from_blob(const_cast<float*>(w), shape, at::kFloat).clone();
    w += t.numel();
    parameters.push_back(t.requires_grad_());
    return t;
  };
  at::Tensor a = at::from_blob(const_cast<float*>(batch.inputs.data()), {batch.batch, widths[0]});
  for (std::size_t l = 1; l < widths.size(); ++l) {
    const at::Tensor weight = take({widths[l], widths[l - 1]});
    const at::Tensor bias = take({widths[l]});
    a = at::linear(a, weight, bias);
    if (l + 1 < widths.size()) a = at::relu(a);
  }
  const at::Tensor labels =
      at::from_blob(const_cast<std::int64_t*>(batch.labels.data()), {batch.batch}, at::kLong);
  const at::Tensor loss = at::cross_entropy_loss(a, labels);
  loss.backward();
  std::vector<at::Tensor> flat;
  flat.reserve(parameters.size());
  for (const at::Tensor& parameter : parameters) flat.push_back(parameter.grad().flatten());
  return {loss.item<double>(), at::cat(flat)};
}

void expect_autograd(const std::vector<std::int64_t>& widths, std::int64_t workers,
                     std::int64_t batch) {
  const auto mlp = make_model({"mlp", {widths.begin() + 1, widths.end() - 1}, {}},
                              {1, 1, widths.front()}, widths.back());
  std::vector<float> weights(mlp->size());
  Random random(8);
  mlp->initialise(random, weights.data(), nullptr);
  const Batches all = random_batches(workers, batch, widths.front(), widths.back(), 7);
  std::vector<float> gradients(workers * mlp->size());
  std::vector<double> losses(workers);
  all_gradients(*mlp, weights.data(), all, nullptr, gradients.data(), losses.data());
  for (std::int64_t worker = 0; worker < workers; ++worker) {
    const Autograd truth = autograd(widths, weights, of_worker(all, worker));
    const at::Tensor ours =
        at::from_blob(gradients.data() + worker * mlp->size(), {mlp->size()}, at::kFloat);
    EXPECT_NEAR(losses[worker], truth.loss, 1e-6);
    EXPECT_LT((ours - truth.gradient).abs().max().item<double>(), 1e-6) << "worker " << worker;
  }
}

TEST(MlpAgainstAutograd, AgreesForThePapersSetting) { expect_autograd({784, 256, 10}, 8, 32); }

TEST(MlpAgainstAutograd, AgreesForAnyDepth) {
  expect_autograd({20, 3}, 3, 5);
  expect_autograd({20, 16, 12, 8, 3}, 3, 5);
}

TEST(MlpAgainstAutograd, AgreesForOneWorkerAndOneSample) { expect_autograd({20, 16, 3}, 1, 1); }

}  // namespace
}  // namespace gradwave::learning
