// SPDX-License-Identifier: GPL-2.0-only
#include "learning/learner.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>

#include "learning/compression/codec.h"
#include "learning/compression/schedule.h"
#include "learning/compression/sparse.h"
#include "learning/runtime/process.h"
#include "learning/theory/theory.h"
#include "learning/words.h"

namespace gradwave::learning {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

// A perceptron of d = 12,730 on a part of the embedded data: a round takes a fraction of a
// millisecond.
Options small() {
  Options options;
  options.data.train_samples = 2000;
  options.data.test_samples = 500;
  options.model.hidden = {16};
  options.training.workers = 4;
  options.training.rounds = 40;
  options.training.batch = 16;
  options.compression.ratio = 50;
  options.host.device = "cpu";
  return options;
}
constexpr std::int64_t kSize = 785 * 16 + 17 * 10;

std::vector<int> everybody(const Options& options) {
  std::vector<int> workers(options.training.workers);
  std::iota(workers.begin(), workers.end(), 0);
  return workers;
}

// All that a run shows to the outside, for comparison to the bit.
struct Trace {
  std::vector<double> numbers;
  double first_loss = 0, first_norm = 0;
  Evaluation initial, final;
};

Trace run(const Options& options) {
  Learner learner(options);
  Trace trace;
  trace.initial = trace.final = learner.evaluate();
  for (std::int64_t t = 0; t < options.training.rounds; ++t) {
    const RoundPlan plan = learner.plan(everybody(options));
    const Update update = learner.apply(everybody(options));
    if (t == 0) {
      trace.first_loss = plan.train_loss;
      trace.first_norm = plan.gradient_norm;
    }
    for (const std::int64_t bytes : plan.uplink_bytes) {
      trace.numbers.push_back(static_cast<double>(bytes));
    }
    trace.numbers.insert(
        trace.numbers.end(),
        {static_cast<double>(plan.round), static_cast<double>(plan.k), plan.train_loss,
         plan.gradient_norm, plan.paper_bits, static_cast<double>(update.k),
         static_cast<double>(update.downlink_bytes)});
  }
  trace.final = learner.evaluate();
  trace.numbers.insert(trace.numbers.end(), {trace.initial.accuracy, trace.initial.loss,
                                             trace.final.accuracy, trace.final.loss});
  return trace;
}

TEST(Learner, UncompressedLearnsTheEmbeddedData) {
  Options options = small();
  options.compression.sparsifier = "none";
  options.training.rounds = 300;
  const Trace trace = run(options);
  EXPECT_NEAR(trace.initial.accuracy, 0.1, 0.1);
  EXPECT_GT(trace.final.accuracy, 0.5);
  EXPECT_LT(trace.final.loss, trace.initial.loss);
}

TEST(Learner, ErrorCompensationLearnsMoreThanWithoutAtHighCompression) {
  Options options = small();
  options.training.rounds = 300;
  options.compression.ratio = 500;
  const Trace without = run(options);
  options.compression.error_compensation = true;
  const Trace with = run(options);
  EXPECT_LT(with.final.loss, without.final.loss);
}

TEST(Learner, SameOptionsGiveTheSameRunToTheBit) {
  for (const char* sparsifier : {"topk", "randk"}) {
    Options options = small();
    options.compression.sparsifier = sparsifier;
    options.compression.error_compensation = true;
    EXPECT_EQ(run(options).numbers, run(options).numbers);
  }
}

// What a GPU would do, on the CPU: the same messages and, up to rounding, the same weights.
TEST(Learner, LearnsTheSameByOperatorsAsByLoops) {
  for (const char* sparsifier : {"topk", "randk", "none"}) {
    Options options = small();
    options.training.rounds = 10;
    options.compression.sparsifier = sparsifier;
    options.compression.error_compensation = true;
    options.training.weight_decay = 1e-4;
    const Trace loops = run(options);
    operators_only = true;
    const Trace operators = run(options);
    operators_only = false;
    ASSERT_EQ(loops.numbers.size(), operators.numbers.size());
    for (std::size_t i = 0; i < loops.numbers.size(); ++i) {
      EXPECT_NEAR(operators.numbers[i], loops.numbers[i], 1e-3 * std::fabs(loops.numbers[i]));
    }
  }
}

TEST(Learner, AnotherSeedGivesAnotherRun) {
  Options options = small();
  const Trace one = run(options);
  options.seed = 2;
  const Trace two = run(options);
  EXPECT_NE(one.first_loss, two.first_loss);
  EXPECT_NE(one.final.loss, two.final.loss);
}

// Common random numbers: until the first update everything is the same whatever the compression.
TEST(Learner, MethodsStartFromTheSameWeightsAndBatches) {
  Options options = small();
  options.training.rounds = 2;
  const Trace plain = run(options);
  std::vector<Options> others(4, options);
  others[0].compression.sparsifier = "none";
  others[1].compression.sparsifier = "randk";
  others[2].compression.error_compensation = true;
  others[3].compression.schedule = "adaptopk";
  others[3].theory.pilot_rounds = 3;
  for (const Options& other : others) {
    const Trace trace = run(other);
    EXPECT_EQ(trace.initial.loss, plain.initial.loss);
    EXPECT_EQ(trace.first_loss, plain.first_loss);
    EXPECT_EQ(trace.first_norm, plain.first_norm);
  }
}

TEST(Learner, AdaptopkWithGammaZeroIsTopkToTheBit) {
  Options fixed = small();
  fixed.compression.error_compensation = true;
  Options adaptive = fixed;
  adaptive.compression.schedule = "adaptopk";
  adaptive.compression.gamma = 0;
  adaptive.compression.t_hat = 13;
  EXPECT_EQ(run(fixed).numbers, run(adaptive).numbers);
}

TEST(Learner, TopkOfAllEntriesIsUncompressedToTheBit) {
  Options none = small();
  none.compression.sparsifier = "none";
  Options all = small();
  all.compression.ratio = 1;
  const Trace a = run(none), b = run(all);
  EXPECT_EQ(a.final.loss, b.final.loss);
  EXPECT_EQ(a.final.accuracy, b.final.accuracy);
}

TEST(Learner, ErrorCompensationOfAllEntriesIsUncompressedUpToRounding) {
  Options none = small();
  none.compression.sparsifier = "none";
  Options all = none;
  all.compression.error_compensation = true;
  EXPECT_NEAR(run(none).final.loss, run(all).final.loss, 1e-4);
}

TEST(Learner, AGivenTHatChangesNothingAgainstTheSameOneEstimated) {
  Options options = small();
  options.compression.schedule = "adaptopk";
  options.theory.pilot_rounds = 20;
  const Learner pilot(options);
  ASSERT_TRUE(pilot.pilot().has_value());
  const Pilot& found = *pilot.pilot();
  EXPECT_EQ(found.rounds, 20);
  EXPECT_GT(found.gradient_variance, 0);
  EXPECT_GT(found.smoothness, 0);
  EXPECT_GT(found.convexity, 0);
  EXPECT_NEAR(found.initial_loss, std::log(10.0), 0.5);
  EXPECT_EQ(found.t_hat, pilot.schedule().t_hat);

  const Trace estimated = run(options);
  options.compression.t_hat = found.t_hat;
  EXPECT_EQ(run(options).numbers, estimated.numbers);
  options.theory.pilot_rounds = 0;
  EXPECT_EQ(run(options).numbers, estimated.numbers);
  EXPECT_FALSE(Learner(options).pilot().has_value());
}

TEST(Learner, TheTHatOfAPilotFollowsTheMethod) {
  Options options = small();
  options.training.rounds = 1000;
  options.compression.schedule = "adaptopk";
  const Pilot without = *Learner(options).pilot();
  options.compression.error_compensation = true;
  const Pilot with = *Learner(options).pilot();
  EXPECT_EQ(without.convexity, with.convexity);
  EXPECT_GT(without.t_hat, with.t_hat);  // B is nearer to one by 2 k / d
}

TEST(Learner, TheCompressorsInputIsTheGradientOrCarriesTheMemory) {
  Options options = small();
  // The memory holds what is not sent: of everything, nothing.
  for (const bool error_compensation : {false, true}) {
    options.compression.error_compensation = error_compensation;
    options.compression.sparsifier = error_compensation ? "none" : "topk";
    Learner learner(options);
    for (int t = 0; t < 3; ++t) {
      const RoundPlan plan = learner.plan(everybody(options));
      EXPECT_NEAR(*plan.compressor_input_norm,
                  (error_compensation ? options.training.learning_rate : 1) * plan.gradient_norm,
                  1e-6);
      learner.apply(everybody(options));
    }
  }
  // Where nothing arrives, the same gradients add up: every batch is all that a worker has.
  options.compression.sparsifier = "topk";
  options.data.train_samples = options.training.workers * options.training.batch;
  Learner alone(options);
  for (int t = 1; t <= 3; ++t) {
    const RoundPlan plan = alone.plan(everybody(options));
    EXPECT_NEAR(*plan.compressor_input_norm,
                t * options.training.learning_rate * plan.gradient_norm, 1e-5);
    alone.apply({});
  }
  options.compression.momentum_correction = 0.5;
  EXPECT_FALSE(Learner(options).plan(everybody(options)).compressor_input_norm.has_value());
}

TEST(Learner, EveryRunIsHeldAgainstItsBound) {
  Options options = small();
  options.theory.pilot_rounds = 5;
  const auto theory_of_run = [&] {
    Learner learner(options);
    for (int t = 0; t < options.training.rounds; ++t) {
      learner.plan(everybody(options));
      learner.apply(everybody(options));
    }
    return learner.theory();
  };
  for (const char* sparsifier : {"topk", "randk", "none"}) {
    for (const bool error_compensation : {false, true}) {
      options.compression.sparsifier = sparsifier;
      options.compression.error_compensation = error_compensation;
      const Theory theory = *theory_of_run();
      EXPECT_EQ(theory.bound.theorem, error_compensation ? 2 : 1);
      EXPECT_GT(theory.bound.m_or_p, 0);
      EXPECT_EQ(theory.bound.adaptation, 0);
      EXPECT_GT(theory.final_loss, 0);
    }
  }
  options.compression.error_compensation = false;
  options.compression.sparsifier = "topk";
  options.compression.schedule = "adaptopk";
  options.training.learning_rate_schedule = "cosine";
  options.theory.optimal_loss = 100;
  const Theory theory = *theory_of_run();
  EXPECT_NE(theory.bound.adaptation, 0);
  EXPECT_THAT(theory.violated, Contains(HasSubstr("step size changes")));
  EXPECT_THAT(theory.violated, Contains(HasSubstr("F* = 100")));
  options.theory.pilot_rounds = 0;
  options.compression.t_hat = 3;
  EXPECT_FALSE(theory_of_run().has_value());
}

TEST(Learner, PlansTheBytesOfTheCodecAndThePapersBits) {
  Options options = small();
  Learner sparse(options);
  const RoundPlan plan = sparse.plan(everybody(options));
  const std::int64_t k = kSize / 50;
  EXPECT_EQ(plan.k, k);
  EXPECT_THAT(plan.uplink_bytes, testing::SizeIs(4));
  EXPECT_THAT(plan.uplink_bytes, Each(encoded_bytes(k, kSize)));
  EXPECT_DOUBLE_EQ(plan.paper_bits, 4.0 * k * (32 + std::log2(kSize)));

  options.compression.sparsifier = "none";
  Learner whole(options);
  const RoundPlan everything = whole.plan(everybody(options));
  EXPECT_EQ(everything.k, kSize);
  EXPECT_THAT(everything.uplink_bytes, Each(encoded_bytes(kSize, kSize)));
  EXPECT_DOUBLE_EQ(everything.paper_bits, 4.0 * kSize * 32);
}

TEST(Learner, SendsDownWhatTheDownlinkSays) {
  const auto update = [](const Options& options) {
    Learner learner(options);
    learner.plan(everybody(options));
    return learner.apply(everybody(options));
  };
  Options options = small();
  const std::int64_t k = kSize / 50;
  const Update sparse = update(options);
  EXPECT_GE(sparse.k, k);
  EXPECT_LE(sparse.k, 4 * k);
  EXPECT_EQ(sparse.downlink_bytes, encoded_bytes(sparse.k, kSize));

  Options alone = options;
  alone.training.workers = 1;
  EXPECT_EQ(update(alone).k, k);

  options.compression.downlink = "dense";
  EXPECT_EQ(update(options).k, kSize);
  EXPECT_EQ(update(options).downlink_bytes, encoded_bytes(kSize, kSize));
  options.compression.downlink = "none";
  EXPECT_EQ(update(options).k, 0);
  EXPECT_EQ(update(options).downlink_bytes, 0);
}

// A worker's own message, sent down again: nobody else adds to it.
TEST(Learner, SendsDownAsManyBytesAsTheUpdateEncodesTo) {
  Options options = small();
  options.training.workers = 1;
  Learner alone(options);
  const RoundPlan plan = alone.plan(everybody(options));
  EXPECT_EQ(alone.apply({0}).downlink_bytes, plan.uplink_bytes[0]);
}

// Floats travel exactly, so what is sent down, and whether, changes no weight.
TEST(Learner, LearnsTheSameToTheBitWhateverTheDownlink) {
  const std::vector<std::function<void(Options&)>> methods = {
      [](Options&) {},
      [](Options& o) { o.compression.error_compensation = true; },
      [](Options& o) { o.training.momentum = 0.9; },
      [](Options& o) { o.training.weight_decay = 1e-3; },
      [](Options& o) { o.compression.sparsifier = "none"; },
  };
  for (const auto& method : methods) {
    const auto weights = [&](const char* downlink) {
      Options options = small();
      method(options);
      options.compression.downlink = downlink;
      Learner learner(options);
      for (int t = 0; t < 5; ++t) {
        learner.plan(everybody(options));
        learner.apply(t == 2 ? std::vector<int>{1, 3} : everybody(options));
      }
      return learner.weights();
    };
    const std::vector<float> free = weights("none");
    EXPECT_EQ(weights("sparse-union"), free);
    EXPECT_EQ(weights("dense"), free);
  }
}

TEST(Learner, AppliesOnlyWhatArrived) {
  const Options options = small();
  const auto loss_after = [&](const std::vector<int>& arrived) {
    Learner learner(options);
    learner.plan(everybody(options));
    learner.apply(arrived);
    return learner.evaluate().loss;
  };
  Learner untouched(options);
  EXPECT_EQ(loss_after({}), untouched.evaluate().loss);
  EXPECT_NE(loss_after({1}), untouched.evaluate().loss);
  EXPECT_NE(loss_after({1}), loss_after({0, 1, 2, 3}));

  Learner nobody(options);
  nobody.plan(everybody(options));
  EXPECT_EQ(nobody.apply({}).downlink_bytes, 0);
}

// Everything is lost in round 0, everything arrives in round 1, both at the initial weights: with
// error compensation two steps' worth arrives, without it one.
TEST(Learner, ErrorCompensationSendsLostEntriesAnotherTime) {
  const auto gain = [](bool error_compensation) {
    Options options = small();
    options.compression.ratio = 1;
    options.compression.error_compensation = error_compensation;
    options.training.batch = 256;           // two batches' gradients are much alike
    options.training.learning_rate = 1e-4;  // and the loss falls in proportion to the step
    Learner learner(options);
    const double before = learner.evaluate().loss;
    learner.plan(everybody(options));
    learner.apply({});
    learner.plan(everybody(options));
    learner.apply(everybody(options));
    return before - learner.evaluate().loss;
  };
  EXPECT_NEAR(gain(true) / gain(false), 2, 0.1);
}

// As if the others had been away: the loss, the bytes and the bits are of those who took part, and
// a batch that no worker took is passed over. Workers side by side are one product of matrices,
// which some processors sum in another order than that of fewer workers: compared up to rounding,
// and with all entries sent, so that no entry's rank depends on its last bit.
TEST(Learner, WhoTakesNoPartComputesNothingAndComesBackToItsOwnBatches) {
  constexpr double kRounding = 1e-6;  // a message more moves some weight by over 1e-3
  Options options = small();
  options.compression.error_compensation = true;
  options.compression.ratio = 1;
  Learner all(options), some(options);
  const RoundPlan everything = all.plan(everybody(options));
  const RoundPlan part = some.plan({0, 2, 3});
  EXPECT_EQ(part.uplink_bytes[1], 0);
  EXPECT_EQ(part.uplink_bytes[2], everything.uplink_bytes[2]);
  EXPECT_DOUBLE_EQ(part.paper_bits, 0.75 * everything.paper_bits);
  all.apply({0, 2, 3});
  some.apply({0, 2, 3});
  EXPECT_THAT(some.weights(), testing::Pointwise(testing::FloatNear(kRounding), all.weights()))
      << "what the others sent is the same";
  Learner alone(options), beside(options);
  alone.plan({1});
  beside.plan(everybody(options));
  alone.apply({});
  beside.apply({});
  const double second_loss = alone.plan({1}).train_loss;
  EXPECT_NEAR(beside.plan({1}).train_loss, second_loss, kRounding);
  Learner again(options);
  again.plan({0});
  again.apply({});
  EXPECT_NEAR(again.plan({1}).train_loss, second_loss, kRounding)
      << "its second batch is its second batch, whatever it did in the first round";
}

// A relay that is lost keeps what its children gave it, and sends it another time.
TEST(Learner, ALostRelayKeepsWhatItsChildrenGaveIt) {
  Options options = small();
  options.compression.ratio = 1;
  options.compression.error_compensation = true;
  options.training.learning_rate = 1e-3;
  const auto weights = [&](bool lost) {
    Learner learner(options);
    learner.plan(everybody(options));
    for (int i : {1, 2, 3}) learner.merge(i, {});
    learner.merge(0, {1, 2, 3});
    learner.apply(lost ? std::vector<int>{} : std::vector<int>{0});
    if (lost) {  // all is in the relay's memory, at the weights of before
      learner.plan({0});
      learner.apply({0});
    } else {
      Learner second(options);  // the relay's next gradient at w_0
      second.plan(everybody(options));
      second.apply({});
    }
    return learner.weights();
  };
  const std::vector<float> before = Learner(options).weights(), at_once = weights(false),
                           later = weights(true);
  double square = 0, product = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const double first = at_once[i] - before[i], second = later[i] - before[i];
    square += first * first;
    product += first * second;
  }
  EXPECT_GT(product, square) << "all four gradients, and the relay's next";
}

