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
  model.gradients(weights.data(), reference, buffers.data(), point.gradient.data(), &point.loss);
  if (!std::isfinite(point.loss)) {
    throw std::invalid_argument(
        "the pilot that estimates compression.t_hat diverged: its loss is not finite after " +
        std::to_string(round) + " rounds; give t_hat or lower training.learning_rate");
  }
  return point;
}

double gradient_variance(const std::vector<float>& gradients, const std::vector<float>& mean,
                         const Point& point) {
  const auto size = static_cast<std::int64_t>(mean.size());
  const auto workers = static_cast<std::int64_t>(gradients.size()) / size;
  if (workers == 1) return squared_distance(mean.data(), point.gradient.data(), size);
  double sum = 0;
  for (std::int64_t i = 0; i < workers; ++i) {
    sum += squared_distance(gradients.data() + i * size, mean.data(), size);
  }
  return sum / static_cast<double>(workers - 1);
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
  std::vector<float> gradients, mean(size), next(size), of_workers;
  std::vector<double> losses;
  Point here = at(model, weights, buffers, reference, 0);
  pilot.initial_loss = here.loss;
  for (std::int64_t t = 0; t < rounds; ++t) {
    batches.next(batch);
    gradients.resize(batch.workers * size);
    while (of_workers.size() < batch.workers * buffers.size()) {
      of_workers.insert(of_workers.end(), buffers.begin(), buffers.end());
    }
    losses.resize(batch.workers);
    model.gradients(weights.data(), batch, of_workers.data(), gradients.data(), losses.data());
    mean_of_rows(gradients.data(), batch.workers, mean);
    for (std::int64_t j = 0; j < size; ++j) {
      next[j] = weights[j] - static_cast<float>(learning_rate) * mean[j];
    }
    Point there = at(model, next, buffers, reference, t + 1);

    pilot.gradient_variance += gradient_variance(gradients, mean, here) / rounds;
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
