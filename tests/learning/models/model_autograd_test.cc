// SPDX-License-Identifier: GPL-2.0-only
// The batched gradients against LibTorch's own: worker by worker, by autograd.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "learning/models/model.h"
#include "tests/learning/batches.h"

namespace gradwave::learning {
namespace {

struct Autograd {
  double loss;
  at::Tensor gradient;  // [d]
};

// A flat vector's tensors, handed out one after the other as leaves of autograd's graph.
class Leaves {
 public:
  explicit Leaves(const std::vector<float>& flat) : next_(flat.data()) {}

  at::Tensor take(at::IntArrayRef shape) {
    at::Tensor leaf = view_of(next_, shape).clone();
    next_ += leaf.numel();
    leaves_.push_back(leaf.requires_grad_());
    return leaf;
  }

  Autograd backward(const at::Tensor& logits, const Batches& batch) const {
    const at::Tensor labels =
        at::from_blob(const_cast<std::int64_t*>(batch.labels.data()), {batch.batch}, at::kLong);
    const at::Tensor loss = at::cross_entropy_loss(logits, labels);
    loss.backward();
    std::vector<at::Tensor> flat;
    flat.reserve(leaves_.size());
    for (const at::Tensor& leaf : leaves_) flat.push_back(leaf.grad().flatten());
    return {loss.item<double>(), at::cat(flat)};
  }

 private:
  const float* next_;
  std::vector<at::Tensor> leaves_;
};

Autograd perceptron(const std::vector<std::int64_t>& widths, const std::vector<float>& weights,
                    const Batches& batch) {
  Leaves leaves(weights);
  at::Tensor a = view_of(batch.inputs).view({batch.batch, widths[0]});
  for (std::size_t l = 1; l < widths.size(); ++l) {
    const at::Tensor weight = leaves.take({widths[l], widths[l - 1]});
    a = at::linear(a, weight, leaves.take({widths[l]}));
    if (l + 1 < widths.size()) a = at::relu(a);
  }
  return leaves.backward(a, batch);
}

// As PyTorch users write it: the layers of each block in the order of their parameters.
Autograd resnet18(const ImageShape& image, std::int64_t classes, const std::vector<float>& weights,
                  const Batches& batch) {
  Leaves leaves(weights);
  const auto convolved = [&](const at::Tensor& x, std::int64_t out, int kernel, int stride) {
    const at::Tensor y =
        at::conv2d(x, leaves.take({out, x.size(1), kernel, kernel}), {}, stride, kernel / 2);
    const at::Tensor scale = leaves.take({out}), shift = leaves.take({out});
    return at::batch_norm(y, scale, shift, {}, {}, true, 0.1, 1e-5, true);
  };
  at::Tensor x =
      view_of(batch.inputs).view({batch.batch, image.channels, image.height, image.width});
  x = at::relu(convolved(x, 64, 3, 1));
  for (const std::int64_t channels : {64, 128, 256, 512}) {
    for (const int stride : {channels == 64 ? 1 : 2, 1}) {
      const at::Tensor y = convolved(at::relu(convolved(x, channels, 3, stride)), channels, 3, 1);
      x = at::relu(y + (x.size(1) == channels ? x : convolved(x, channels, 1, stride)));
    }
  }
  const at::Tensor last = leaves.take({classes, 512});
  return leaves.backward(at::linear(x.mean({2, 3}), last, leaves.take({classes})), batch);
}

void expect_autograd(const std::vector<std::int64_t>& widths, std::int64_t workers,
                     std::int64_t batch) {
  const auto mlp = make_model({"mlp", {widths.begin() + 1, widths.end() - 1}, {}},
                              {1, 1, widths.front()}, widths.back());
  std::vector<float> weights(mlp->size());
  Random random(8);
  mlp->initialise(random, weights.data());
  const Batches all = random_batches(workers, batch, widths.front(), widths.back(), 7);
  std::vector<float> gradients(workers * mlp->size());
  std::vector<double> losses(workers);
  all_gradients(*mlp, weights.data(), all, nullptr, gradients.data(), losses.data());
  for (std::int64_t worker = 0; worker < workers; ++worker) {
    const Autograd truth = perceptron(widths, weights, of_worker(all, worker));
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

TEST(ResNetAgainstAutograd, AgreesWorkerByWorker) {
  const ImageShape image{3, 16, 16};
  const auto model = make_model({"resnet18", {}, {}}, image, 10);
  std::vector<float> weights(model->size());
  const std::vector<float> buffers = start_buffers(*model);
  Random random(4);
  model->initialise(random, weights.data());
  const Batches all = random_batches(3, 4, image.pixels(), 10, 6);
  std::vector<float> gradients(3 * model->size()), of_workers;
  for (int i = 0; i < 3; ++i) of_workers.insert(of_workers.end(), buffers.begin(), buffers.end());
  std::vector<double> losses(3);
  all_gradients(*model, weights.data(), all, of_workers.data(), gradients.data(), losses.data());
  for (std::int64_t worker = 0; worker < 3; ++worker) {
    const Autograd truth = resnet18(image, 10, weights, of_worker(all, worker));
    const at::Tensor ours = view_of(gradients.data() + worker * model->size(), {model->size()});
    EXPECT_NEAR(losses[worker], truth.loss, 1e-5);
    EXPECT_LT(((ours - truth.gradient).norm() / truth.gradient.norm()).item<double>(), 1e-4);
  }
}

}  // namespace
}  // namespace gradwave::learning
