// SPDX-License-Identifier: GPL-2.0-only
#include "learning/network.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <boost/random/uniform_real_distribution.hpp>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "learning/autograd.h"

namespace gradwave::learning {
namespace {

std::int64_t elements(const Pass::Variable& variable) {
  return std::accumulate(variable.sizes.begin(), variable.sizes.end(), std::int64_t{1},
                         std::multiplies<>());
}

std::int64_t elements(const std::vector<Pass::Variable>& variables) {
  return std::accumulate(variables.begin(), variables.end(), std::int64_t{0},
                         [](std::int64_t sum, const auto& v) { return sum + elements(v); });
}

// One tensor for each variable, over the flat array that holds them one after the other.
std::vector<at::Tensor> views(const std::vector<Pass::Variable>& variables, const float* flat) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(variables.size());
  for (const Pass::Variable& variable : variables) {
    tensors.push_back(view_of(flat, variable.sizes));
    flat += elements(variable);
  }
  return tensors;
}

class NetworkModel final : public Model {
 public:
  NetworkModel(Forward forward, const ImageShape& image)
      : forward_(std::move(forward)), image_(image) {
    const c10::InferenceMode no_autograd;
    const at::Tensor one = at::zeros({1, image.channels, image.height, image.width});
    macs_ = count_macs([&] {
      Pass pass(variables_);
      forward_(pass, one);
    });
    size_ = elements(variables_.parameters);
    buffers_size_ = elements(variables_.buffers);
  }

  std::int64_t size() const override { return size_; }
  std::int64_t buffers_size() const override { return buffers_size_; }
  double forward_macs() const override { return macs_; }

  void initialise(Random& random, float* weights, float* buffers) const override {
    for (const Pass::Variable& variable : variables_.parameters) {
      boost::random::uniform_real_distribution<float> uniform(variable.low, variable.high);
      const bool constant = variable.low == variable.high;
      for (std::int64_t i = 0; i < elements(variable); ++i) {
        *weights++ = constant ? variable.low : uniform(random);
      }
    }
    for (const Pass::Variable& variable : variables_.buffers) {
      buffers = std::fill_n(buffers, elements(variable), variable.low);
    }
  }

  void gradients(const float* weights, const Batches& batches, float* buffers, float* gradient,
                 const Take& take) const override {
    std::vector<at::Tensor> parameters = views(variables_.parameters, weights);
    for (at::Tensor& parameter : parameters) parameter.requires_grad_(true);
    const std::int64_t batch = batches.batch;
    for (std::int64_t i = 0; i < batches.workers; ++i) {
      Pass pass(parameters, views(variables_.buffers, buffers + i * buffers_size_), true);
      const at::Tensor logits = forward_(pass, images(batches.inputs.data(), i * batch, batch));
      const at::Tensor labels = view_of(batches.labels.data() + i * batch, {batch});
      take(i, loss_and_gradient(logits, labels, parameters, gradient));
    }
  }

  Score score(const float* weights, const float* buffers, const float* inputs,
              const std::int64_t* labels, std::int64_t count) const override {
    const c10::InferenceMode no_autograd;
    Pass pass(views(variables_.parameters, weights), views(variables_.buffers, buffers), false);
    return score_of(forward_(pass, images(inputs, 0, count)), view_of(labels, {count}));
  }

 private:
  at::Tensor images(const float* inputs, std::int64_t first, std::int64_t count) const {
    return view_of(inputs + first * image_.pixels(),
                   {count, image_.channels, image_.height, image_.width});
  }

  Forward forward_;
  ImageShape image_;
  Pass::Variables variables_;
  std::int64_t size_ = 0, buffers_size_ = 0;
  double macs_ = 0;
};

}  // namespace

at::Tensor Pass::parameter(const Variable& variable) {
  if (declared_ == nullptr) return parameters_.at(next_parameter_++);
  declared_->parameters.push_back(variable);
  return at::zeros(variable.sizes);
}

at::Tensor Pass::buffer(const Variable& variable) {
  if (declared_ == nullptr) return buffers_.at(next_buffer_++);
  declared_->buffers.push_back(variable);
  return at::zeros(variable.sizes);
}

at::Tensor Pass::convolution(const at::Tensor& x, std::int64_t channels, std::int64_t kernel,
                             std::int64_t stride, bool bias) {
  const std::int64_t in = x.size(1);
  const float bound = 1 / std::sqrt(static_cast<float>(in * kernel * kernel));
  const at::Tensor weight = parameter({{channels, in, kernel, kernel}, -bound, bound});
  const at::Tensor offset = bias ? parameter({{channels}, -bound, bound}) : at::Tensor();
  return at::conv2d(x, weight, offset, stride, kernel / 2);
}

at::Tensor Pass::batch_norm(const at::Tensor& x) {
  const std::int64_t channels = x.size(1);
  const at::Tensor scale = parameter({{channels}, 1, 1}), shift = parameter({{channels}, 0, 0});
  const at::Tensor mean = buffer({{channels}, 0, 0}), variance = buffer({{channels}, 1, 1});
  return at::batch_norm(x, scale, shift, mean, variance, training_, 0.1, 1e-5, true);
}

at::Tensor Pass::linear(const at::Tensor& x, std::int64_t units) {
  const std::int64_t in = x.size(1);
  const float bound = 1 / std::sqrt(static_cast<float>(in));
  const at::Tensor weight = parameter({{units, in}, -bound, bound});
  return at::linear(x, weight, parameter({{units}, -bound, bound}));
}

std::unique_ptr<Model> make_network(Forward forward, const ImageShape& image) {
  try {
    return std::make_unique<NetworkModel>(std::move(forward), image);
  } catch (const c10::Error& error) {
    throw std::invalid_argument("the model does not take images of " + to_string(image) + ": " +
                                error.what_without_backtrace());
  }
}

}  // namespace gradwave::learning
