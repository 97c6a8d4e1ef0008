// SPDX-License-Identifier: GPL-2.0-only
// Multilayer perceptron: a_0 = x,  z_l = a_{l-1} W_l^T + b_l,  a_l = max(0, z_l),  and the softmax
// cross-entropy of the last z. The flat vector holds W_1 [out, in], b_1 [out], W_2, b_2, ... as
// PyTorch's parameters() would list them, and starts as PyTorch's Linear does.
#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <boost/random/uniform_real_distribution.hpp>
#include <cmath>
#include <stdexcept>
#include <string>

#include "learning/autograd.h"
#include "learning/model.h"

namespace gradwave::learning {
namespace {

struct Layer {
  std::int64_t in, out;
  std::int64_t weights, biases;  // where they begin in the flat vector
};

class Mlp final : public Model {
 public:
  Mlp(const ModelOptions& options, const ImageShape& image, std::int64_t classes) {
    std::int64_t in = image.pixels();
    const auto append = [&](std::int64_t out) {
      layers_.push_back({in, out, size_, size_ + in * out});
      size_ += (in + 1) * out;
      in = out;
    };
    for (const std::int64_t units : options.hidden) {
      if (units < 1) {
        throw std::invalid_argument("model.hidden has a layer of " + std::to_string(units) +
                                    " units; expected at least 1");
      }
      append(units);
    }
    append(classes);
  }

  std::int64_t size() const override { return size_; }

  double forward_macs() const override {
    double macs = 0;
    for (const Layer& layer : layers_) macs += static_cast<double>(layer.in) * layer.out;
    return macs;
  }

  void initialise(Random& random, float* weights, float* /*buffers*/) const override {
    for (const Layer& layer : layers_) {
      const float bound = 1 / std::sqrt(static_cast<float>(layer.in));
      boost::random::uniform_real_distribution<float> uniform(-bound, bound);
      for (std::int64_t i = 0; i < (layer.in + 1) * layer.out; ++i) {
        weights[layer.weights + i] = uniform(random);
      }
    }
  }

  void gradients(const float* weights, const Batches& batches, float* /*buffers*/, float* gradient,
                 const Take& take) const override {
    const c10::InferenceMode no_autograd;
    const std::int64_t workers = batches.workers, batch = batches.batch, count = workers * batch;
    const std::vector<at::Tensor> activations =
        forward(weights, view_of(batches.inputs.data(), {count, layers_.front().in}));
    const at::Tensor log_probabilities = at::log_softmax(activations.back(), 1);
    const at::Tensor labels = view_of(batches.labels.data(), {count, 1});
    const at::Tensor losses = log_probabilities.gather(1, labels)
                                  .neg()
                                  .view({workers, batch})
                                  .mean(1, false, at::kDouble);

    // The derivative of each worker's mean loss by its last z: (softmax - one-hot label) / B.
    at::Tensor delta = log_probabilities.exp();
    delta.scatter_add_(1, labels, at::full_like(labels, -1, delta.options()));
    delta.div_(static_cast<double>(batch));
    const std::vector<at::Tensor> deltas = backward(weights, activations, delta);
    for (std::int64_t i = 0; i < workers; ++i) {
      for (std::size_t l = 0; l < layers_.size(); ++l) {
        weight_gradient(layers_[l], deltas[l].narrow(0, i * batch, batch),
                        activations[l].narrow(0, i * batch, batch), gradient);
      }
      take(i, losses.data_ptr<double>()[i]);
    }
  }

  Score score(const float* weights, const float* /*buffers*/, const float* inputs,
              const std::int64_t* labels, std::int64_t count) const override {
    const c10::InferenceMode no_autograd;
    return score_of(forward(weights, view_of(inputs, {count, layers_.front().in})).back(),
                    view_of(labels, {count}));
  }

 private:
  // a_0 .. a_{L-1} and z_L.
  std::vector<at::Tensor> forward(const float* weights, const at::Tensor& inputs) const {
    std::vector<at::Tensor> activations = {inputs};
    for (const Layer& layer : layers_) {
      at::Tensor z = at::addmm(view_of(weights + layer.biases, {layer.out}), activations.back(),
                               view_of(weights + layer.weights, {layer.out, layer.in}).t());
      const bool last = &layer == &layers_.back();
      activations.push_back(last ? z : z.relu_());
    }
    return activations;
  }

  // The derivatives by z_1 .. z_L, each [M B, out], from that by the last z. The weights are
  // shared, so it travels back in one product for all workers.
  std::vector<at::Tensor> backward(const float* weights, const std::vector<at::Tensor>& activations,
                                   const at::Tensor& last) const {
    std::vector<at::Tensor> deltas(layers_.size());
    deltas.back() = last;
    for (std::size_t l = layers_.size() - 1; l > 0; --l) {
      const Layer& layer = layers_[l];
      const at::Tensor by_inputs =
          at::mm(deltas[l], view_of(weights + layer.weights, {layer.out, layer.in}));
      deltas[l - 1] = at::threshold_backward(by_inputs, activations[l], 0);
    }
    return deltas;
  }

  // Of one worker, delta [B, out] and inputs [B, in], to where it belongs in gradient [d].
  static void weight_gradient(const Layer& layer, const at::Tensor& delta, const at::Tensor& inputs,
                              float* gradient) {
    at::Tensor of_weights =
        at::from_blob(gradient + layer.weights, {layer.out, layer.in}, at::kFloat);
    at::Tensor of_biases = at::from_blob(gradient + layer.biases, {layer.out}, at::kFloat);
    at::mm_out(of_weights, delta.t(), inputs);
    at::sum_out(of_biases, delta, 0);
  }

  std::vector<Layer> layers_;
  std::int64_t size_ = 0;
};

}  // namespace

std::unique_ptr<Model> make_mlp(const ModelOptions& options, const ImageShape& image,
                                std::int64_t classes) {
  return std::make_unique<Mlp>(options, image, classes);
}

}  // namespace gradwave::learning
