// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/network.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <boost/random/uniform_real_distribution.hpp>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "learning/models/autograd.h"
#include "learning/models/multiply_adds.h"
#include "learning/runtime/product.h"

namespace gradwave::learning {
namespace {

std::int64_t elements(const std::vector<std::int64_t>& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

std::int64_t elements(const std::vector<Variable>& variables) {
  return std::accumulate(variables.begin(), variables.end(), std::int64_t{0},
                         [](std::int64_t sum, const auto& v) { return sum + elements(v.sizes); });
}

// Outputs of layers, in floats, that one pass should not exceed: on a CPU what stays in its nearest
// caches, on a GPU what keeps all of it busy and leaves its memory to others.
std::int64_t room(const at::Device& device) {
  return std::int64_t{1} << (device.is_cpu() ? 19 : 29);
}

class NetworkModel final : public Model {
 public:
  NetworkModel(Forward forward, const ImageShape& image)
      : forward_(std::move(forward)), image_(image) {
    const c10::InferenceMode no_autograd;
    const at::Tensor one = at::zeros({1, image.channels, image.height, image.width});
    macs_ = count_multiply_adds([&] {
              Pass pass(variables_);
              forward_(pass, one);
            }).count;
    size_ = elements(variables_.parameters);
  }

  std::int64_t size() const override { return size_; }
  Buffers buffers() const override {
    if (variables_.buffers.empty()) return {};
    std::vector<float> start;
    for (const Variable& variable : variables_.buffers) {
      start.insert(start.end(), elements(variable.sizes), variable.low);
    }
    return {at::tensor(start)};
  }
  double forward_macs() const override { return macs_; }
  std::int64_t least_batch() const override { return variables_.one_place_normalised ? 2 : 1; }

  void initialise(Random& random, float* weights) const override {
    for (const Variable& variable : variables_.parameters) {
      const std::int64_t size = elements(variable.sizes);
      if (variable.low == variable.high) {
        weights = std::fill_n(weights, size, variable.low);
        continue;
      }
      boost::random::uniform_real_distribution<float> uniform(variable.low, variable.high);
      weights = std::generate_n(weights, size, [&] { return uniform(random); });
    }
  }

  std::vector<double> gradients(const at::Tensor& weights, const Batches& batches,
                                const Buffers& buffers, const at::Tensor& gradient,
                                const Take& take) const override {
    const std::int64_t together = std::clamp<std::int64_t>(
        samples_in_a_pass(weights.device()) / batches.batch, 1, batches.workers);
    std::vector<at::Tensor> losses;
    for (std::int64_t first = 0; first < batches.workers; first += together) {
      const std::int64_t workers = std::min(together, batches.workers - first);
      Pass pass(weights, rows_of(buffers, first, workers), true);
      const at::Tensor logits =
          forward_(pass, images_of(batches, image_, first, workers, weights.device()));
      const at::Tensor loss =
          mean_losses(logits, labels_of(batches, first, workers, weights.device()), workers);
      pass.backward(loss.sum());
      losses.push_back(loss.detach());  // not the graph that led to it
      for (std::int64_t i = 0; i < workers; ++i) {
        pass.write_gradient(i, gradient);
        take(first + i);
      }
    }
    return to_host(losses);
  }

  Score score(const at::Tensor& weights, const Buffers& buffers,
              const Batches& samples) const override {
    const c10::InferenceMode no_autograd;
    const at::Device device = weights.device();
    const std::int64_t together =
        std::max<std::int64_t>(1, samples_in_a_pass(device) / samples.batch);
    Score total;
    for (std::int64_t first = 0; first < samples.workers; first += together) {
      const std::int64_t workers = std::min(together, samples.workers - first);
      Pass pass(weights, buffers.empty() ? at::empty({1, 0}) : buffers[0].view({1, -1}), false);
      const at::Tensor logits = forward_(pass, images_of(samples, image_, first, workers, device));
      const Score score = score_of(logits, labels_of(samples, first, workers, device));
      total.loss += score.loss;
      total.right += score.right;
    }
    return total;
  }

 private:
  // All that the layers keep lies in one tensor [M, b].
  static at::Tensor rows_of(const Buffers& buffers, std::int64_t first, std::int64_t workers) {
    return buffers.empty() ? at::empty({workers, 0}) : buffers[0].narrow(0, first, workers);
  }

  std::int64_t samples_in_a_pass(const at::Device& device) const {
    return std::max<std::int64_t>(32, room(device) / variables_.outputs);
  }

  Forward forward_;
  ImageShape image_;
  Variables variables_;
  std::int64_t size_ = 0;
  double macs_ = 0;
};

// y = x w^T, of x [n, in] and w [out, in].
class Product : public torch::autograd::Function<Product> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& w) {
    context->saved_data["w"] = w;
    at::Tensor y = at::empty({x.size(0), w.size(0)}, x.options());
    multiply(x, w.t(), y);
    return y;
  }
  static std::vector<at::Tensor> backward(torch::autograd::AutogradContext* context,
                                          std::vector<at::Tensor> by_y) {
    const at::Tensor w = context->saved_data["w"].toTensor();
    at::Tensor by_x = at::empty({by_y[0].size(0), w.size(1)}, w.options());
    multiply(by_y[0], w, by_x);
    return {by_x, at::Tensor()};
  }
};

// One worker's part of what flows through a pass of several, [W B, ...].
at::Tensor part_of(const at::Tensor& samples, std::int64_t workers, std::int64_t worker) {
  const std::int64_t batch = samples.size(0) / workers;
  return samples.narrow(0, worker * batch, batch);
}

// [W B, C, ...] as [B, W C, ...], so that each worker's channels are normalised by themselves.
at::Tensor side_by_side(const at::Tensor& x, std::int64_t workers) {
  std::vector<std::int64_t> sizes = x.sizes().vec();
  const std::int64_t batch = sizes[0] / workers, channels = sizes[1];
  sizes[0] = batch;
  sizes[1] *= workers;
  return x.view({workers, batch, channels, -1}).transpose(0, 1).reshape(sizes);
}

at::Tensor one_after_another(const at::Tensor& y, std::int64_t workers) {
  std::vector<std::int64_t> sizes = y.sizes().vec();
  const std::int64_t batch = sizes[0], channels = sizes[1] / workers;
  sizes[0] *= workers;
  sizes[1] = channels;
  return y.view({batch, workers, channels, -1}).transpose(0, 1).reshape(sizes);
}

}  // namespace

