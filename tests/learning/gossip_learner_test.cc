// SPDX-License-Identifier: GPL-2.0-only
#include "learning/gossip_learner.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "learning/compression/codec.h"
#include "learning/compression/sparse.h"
#include "learning/data/dataset.h"
#include "learning/data/sampling.h"
#include "learning/models/model.h"
#include "learning/runtime/random.h"
#include "learning/theory/pilot.h"

namespace gradwave::learning {
namespace {

using testing::HasSubstr;
using testing::Pointwise;

// A perceptron of d = 12,730 on a part of the embedded data.
Options small() {
  Options options;
  options.data.train_samples = 2000;
  options.data.test_samples = 500;
  options.model.hidden = {16};
  options.training.workers = 4;
  options.training.rounds = 40;
  options.training.batch = 16;
  options.compression.ratio = 50;
  options.compression.error_compensation = true;
  options.gossip.enabled = true;
  options.host.device = "cpu";
  return options;
}
constexpr std::int64_t kSize = 785 * 16 + 17 * 10;
constexpr std::int64_t kEntries = kSize / 50;

const std::vector<Edge> kRing = {
    {0, 1, 1.0 / 3}, {0, 3, 1.0 / 3}, {1, 2, 1.0 / 3}, {2, 3, 1.0 / 3}};
const std::vector<Edge> kEverybody = {{0, 1, 0.25}, {0, 2, 0.25}, {0, 3, 0.25},
                                      {1, 2, 0.25}, {1, 3, 0.25}, {2, 3, 0.25}};

void exchange(GossipLearner& learner, const std::vector<Edge>& edges) {
  for (const Edge& edge : edges) {
    for (const auto& [from, to] :
         {std::pair(edge.one, edge.other), std::pair(edge.other, edge.one)}) {
      learner.message(from, to);
      learner.hear(from, to);
    }
  }
  learner.mix(edges);
}

std::vector<double> mean_of(const GossipLearner& learner, int robots) {
  std::vector<double> mean(kSize);
  for (int i = 0; i < robots; ++i) {
    const std::vector<float> weights = learner.weights(i);
    for (std::int64_t j = 0; j < kSize; ++j) mean[j] += weights[j] / robots;
  }
  return mean;
}

std::vector<float> all_weights(const GossipLearner& learner, int robots) {
  std::vector<float> all;
  for (int i = 0; i < robots; ++i) {
    const std::vector<float> weights = learner.weights(i);
    all.insert(all.end(), weights.begin(), weights.end());
  }
  return all;
}

// Where everybody hears all of everybody, and goes all the way, it is what a server does.
TEST(GossipLearner, OnACompleteGraphWithoutCompressionHasTheServersWeights) {
  Options options = small();
  options.compression.sparsifier = "none";
  options.gossip.consensus_step = 1;
  options.training.momentum = 0.9;
  options.training.weight_decay = 1e-3;
  GossipLearner gossip(options);
  options.gossip.enabled = false;
  options.compression.error_compensation = false;
  Learner server(options);
  const std::vector<int> everybody = {0, 1, 2, 3};
  EXPECT_EQ(gossip.weights(2), server.weights());
  for (int t = 0; t < 10; ++t) {
    const RoundPlan plan = server.plan(everybody);
    server.apply(everybody);
    const LocalSteps steps = gossip.step();
    EXPECT_NEAR(steps.train_loss, plan.train_loss, 1e-5);
    EXPECT_NEAR(steps.gradient_norm, plan.gradient_norm, 1e-5);
    exchange(gossip, kEverybody);
  }
  EXPECT_THAT(gossip.weights(1), Pointwise(testing::FloatNear(1e-5F), server.weights()));
  const Evaluation evaluation = gossip.evaluate();
  EXPECT_NEAR(evaluation.loss, server.evaluate().loss, 1e-4);
  EXPECT_LT(evaluation.spread->distance, 1e-5);
  // Weights that differ by rounding may tell one image in two ways.
  EXPECT_NEAR(evaluation.spread->worst_accuracy, evaluation.spread->best_accuracy, 0.005);
}

// Algorithm 2 once more, in plain loops over plain vectors.
TEST(GossipLearner, IsTheAlgorithmOfThePaper) {
  Options options = small();
  options.gossip.consensus_step = 0.3;
  const Dataset data = load_dataset(options.data);
  const auto parts = partition(options.data, data.train.labels, data.classes, 4, options.seed);
  const auto model = make_model(options.model, data.image, data.classes);
  BatchStream stream(data, parts, options.training.batch, Augmentation::kNone, options.seed,
                     "batches");
  std::vector<float> start(kSize);
  Random random = random_stream(options.seed, "weights");
  model->initialise(random, start.data());
  using Vectors = std::vector<std::vector<double>>;
  Vectors x(4, {start.begin(), start.end()}), p = x;

  GossipLearner learner(options);
  Batches batches, part;
  for (int t = 0; t < 5; ++t) {
    stream.next(batches);
    for (int i = 0; i < 4; ++i) {
      const at::Tensor weights = at::empty({kSize}), gradient = at::empty({kSize});
      std::copy(x[i].begin(), x[i].end(), weights.data_ptr<float>());
      model->gradients(weights, of_workers(batches, i, 1, part), {}, gradient, [](std::int64_t) {});
      std::vector<std::int64_t> order(kSize);
      std::iota(order.begin(), order.end(), 0);
      for (std::int64_t j = 0; j < kSize; ++j) x[i][j] -= 0.1 * gradient.data_ptr<float>()[j];
      std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return std::fabs(x[i][a] - p[i][a]) > std::fabs(x[i][b] - p[i][b]);
      });
      for (std::int64_t j = 0; j < kEntries; ++j) p[i][order[j]] = x[i][order[j]];
    }
    const Vectors after_steps = x;
    for (const Edge& edge : kRing) {
      for (std::int64_t j = 0; j < kSize; ++j) {
        const double way = 0.3 * edge.weight * (p[edge.other][j] - p[edge.one][j]);
        x[edge.one][j] += way;
        x[edge.other][j] -= way;
      }
    }
    learner.step();
    exchange(learner, kRing);
  }
  for (int i = 0; i < 4; ++i) {
    const std::vector<float> mine = learner.weights(i);
    double squares = 0, far = 0;
    for (std::int64_t j = 0; j < kSize; ++j) {
      squares += (mine[j] - x[i][j]) * (mine[j] - x[i][j]);
      far += (x[i][j] - start[j]) * (x[i][j] - start[j]);
    }
    // In single precision now and then another entry is the k-th.
    EXPECT_LT(std::sqrt(squares / far), 1e-3) << i;
  }
}

