// SPDX-License-Identifier: GPL-2.0-only
// Networks that are written as their forward pass alone: autograd takes their gradients, worker by
// worker. A new one is one file with a Forward, as cnn.cc, and one line in the table of model.cc.
// Includes ATen; only for learning/*.cc.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "learning/model.h"

namespace gradwave::learning {

// One forward pass. The layers it is asked for have their shapes from what flows into them; the
// first pass declares their parameters, later ones are given them in the same order. Parameters
// start as PyTorch's layers do.
class Pass {
 public:
  struct Variable {
    std::vector<std::int64_t> sizes;
    float low = 0, high = 0;  // starts uniform in low..high; at low, if they are equal
  };
  struct Variables {
    std::vector<Variable> parameters, buffers;
  };

  // Declares into `variables`.
  explicit Pass(Variables& variables) : declared_(&variables) {}
  // Runs with these; the buffers are updated if `training`.
  Pass(std::vector<at::Tensor> parameters, std::vector<at::Tensor> buffers, bool training)
      : parameters_(std::move(parameters)), buffers_(std::move(buffers)), training_(training) {}

  // Of images [B, channels, height, width], padded so that stride 1 keeps height and width.
  at::Tensor convolution(const at::Tensor& x, std::int64_t channels, std::int64_t kernel,
                         std::int64_t stride = 1, bool bias = true);

  // Over batch and place, with the batch's own mean and variance in training and with running ones
  // (momentum 0.1) otherwise.
  at::Tensor batch_norm(const at::Tensor& x);

  // Of vectors [B, features].
  at::Tensor linear(const at::Tensor& x, std::int64_t units);

 private:
  at::Tensor parameter(const Variable& variable);
  at::Tensor buffer(const Variable& variable);

  Variables* declared_ = nullptr;
  std::vector<at::Tensor> parameters_, buffers_;
  std::size_t next_parameter_ = 0, next_buffer_ = 0;
  bool training_ = false;
};

// From images [B, channels, height, width] to logits [B, classes].
using Forward = std::function<at::Tensor(Pass& pass, const at::Tensor& images)>;

// Throws std::invalid_argument if the images are too small for the network's layers.
std::unique_ptr<Model> make_network(Forward forward, const ImageShape& image);

}  // namespace gradwave::learning
