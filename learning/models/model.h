// SPDX-License-Identifier: GPL-2.0-only
// A model as distributed SGD sees it: d parameters in one flat vector and, for a batch per worker,
// the loss and gradient of each. A new model is one file and one line in the table of model.cc. It
// computes where the weights are, in this machine's memory or a GPU's; batches come from this
// machine's.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "learning/data/batches.h"
#include "learning/data/dataset.h"
#include "learning/models/buffers.h"
#include "learning/options.h"
#include "learning/runtime/random.h"

namespace gradwave::learning {

class Model {
 public:
  virtual ~Model() = default;

  virtual std::int64_t size() const = 0;    // d
  virtual double forward_macs() const = 0;  // multiply-adds of one sample's forward pass

  // Operators of a pass that each worker takes alone; 0 of models that take several workers at
  // once.
  virtual std::int64_t forward_operators() const { return 0; }

  // Operators of that pass that multiply and are not counted in forward_macs().
  virtual std::vector<std::string> uncounted() const { return {}; }

  // The fewest samples of a worker's batch: two if some channel has one number per sample and is
  // normalised over the batch.
  virtual std::int64_t least_batch() const { return 1; }

  // With which every worker starts. Each then has its own, from its own batches, as a robot would
  // that sends gradients and nothing else.
  virtual Buffers buffers() const { return {}; }

  virtual void initialise(Random& random, float* weights) const = 0;  // [d]

  // For each worker in turn, the gradient at `weights` [d] of its batch's mean cross-entropy loss,
  // which is in `gradient` [d] until take() returns: what worker i alone would compute. Brings
  // the M workers' buffers up to date. Returns the losses [M].
  using Take = std::function<void(std::int64_t worker)>;
  virtual std::vector<double> gradients(const at::Tensor& weights, const Batches& batches,
                                        const Buffers& buffers, const at::Tensor& gradient,
                                        const Take& take) const = 0;

  // Sum of losses and count of right answers over the samples of a batch, with buffers as one
  // worker has them.
  struct Score {
    double loss = 0;
    std::int64_t right = 0;
  };
  virtual Score score(const at::Tensor& weights, const Buffers& buffers,
                      const Batches& samples) const = 0;
};

// Throws OptionError for a word that is not in models() (words.h), and for images or
// classes that the model cannot have.
std::unique_ptr<Model> make_model(const ModelOptions& options, const ImageShape& image,
                                  std::int64_t classes);

}  // namespace gradwave::learning
