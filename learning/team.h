// SPDX-License-Identifier: GPL-2.0-only
// What every way of learning together starts from: the data and their parts, the model, the first
// weights, the batches, k_t and the step sizes. Of one seed they are the same whatever the method.
// Only for learning/*.cc.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "learning/compression/schedule.h"
#include "learning/compression/sparsifier.h"
#include "learning/data/dataset.h"
#include "learning/data/sampling.h"
#include "learning/learner.h"
#include "learning/models/model.h"
#include "learning/runtime/torch_runtime.h"
#include "learning/theory/bound.h"

namespace gradwave::learning {

// w_0 [d], and the buffers with which every worker starts.
struct Start {
  at::Tensor weights;
  Buffers buffers;
};

struct Team {
  // Runs the pilot, if something depends on it. Throws OptionError if it diverges and t_hat is to
  // be estimated.
  Team(const Options& given, Dataset loaded);

  const Options options;
  const at::Device device;
  const Dataset data;
  const Description description;
  const std::int64_t workers = options.training.workers;  // M
  const std::int64_t size = description.model_size;       // d
  const std::vector<std::vector<std::int64_t>> parts;     // [M][...], sample indices
  const std::unique_ptr<Model> model;
  const std::unique_ptr<Sparsifier> sparsifier;
  BatchStream stream;

  const Start start;
  const std::optional<Pilot> pilot;  // none if none was asked for, or it diverged
  const Schedule schedule;
  const std::vector<double> rates;  // eta_t [T]

  // What the lemmas speak of.
  Method method() const;
  // As many samples again as four rounds see, from every worker alike.
  Batches reference() const;
  // The worker's own stream of this round.
  Random sparsifier_stream(std::int64_t worker, std::int64_t round) const;
  // Bits as the paper counts them: 32 for a value, log2 d for an index. What is sent whole needs no
  // indices.
  double paper_bits(std::int64_t entries) const;
  // The normalisation of the data as "data_mean" and "data_deviation", [channels]. Throws
  // std::invalid_argument for a checkpoint that has another one.
  void keep_normalisation(Keeper& keeper) const;
  // Of these weights [d] on the test set, with one worker's buffers. What operators draw there is a
  // stream of its own for each round, so that training does not depend on when it is evaluated.
  Evaluation score(const at::Tensor& weights, const Buffers& buffers, std::int64_t round) const;
};

// Memory that a GPU does not have, say: LibTorch's errors in plain words.
template <class Work>
void plainly(const Work& work) {
  try {
    work();
  } catch (const std::invalid_argument&) {  // plain already
    throw;
  } catch (const std::exception& error) {
    throw std::runtime_error(reason(error));
  }
}

}  // namespace gradwave::learning