TEST(Learner, AWholeModelIsAllWeightsAndMomentum) {
  Options options = small();
  EXPECT_EQ(Learner(options).model().bytes, encoded_bytes(kSize, kSize));
  options.training.momentum = 0.9;
  EXPECT_EQ(Learner(options).model().k, 2 * kSize);
}

TEST(Learner, ShowsALossThatIsNotFiniteAndGoesOn) {
  for (const bool error_compensation : {false, true}) {
    Options options = small();
    options.training.learning_rate = 1e30;
    options.compression.error_compensation = error_compensation;
    Learner learner(options);
    double loss = 0;
    for (int t = 0; t < 10; ++t) {
      loss = learner.plan(everybody(options)).train_loss;
      learner.apply(everybody(options));
    }
    EXPECT_FALSE(std::isfinite(loss));
    EXPECT_FALSE(std::isfinite(learner.evaluate().loss));
  }
}

TEST(Describe, KnowsTheRunBeforeItStarts) {
  Options options;
  const Description paper = describe(options);
  EXPECT_EQ(paper.model_size, 203'530);
  EXPECT_EQ(paper.k, 795);
  EXPECT_EQ(paper.forward_macs, 784 * 256 + 256 * 10);
  EXPECT_EQ(paper.train_samples, 60'000);
  EXPECT_EQ(paper.test_samples, 10'000);
  options.compression.ratio = 1e9;
  EXPECT_EQ(describe(options).k, 1);
  options.compression.k = 42;
  EXPECT_EQ(describe(options).k, 42);
  options.compression.sparsifier = "none";
  EXPECT_EQ(describe(options).k, 203'530);
}

TEST(Describe, CountsTheSamplesOfEachWorkerByClass) {
  Options options = small();
  for (const char* way : {"iid", "dirichlet", "shards"}) {
    options.data.partition = way;
    const auto counts = describe(options).class_counts;
    ASSERT_EQ(counts.size(), 4U);
    std::int64_t all = 0, least_classes = 10;
    for (const std::vector<std::int64_t>& worker : counts) {
      ASSERT_EQ(worker.size(), 10U);
      all = std::accumulate(worker.begin(), worker.end(), all);
      least_classes =
          std::min<std::int64_t>(least_classes, 10 - std::count(worker.begin(), worker.end(), 0));
    }
    EXPECT_EQ(all, 2000);
    const std::string name = way;
    EXPECT_LE(least_classes, name == "shards" ? 4 : 10) << "two shards of 250 samples each";
    EXPECT_GE(least_classes, name == "iid" ? 10 : 1);
    EXPECT_EQ(Learner(options).description().class_counts, counts);
  }
}

TEST(Describe, SaysWhereAdapTopKIsTopK) {
  Options options = small();
  options.compression.schedule = "adaptopk";
  EXPECT_TRUE(describe(options).notes.empty());
  options.compression.k = 1;
  EXPECT_THAT(describe(options).notes,
              ElementsAre(AllOf(HasSubstr("does not adapt"), HasSubstr("k_t = 1 in every round"))));
  options.compression.k = 100;
  options.compression.gamma = 0.004;
  EXPECT_THAT(describe(options).notes, ElementsAre(HasSubstr("k_t = 100 in every round")));
  options.compression.schedule = "fixed";
  EXPECT_TRUE(describe(options).notes.empty());
}

TEST(Describe, RefusesWhatCannotBe) {
  struct Case {
    std::function<void(Options&)> change;
    const char* message;
  };
  const std::vector<Case> cases = {
      {[](Options& o) { o.compression.k = 300'000; },
       "compression.k = 300000 is more than the model's d = 12730"},
      {[](Options& o) { o.compression.ratio = 0.5; }, "compression.ratio = 0.5"},
      {[](Options& o) { o.training.workers = 2001; }, "team.workers = 2001"},
      {[](Options& o) { o.data.partition = "idd"; }, "'idd'"},
      {[](Options& o) {
         o.data.partition = "shards";
         o.data.shards_per_worker = 501;
       },
       "data.shards_per_worker = 501"},
      {[](Options& o) {
         o.model.hidden = {16, 0};
       },
       "model.hidden"},
      {[](Options& o) { o.compression.sparsifier = "topkk"; }, "'topkk'"},
      {[](Options& o) { o.compression.downlink = "union"; }, "'union'"},
      {[](Options& o) { o.model.model = "resnet"; }, "'resnet'"},
      {[](Options& o) { o.compression.schedule = "adaptive"; }, "'adaptive'"},
      {[](Options& o) { o.data.dataset = "mnits"; }, "'mnits'"},
      {[](Options& o) {
         o.compression.sparsifier = "none";
         o.compression.schedule = "adaptopk";
       },
       "'fixed'"},
      {[](Options& o) {
         o.compression.schedule = "adaptopk";
         o.compression.ratio = 1.2;  // 1.5 k is more than d
       },
       "12730"},
      {[](Options& o) {
         o.compression.schedule = "adaptopk";
         o.compression.t_hat = 41;
       },
       "t_hat"},
      {[](Options& o) { o.host.device = "cuda:99"; }, "host.device = \"cuda:99\": "},
      {[](Options& o) { o.host.device = "cuda:"; }, "\"cuda:N\""},
  };
  for (const Case& each : cases) {
    Options options = small();
    each.change(options);
    try {
      describe(options);
      ADD_FAILURE() << "accepted, expected: " << each.message;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), HasSubstr(each.message));
    }
  }
}

TEST(Words, AreThereAndExplained) {
  for (const Words& words :
       {datasets(), partitions(), models(), sparsifiers(), schedules(), downlinks()}) {
    EXPECT_FALSE(words.empty());
    for (const auto& [word, description] : words) {
      EXPECT_FALSE(word.empty());
      EXPECT_FALSE(description.empty());
    }
  }
  EXPECT_FALSE(torch_version().empty());
}

}  // namespace
}  // namespace gradwave::learning
