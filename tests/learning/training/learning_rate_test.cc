// SPDX-License-Identifier: GPL-2.0-only
#include "learning/training/learning_rate.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace gradwave::learning {
namespace {

using testing::DoubleEq;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

TrainingOptions ten_rounds(const std::string& schedule) {
  TrainingOptions options;
  options.rounds = 10;
  options.learning_rate = 0.5;
  options.learning_rate_schedule = schedule;
  return options;
}

TEST(LearningRate, IsConstantUnlessAskedFor) {
  EXPECT_THAT(learning_rates(ten_rounds("constant")), Each(0.5));
}

TEST(LearningRate, StepsFromEachMilestoneOn) {
  TrainingOptions options = ten_rounds("step");
  options.milestones = {2, 7};
  EXPECT_THAT(learning_rates(options),
              ElementsAre(0.5, 0.5, DoubleEq(0.05), DoubleEq(0.05), DoubleEq(0.05), DoubleEq(0.05),
                          DoubleEq(0.05), DoubleEq(0.005), DoubleEq(0.005), DoubleEq(0.005)));
}

TEST(LearningRate, FollowsHalfACosine) {
  const std::vector<double> rates = learning_rates(ten_rounds("cosine"));
  EXPECT_DOUBLE_EQ(rates[0], 0.5);
  EXPECT_DOUBLE_EQ(rates[5], 0.25);
  EXPECT_NEAR(rates[9], 0.5 * (1 - 0.9510565) / 2, 1e-7);
}

TEST(LearningRate, WarmsUpInEqualSteps) {
  TrainingOptions options = ten_rounds("constant");
  options.warmup_rounds = 4;
  const std::vector<double> rates = learning_rates(options);
  EXPECT_THAT(std::vector<double>(rates.begin(), rates.begin() + 5),
              ElementsAre(0.125, 0.25, 0.375, 0.5, 0.5));
}

TEST(LearningRate, RefusesMilestonesThatMeanNothing) {
  const auto refusal = [](const std::string& schedule,
                          const std::vector<std::int64_t>& milestones) {
    TrainingOptions options = ten_rounds(schedule);
    options.milestones = milestones;
    try {
      learning_rates(options);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(refusal("step", {}), HasSubstr("missing"));
  EXPECT_THAT(refusal("step", {3, 3}), HasSubstr("do not ascend"));
  EXPECT_THAT(refusal("step", {3, 10}), HasSubstr("round 10, but the last one is 9"));
  EXPECT_THAT(refusal("cosine", {3}), HasSubstr("not \"cosine\""));
  EXPECT_THAT(refusal("cosin", {}), HasSubstr("unknown learning-rate schedule 'cosin'"));
}

}  // namespace
}  // namespace gradwave::learning