at::Tensor Pass::Part::of(const at::Tensor& flat) const {
  return flat.narrow(-1, begin, elements(sizes)).view(sizes);
}

Pass::Part Pass::parameter(const Variable& variable) {
  if (declared_ != nullptr) declared_->parameters.push_back(variable);
  Part part{next_parameter_, variable.sizes};
  next_parameter_ += elements(variable.sizes);
  return part;
}

at::Tensor Pass::value(const Part& part) const {
  return declared_ != nullptr ? at::zeros(part.sizes) : part.of(weights_);
}

at::Tensor Pass::buffer(const Variable& variable) {
  if (declared_ != nullptr) {
    declared_->buffers.push_back(variable);
    return at::zeros(variable.sizes).unsqueeze(0);
  }
  const std::int64_t size = elements(variable.sizes);
  next_buffer_ += size;
  return buffers_.narrow(1, next_buffer_ - size, size);
}

at::Tensor Pass::output(at::Tensor y, const Write& write) {
  if (declared_ != nullptr) declared_->outputs += y.numel();
  if (training_) {
    if (!y.requires_grad()) y.requires_grad_();
    trained_.push_back({y, write, {}});
  }
  return y;
}

at::Tensor Pass::convolution(const at::Tensor& x, std::int64_t channels, std::int64_t kernel,
                             std::int64_t stride, bool bias) {
  const std::int64_t in = x.size(1), padding = kernel / 2;
  const float bound = 1 / std::sqrt(static_cast<float>(in * kernel * kernel));
  const Part weights = parameter({{channels, in, kernel, kernel}, -bound, bound});
  const Part biases = bias ? parameter({{channels}, -bound, bound}) : Part{};
  const at::Tensor w = value(weights);
  const std::int64_t count = workers();
  const at::Tensor y = at::conv2d(x, w, bias ? value(biases) : at::Tensor(), stride, padding);
  return output(y, [=](const at::Tensor& derivative, std::int64_t i, const at::Tensor& gradient) {
    const at::Tensor by_y = part_of(derivative, count, i);
    const auto by_inputs_weights_biases = at::convolution_backward(
        by_y, part_of(x, count, i), w, at::OptionalIntArrayRef(), {stride, stride},
        {padding, padding}, {1, 1}, false, {0, 0}, 1, {false, true, false});
    weights.of(gradient).copy_(std::get<1>(by_inputs_weights_biases));
    if (bias) biases.of(gradient).copy_(by_y.sum({0, 2, 3}));
  });
}

