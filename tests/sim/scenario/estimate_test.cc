// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/estimate.h"

#include <gtest/gtest.h>

namespace gradwave {
namespace {

double learning_s(std::int64_t forward_operators, std::int64_t rounds, std::int64_t batch) {
  Settings settings;
  settings.learning.training.rounds = rounds;
  settings.learning.training.batch = batch;
  settings.learning.training.evaluate_every = rounds;
  settings.learning.theory.pilot_rounds = 0;
  settings.compute.device = "jetson-nano";
  learning::Description description;
  description.model_size = 1000;
  description.k = 10;
  description.forward_macs = 1e4;
  description.test_samples = 10;
  description.device = "cpu";
  description.image_floats = 784;
  description.forward_operators = forward_operators;
  return estimate(settings, description).cost.learning_s;
}

// A network that is interpreted costs by its operators, whatever the batch: a transformer of 500
// took 4.5 ms a worker and round where its multiply-adds are 0.2 ms.
TEST(Estimate, OfAnInterpretedNetworkFollowsItsOperators) {
  const double few = learning_s(50, 100, 8) - learning_s(0, 100, 8);
  EXPECT_GT(few, 0);
  EXPECT_NEAR(learning_s(500, 100, 8) - learning_s(0, 100, 8), 10 * few, 1e-9);
  EXPECT_NEAR(learning_s(50, 100, 32) - learning_s(0, 100, 32), few, 1e-9);
  EXPECT_NEAR(learning_s(50, 200, 8) - learning_s(0, 200, 8), 2 * few, 0.01 * few);
  EXPECT_NEAR(learning_s(500, 100, 8) / (8 * 100), 4.5e-3, 3e-3) << "eight workers";
}

}  // namespace
}  // namespace gradwave
