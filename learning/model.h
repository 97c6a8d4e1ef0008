// SPDX-License-Identifier: GPL-2.0-only
// A model as distributed SGD sees it: d parameters in one flat vector and, for a batch per worker,
// the loss and gradient of each. A new model is one file and one line in the table of model.cc. No
// torch in this header: weights, inputs and gradients are plain float arrays.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "learning/options.h"
#include "learning/random.h"

namespace gradwave::learning {

struct Batches {                     // of all workers
  std::int64_t workers = 0, batch = 0;
  std::vector<float> inputs;         // [M, B, pixels], normalised
  std::vector<std::int64_t> labels;  // [M, B]
};

class Model {
 public:
  virtual ~Model() = default;

  virtual std::int64_t size() const = 0;           // d
  virtual double forward_macs() const = 0;         // multiply-adds of one sample's forward pass
  virtual void initialise(Random& random, float* weights) const = 0;  // [d]

  // Mean cross-entropy loss [M] of each worker's batch and its gradient [M, d] at `weights` [d], in
  // one batched pass over all workers; entry (i, j) is what worker i alone would compute.
  virtual void gradients(const float* weights, const Batches& batches, float* gradients,
                         double* losses) const = 0;

  // Sum of losses and count of right answers over `count` samples.
  struct Score { double loss = 0; std::int64_t right = 0; };
  virtual Score score(const float* weights, const float* inputs, const std::int64_t* labels,
                      std::int64_t count) const = 0;
};

std::unique_ptr<Model> make_model(const ModelOptions& options, std::int64_t pixels,
                                  std::int64_t classes);

}  // namespace gradwave::learning
