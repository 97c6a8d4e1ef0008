// SPDX-License-Identifier: GPL-2.0-only
// A model as distributed SGD sees it: d parameters in one flat vector and, for a batch per worker,
// the loss and gradient of each. A new model is one file and one line in the table of model.cc. No
// torch in this header: weights, inputs and gradients are plain float arrays.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "learning/dataset.h"
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

  // Numbers that are not trained: running means and variances of batch normalisation. Each worker
  // has its own, from its own batches, as a robot would that sends gradients and nothing else.
  virtual std::int64_t buffers_size() const { return 0; }  // b

  virtual void initialise(Random& random, float* weights, float* buffers) const = 0;  // [d], [b]

  // For each worker in turn, the mean cross-entropy loss of its batch at `weights` [d] and the
  // loss's gradient, which is in `gradient` [d] until take() returns: what worker i alone would
  // compute. Brings buffers [M, b] up to date.
  using Take = std::function<void(std::int64_t worker, double loss)>;
  virtual void gradients(const float* weights, const Batches& batches, float* buffers,
                         float* gradient, const Take& take) const = 0;

  // Sum of losses and count of right answers over `count` samples.
  struct Score { double loss = 0; std::int64_t right = 0; };
  virtual Score score(const float* weights, const float* buffers, const float* inputs,
                      const std::int64_t* labels, std::int64_t count) const = 0;
};

// Throws std::invalid_argument for a word that is not in models() (learner.h), and for images or
// classes that the model cannot have.
std::unique_ptr<Model> make_model(const ModelOptions& options, const ImageShape& image,
                                  std::int64_t classes);

}  // namespace gradwave::learning
