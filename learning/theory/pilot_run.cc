// SPDX-License-Identifier: GPL-2.0-only
#include "learning/theory/pilot_run.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "learning/runtime/torch_runtime.h"
#include "learning/training/norms.h"

namespace gradwave::learning {

Point point_at(const Model& model, const at::Tensor& weights, const Buffers& buffers,
               const Batches& reference) {
  // Of a network that draws numbers itself: the same everywhere, so that only the weights differ.
  const KeptNumbers kept(weights.device());
  seed_operators(0);
  Point point{0, at::zeros_like(weights)};
  const at::Tensor gradient = at::empty_like(weights);
  const auto workers = static_cast<double>(reference.workers);
  for (const double loss :
       model.gradients(weights, reference, for_all(buffers, reference.workers), gradient,
                       [&](std::int64_t) { point.gradient.add_(gradient); })) {
    point.loss += loss / workers;
  }
  point.gradient.div_(workers);
  return point;
}

Pilot run_pilot(const Model& model, const at::Tensor& start, const Buffers& buffers,
                BatchStream batches, const Batches& reference, std::int64_t rounds,
                double learning_rate, double optimal_loss) {
  const auto point = [&](const at::Tensor& weights, std::int64_t round) {
    Point found = point_at(model, weights, buffers, reference);
    if (std::isfinite(found.loss)) return found;
    throw OptionError(
        {"compression.t_hat", "training.learning_rate"},
        "the pilot that estimates compression.t_hat diverged: its loss is not finite after " +
            std::to_string(round) + " rounds; give t_hat or lower training.learning_rate");
  };
  Pilot pilot;
  pilot.rounds = rounds;
  pilot.convexity = std::numeric_limits<double>::infinity();

  Batches batch;
  at::Tensor weights = start;
  Buffers of_workers;
  at::Tensor gradient = at::empty_like(start), mean = at::empty_like(start);
  Point here = point(weights, 0);
  pilot.initial_loss = here.loss;
  for (std::int64_t t = 0; t < rounds; ++t) {
    batches.next(batch);
    if (t == 0) of_workers = for_all(buffers, batch.workers);
    const auto workers = static_cast<double>(batch.workers);
    double squares = 0;  // sum_i |grad_i|^2
    mean.zero_();
    model.gradients(weights, batch, of_workers, gradient, [&](std::int64_t) {
      squares += squared_norm(gradient);
      mean.add_(gradient);
    });
    mean.div_(workers);
    // sum_i |grad_i - mean|^2 is what the squares have more than M times the mean's.
    const double variance =
        batch.workers == 1 ? squared_distance(mean, here.gradient)
                           : std::max(0.0, squares - workers * squared_norm(mean)) / (workers - 1);
    pilot.worker_variance += variance / static_cast<double>(rounds);
    pilot.squared_gradient = std::max(pilot.squared_gradient, squares / workers);
    const at::Tensor next = weights.sub(mean, learning_rate);
    Point there = point(next, t + 1);

    const double slope = squared_norm(here.gradient);
    const double gap = here.loss - optimal_loss;
    if (gap > 0) pilot.convexity = std::min(pilot.convexity, slope / (2 * gap));
    const double step = squared_distance(next, weights);
    const double turn = squared_distance(there.gradient, here.gradient);
    if (step > 0) pilot.smoothness = std::max(pilot.smoothness, std::sqrt(turn / step));

    weights = next;
    here = std::move(there);
  }
  pilot.gradient_variance = pilot.worker_variance / static_cast<double>(batch.workers);
  if (!std::isfinite(pilot.convexity)) pilot.convexity = 0;  // no loss left to lower
  return pilot;
}

}  // namespace gradwave::learning
