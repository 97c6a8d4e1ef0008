// SPDX-License-Identifier: GPL-2.0-only
// Batches of normal noise with random labels: what a model can be fed without a data set.
#pragma once

#include <algorithm>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>

#include "learning/compression/sparse.h"
#include "learning/models/model.h"

namespace gradwave::learning {

inline Batches random_batches(std::int64_t workers, std::int64_t batch, std::int64_t pixels,
                              std::int64_t classes, std::uint64_t seed) {
  Random random(seed);
  boost::random::normal_distribution<float> pixel;
  boost::random::uniform_int_distribution<std::int64_t> label(0, classes - 1);
  Batches batches{workers, batch, {}, {}};
  for (std::int64_t i = 0; i < workers * batch * pixels; ++i) {
    batches.inputs.push_back(pixel(random));
  }
  for (std::int64_t i = 0; i < workers * batch; ++i) batches.labels.push_back(label(random));
  return batches;
}

inline Batches of_worker(const Batches& all, std::int64_t worker) {
  const std::int64_t pixels =
      static_cast<std::int64_t>(all.inputs.size()) / (all.workers * all.batch);
  const auto inputs = all.inputs.begin() + worker * all.batch * pixels;
  const auto labels = all.labels.begin() + worker * all.batch;
  return {1, all.batch, {inputs, inputs + all.batch * pixels}, {labels, labels + all.batch}};
}

// Of networks that keep floats alone, one after the other: b of them, which workers start with.
inline std::vector<float> start_buffers(const Model& model) {
  std::vector<float> all;
  for (const at::Tensor& buffer : model.buffers()) {
    const auto* const begin = buffer.data_ptr<float>();
    all.insert(all.end(), begin, begin + buffer.numel());
  }
  return all;
}

// As those networks take them: in one tensor, if there are any.
inline Buffers as_buffers(const float* buffers, at::IntArrayRef sizes) {
  return sizes.back() == 0 ? Buffers() : Buffers{view_of(buffers, sizes)};
}

// All of them, [M, d], and the losses [M].
inline void all_gradients(const Model& model, const float* weights, const Batches& batches,
                          float* buffers, float* gradients, double* losses) {
  std::vector<float> one(model.size());
  const auto size = static_cast<std::int64_t>(start_buffers(model).size());  // b
  const std::vector<double> found = model.gradients(
      view_of(weights, {model.size()}), batches, as_buffers(buffers, {batches.workers, size}),
      view_of(one), [&](std::int64_t worker) {
        std::copy(one.begin(), one.end(), gradients + worker * model.size());
      });
  std::copy(found.begin(), found.end(), losses);
}

inline Model::Score score_of(const Model& model, const std::vector<float>& weights,
                             const std::vector<float>& buffers, const Batches& samples) {
  return model.score(view_of(weights),
                     as_buffers(buffers.data(), {static_cast<std::int64_t>(buffers.size())}),
                     samples);
}

}  // namespace gradwave::learning