TEST(GossipLearner, AveragingKeepsTheMean) {
  const Options options = small();
  GossipLearner learner(options);
  for (int t = 0; t < 20; ++t) {
    learner.step();
    const std::vector<double> before = mean_of(learner, 4);
    exchange(learner, t % 3 == 0 ? kEverybody : kRing);
    EXPECT_THAT(mean_of(learner, 4), Pointwise(testing::DoubleNear(1e-6), before));
  }
}

TEST(GossipLearner, BringsRobotsTogetherThatLearnFromDifferentData) {
  Options options = small();
  options.data.partition = "shards";
  options.training.rounds = 300;
  const auto run = [&](const std::vector<Edge>& edges) {
    GossipLearner learner(options);
    for (int t = 0; t < options.training.rounds; ++t) {
      learner.step();
      exchange(learner, edges);
    }
    return learner.evaluate();
  };
  const Evaluation together = run(kRing), alone = run({});
  EXPECT_LT(together.spread->distance, 0.5 * alone.spread->distance);
  EXPECT_GT(together.spread->worst_accuracy, alone.spread->worst_accuracy + 0.05);
  EXPECT_LE(together.spread->worst_accuracy, together.spread->best_accuracy);
  EXPECT_GT(together.accuracy, 0.5);
}

TEST(GossipLearner, WhoHasMissedMessagesHearsAllThatHasChanged) {
  GossipLearner learner(small());
  const auto bytes_of = [](const Encoded& message) {
    EXPECT_EQ(message.bytes, encoded_bytes(message.k, kSize));
    return message.k;
  };
  learner.step();
  EXPECT_EQ(bytes_of(learner.message(0, 1)), kEntries);
  learner.hear(0, 1);
  learner.mix({});
  learner.step();
  EXPECT_EQ(bytes_of(learner.message(0, 1)), kEntries);
  const std::int64_t of_two = bytes_of(learner.message(0, 2));  // has heard nothing
  EXPECT_GT(of_two, kEntries);
  EXPECT_LE(of_two, 2 * kEntries);
  learner.hear(0, 1);
  learner.mix({});
  learner.step();
  const std::int64_t of_three = bytes_of(learner.message(0, 2));
  EXPECT_GT(of_three, of_two);
  EXPECT_LE(of_three, 3 * kEntries);
  learner.hear(0, 2);
  learner.mix({});
  learner.step();
  EXPECT_EQ(bytes_of(learner.message(0, 2)), kEntries) << "it has heard everything";
  const std::int64_t missed_one = bytes_of(learner.message(0, 1));
  EXPECT_GT(missed_one, kEntries);
  EXPECT_LE(missed_one, 2 * kEntries);
}