at::Tensor Pass::linear(const at::Tensor& x, std::int64_t units) {
  const std::int64_t in = x.size(1);
  const float bound = 1 / std::sqrt(static_cast<float>(in));
  const Part weights = parameter({{units, in}, -bound, bound});
  const Part biases = parameter({{units}, -bound, bound});
  const std::int64_t count = workers();
  const at::Tensor w = value(weights), b = value(biases);
  // The declaring pass is one whose multiply-adds are counted, in operators of LibTorch's.
  const at::Tensor y = declared_ != nullptr ? at::linear(x, w, b) : Product::apply(x, w).add(b);
  return output(y, [=](const at::Tensor& derivative, std::int64_t i, const at::Tensor& gradient) {
    const at::Tensor by_y = part_of(derivative, count, i);
    at::Tensor by_weights = weights.of(gradient), by_biases = biases.of(gradient);
    multiply(by_y.t(), part_of(x, count, i), by_weights);
    at::sum_out(by_biases, by_y, 0);
  });
}

at::Tensor Pass::batch_norm(const at::Tensor& x) {
  const std::int64_t channels = x.size(1);
  if (declared_ != nullptr && x.numel() == channels) declared_->one_place_normalised = true;
  const Part scale = parameter({{channels}, 1, 1}), shift = parameter({{channels}, 0, 0});
  const at::Tensor mean = buffer({{channels}, 0, 0}), variance = buffer({{channels}, 1, 1});
  const std::int64_t count = workers();
  // Every worker's own copy of a parameter has a derivative of its own.
  const auto copies = [&](const Part& part) {
    return output(value(part).repeat({count}),
                  [=](const at::Tensor& derivative, std::int64_t i, const at::Tensor& gradient) {
                    part.of(gradient).copy_(derivative.narrow(0, i * channels, channels));
                  });
  };
  const at::Tensor scales = copies(scale), shifts = copies(shift);
  const at::Tensor means = mean.reshape({-1}), variances = variance.reshape({-1});
  const at::Tensor y = at::batch_norm(side_by_side(x, count), scales, shifts, means, variances,
                                      training_, 0.1, 1e-5, true);
  if (training_ && count > 1) {
    mean.copy_(means.view_as(mean));
    variance.copy_(variances.view_as(variance));
  }
  return one_after_another(y, count);
}

void Pass::backward(const at::Tensor& loss) {
  std::vector<at::Tensor> at;
  at.reserve(trained_.size());
  for (Trained& trained : trained_) at.push_back(std::move(trained.at));
  const std::vector<at::Tensor> derivatives = torch::autograd::grad({loss}, at);
  for (std::size_t l = 0; l < at.size(); ++l) trained_[l].derivative = derivatives[l];
}

void Pass::write_gradient(std::int64_t worker, const at::Tensor& gradient) const {
  const c10::NoGradGuard no_autograd;
  for (const Trained& trained : trained_) trained.write(trained.derivative, worker, gradient);
}

std::unique_ptr<Model> make_network(Forward forward, const ImageShape& image) {
  try {
    return std::make_unique<NetworkModel>(std::move(forward), image);
  } catch (const c10::Error& error) {
    throw OptionError({"model.architecture", "data.dataset", "data.side"},
                      "the model does not take images of " + to_string(image) + ": " +
                          error.what_without_backtrace());
  }
}

}  // namespace gradwave::learning
