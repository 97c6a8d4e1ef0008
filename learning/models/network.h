// SPDX-License-Identifier: GPL-2.0-only
// Networks that are written as their forward pass alone. A new one is one file with a Forward, as
// cnn.cc, and one line in the table of model.cc. Includes ATen; only for learning/*.cc.
//
// All workers have the same weights, so several go through one pass side by side: forward, and
// backward as far as the derivatives by the layers' outputs, their samples are one batch. Only what
// differs between them is computed worker by worker: the derivatives by the weights of a layer,
// from its inputs and the derivatives by its outputs, and the statistics of batch normalisation.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <memory>
#include <vector>

#include "learning/models/model.h"

namespace gradwave::learning {

// What a network is made of, in the order in which its forward pass asks for it; it lies in the
// flat vectors in this order.
struct Variable {
  std::vector<std::int64_t> sizes;
  float low = 0, high = 0;  // starts uniform in low..high; at low, if they are equal
};
struct Variables {
  std::vector<Variable> parameters, buffers;
  std::int64_t outputs = 0;           // floats that the layers give for one sample
  bool one_place_normalised = false;  // batch normalisation of a channel with one number per sample
};

// One forward pass of images [W B, channels, height, width], W workers of B samples each. The
// layers it is asked for have their shapes from what flows into them; the first pass of all
// declares their parameters, which start as PyTorch's layers do.
class Pass {
 public:
  explicit Pass(Variables& declared) : declared_(&declared) {}

  // `weights` [d]; `buffers` [W, b], which training brings up to date.
  Pass(const at::Tensor& weights, const at::Tensor& buffers, bool training)
      : weights_(weights), buffers_(buffers), training_(training) {}

  // Padded so that stride 1 keeps height and width.
  at::Tensor convolution(const at::Tensor& x, std::int64_t channels, std::int64_t kernel,
                         std::int64_t stride = 1, bool bias = true);

  // Over each worker's samples and places: with their own mean and variance in training, with
  // running ones (momentum 0.1) otherwise.
  at::Tensor batch_norm(const at::Tensor& x);

  // Of vectors [W B, features].
  at::Tensor linear(const at::Tensor& x, std::int64_t units);

  // Back from `loss`, the sum of the workers' losses. Then, for each worker: writes the gradient of
  // its own loss to `gradient` [d].
  void backward(const at::Tensor& loss);
  void write_gradient(std::int64_t worker, const at::Tensor& gradient) const;

 private:
  struct Part {  // of the flat weights, or of each row of the buffers
    std::int64_t begin;
    std::vector<std::int64_t> sizes;
    at::Tensor of(const at::Tensor& flat) const;
  };
  // Parameters whose gradients follow, worker by worker, from the derivative by `at`.
  using Write = std::function<void(const at::Tensor& derivative, std::int64_t worker,
                                   const at::Tensor& gradient)>;
  struct Trained {
    at::Tensor at;
    Write write;
    at::Tensor derivative;
  };

  Part parameter(const Variable& variable);
  at::Tensor buffer(const Variable& variable);  // [W, ...]
  at::Tensor value(const Part& part) const;
  at::Tensor output(at::Tensor y, const Write& write);  // y, whose derivative is wanted
  std::int64_t workers() const { return declared_ != nullptr ? 1 : buffers_.size(0); }

  Variables* declared_ = nullptr;
  at::Tensor weights_, buffers_;
  std::int64_t next_parameter_ = 0, next_buffer_ = 0;  // where the next one begins
  bool training_ = false;
  std::vector<Trained> trained_;
};

// From images to logits [W B, classes].
using Forward = std::function<at::Tensor(Pass& pass, const at::Tensor& images)>;

// Throws OptionError if the images are too small for the network's layers.
std::unique_ptr<Model> make_network(Forward forward, const ImageShape& image);

}  // namespace gradwave::learning