TEST(GossipLearner, SameOptionsGiveTheSameRunToTheBit) {
  for (const char* sparsifier : {"topk", "randk"}) {
    Options options = small();
    options.compression.sparsifier = sparsifier;
    const auto run = [&] {
      GossipLearner learner(options);
      for (int t = 0; t < 5; ++t) {
        learner.step();
        exchange(learner, kRing);
      }
      return all_weights(learner, 4);
    };
    const std::vector<float> once = run();
    EXPECT_EQ(once, run());
    operators_only = true;
    const std::vector<float> by_operators = run();
    operators_only = false;
    EXPECT_THAT(by_operators, Pointwise(testing::FloatNear(1e-4F), once));
  }
}

TEST(GossipLearner, GoesOnFromACheckpointToTheBit) {
  Options options = small();
  options.training.momentum = 0.9;
  const auto file =
      std::filesystem::temp_directory_path() / ("gossip-" + std::to_string(::getpid()) + ".pt");
  GossipLearner whole(options), rest(options);
  for (int t = 0; t < 3; ++t) {
    whole.step();
    exchange(whole, kRing);
  }
  whole.save(file);
  rest.restore(file);
  for (int t = 0; t < 3; ++t) {
    EXPECT_EQ(whole.step().train_loss, rest.step().train_loss);
    EXPECT_EQ(whole.message(0, 2).k, rest.message(0, 2).k) << "who has heard what is in it";
    exchange(whole, kRing);
    exchange(rest, kRing);
  }
  EXPECT_EQ(all_weights(whole, 4), all_weights(rest, 4));
  std::filesystem::remove(file);
}

TEST(GossipLearner, FollowsTheScheduleAndNeedsAPilotForItsTHatAlone) {
  Options options = small();
  EXPECT_FALSE(GossipLearner(options).pilot().has_value());
  options.compression.schedule = "adaptopk";
  GossipLearner learner(options);
  ASSERT_TRUE(learner.pilot().has_value());
  EXPECT_EQ(learner.schedule().t_hat, learner.pilot()->t_hat);
  EXPECT_EQ(learner.step().k, learner.schedule().k.front());
  EXPECT_EQ(learner.message(0, 1).k, learner.schedule().k.front());
  EXPECT_DOUBLE_EQ(learner.paper_bits(10), 10 * (32 + std::log2(kSize)));
}

TEST(GossipLearner, RefusesWhatItDoesNotDo) {
  const auto refused = [](const Options& options) -> std::string {
    try {
      describe(options);
    } catch (const OptionError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refused(small()), "");
  Options options = small();
  options.compression.error_compensation = false;
  EXPECT_THAT(refused(options), HasSubstr("needs compression.error_compensation = true"));
  options = small();
  options.compression.momentum_correction = 0.9;
  EXPECT_THAT(refused(options), HasSubstr("is of gradients"));
}

}  // namespace
}  // namespace gradwave::learning
