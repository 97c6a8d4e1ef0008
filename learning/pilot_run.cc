// SPDX-License-Identifier: GPL-2.0-only
#include "learning/pilot_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "learning/norms.h"

namespace gradwave::learning {
namespace {

// F and grad F at some w.
struct Point {
  double loss = 0;
  std::vector<float> gradient;
};

// Leaves the buffers as they are: the reference batch is no worker's.
Point at(const Model& model, const std::vector<float>& weights, std::vector<float> buffers,
         const Batches& reference, std::int64_t round) {
  Point point{0, std::vector<float>(model.size())};
  model.gradients(weights.data(), reference, buffers.data(), point.gradient.data(),
                  [&](std::int64_t, double loss) { point.loss = loss; });
  if (!std::isfinite(point.loss)) {
    throw std::invalid_argument(
        "the pilot that estimates compression.t_hat diverged: its loss is not finite after " +
        std::to_string(round) + " rounds; give t_hat or lower training.learning_rate");
  }
  return point;
}

}  // namespace

Pilot run_pilot(const Model& model, std::vector<float> weights, const std::vector<float>& buffers,
                BatchStream batches, const Batches& reference, std::int64_t rounds,
                double learning_rate) {
  const std::int64_t size = model.size();
  Pilot pilot;
  pilot.rounds = rounds;
  pilot.convexity = std::numeric_limits<double>::infinity();

  Batches batch;
  std::vector<float> gradient(size), mean(size), next(size), of_workers;
  Point here = at(model, weights, buffers, reference, 0);
  pilot.initial_loss = here.loss;
  for (std::int64_t t = 0; t < rounds; ++t) {
    batches.next(batch);
    while (of_workers.size() < batch.workers * buffers.size()) {
      of_workers.insert(of_workers.end(), buffers.begin(), buffers.end());
    }
    const auto workers = static_cast<double>(batch.workers);
    double squares = 0;  // sum_i |grad_i|^2
    model.gradients(weights.data(), batch, of_workers.data(), gradient.data(),
                    [&](std::int64_t worker, double) {
                      squares += squared_norm(gradient.data(), size);
                      add_to(mean, gradient.data(), worker == 0);
                    });
    for (float& x : mean) x *= 1 / static_cast<float>(workers);
    // sum_i |grad_i - mean|^2 is what the squares have more than M times the mean's.
    const double variance =
        batch.workers == 1
            ? squared_distance(mean.data(), here.gradient.data(), size)
            : std::max(0.0, squares - workers * squared_norm(mean.data(), size)) / (workers - 1);
    pilot.gradient_variance += variance / static_cast<double>(rounds);
    for (std::int64_t j = 0; j < size; ++j) {
      next[j] = weights[j] - static_cast<float>(learning_rate) * mean[j];
    }
    Point there = at(model, next, buffers, reference, t + 1);

    const double slope = squared_norm(here.gradient.data(), size);
    if (here.loss > 0) pilot.convexity = std::min(pilot.convexity, slope / (2 * here.loss));
    const double step = squared_distance(next.data(), weights.data(), size);
    const double turn = squared_distance(there.gradient.data(), here.gradient.data(), size);
    if (step > 0) pilot.smoothness = std::max(pilot.smoothness, std::sqrt(turn / step));

    std::swap(weights, next);
    here = std::move(there);
  }
  if (!std::isfinite(pilot.convexity)) pilot.convexity = 0;  // no loss left to lower
  return pilot;
}

}  // namespace gradwave::learning
