// SPDX-License-Identifier: GPL-2.0-only
#include "results/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>

#include "results/database.h"
#include "results/query.h"
#include "tests/results/scratch.h"

namespace gradwave::results {
namespace {

using testing::HasSubstr;

TEST(StudentInterval, IsTheTextbooks) {
  // mean 3, deviation sqrt(2.5), t(0.975, 4) = 2.776445
  const Interval interval = student_interval({1, 2, 3, 4, 5});
  EXPECT_EQ(interval.n, 5);
  EXPECT_DOUBLE_EQ(interval.mean, 3);
  EXPECT_NEAR(*interval.half_width, 2.776445 * std::sqrt(2.5 / 5), 1e-6);
}

TEST(StudentInterval, OfOneValueHasNoWidthAndOfNoneNothing) {
  EXPECT_FALSE(student_interval({4}).half_width);
  EXPECT_EQ(student_interval({4}).mean, 4);
  EXPECT_EQ(student_interval({}).n, 0);
}

// Rounds of one second and 1000 bits; `accuracies` after 0, 1, 2, ... of them.
class Compare : public testing::Test {
 protected:
  void add(const std::string& variant, std::int64_t seed, const std::vector<double>& accuracies,
           const std::string& status = "complete", const std::string& parameters = "{}",
           std::optional<double> time_error_s = std::nullopt) {
    results::Run run;
    run.experiment_id = experiment_;
    run.variant = variant;
    run.seed = seed;
    run.parameters = parameters;
    const std::int64_t id = database_.add_run(run);
    Recorder recorder(file_, id);
    for (std::size_t i = 0; i < accuracies.size(); ++i) {
      const auto t = static_cast<std::int64_t>(i);
      Evaluation evaluation = {t, static_cast<double>(t), accuracies[i], 1};
      evaluation.time_error_s = time_error_s;
      recorder.evaluation(evaluation);
      if (i + 1 == accuracies.size()) break;
      Round round;
      round.round = t;
      round.start_s = static_cast<double>(t);
      round.latency_s = 1;
      round.uplink_payload_bytes = 100;
      round.downlink_payload_bytes = 25;
      recorder.round(round, {});
    }
    recorder.finish(status, status == "complete" ? "" : "because");
  }

  const Scratch scratch_;
  const std::filesystem::path file_ = scratch_.folder() / "results.sqlite";
  Database database_{file_};
  std::int64_t experiment_ = database_.add_experiment({"demo", "", "", "", "", ""});
};

TEST_F(Compare, PairsBySeedAndMeasuresToTheTarget) {
  add("A", 1, {0.1, 0.5, 0.8});
  add("B", 1, {0.1, 0.8, 0.9});
  add("A", 2, {0.1, 0.6, 0.7});
  add("B", 2, {0.1, 0.7, 0.8});
  const Comparison comparison = compare(file_, "", 0.7);
  ASSERT_EQ(comparison.rows.size(), 2u);
  const CompareRow& a = comparison.rows[0];
  const CompareRow& b = comparison.rows[1];
  EXPECT_EQ(a.variant, "A");
  EXPECT_DOUBLE_EQ(a.final_accuracy.mean, 0.75);
  EXPECT_DOUBLE_EQ(a.time_s.mean, 2);
  EXPECT_DOUBLE_EQ(a.bits.mean, 2000);
  EXPECT_EQ(a.accuracy_difference.n, 0);
  EXPECT_EQ(b.reached, 2);
  EXPECT_DOUBLE_EQ(b.rounds.mean, 1);
  EXPECT_DOUBLE_EQ(b.accuracy_difference.mean, 0.1);
  EXPECT_NEAR(*b.accuracy_difference.half_width, 0, 1e-12) << "the same difference in every pair";
  EXPECT_DOUBLE_EQ(b.time_difference_s.mean, -1);
}

TEST_F(Compare, TimesOfDrawnRoundsAreWiderByWhatThatMayAdd) {
  for (const std::int64_t seed : {1, 2}) {
    add("A", seed, {0.1, seed == 1 ? 0.8 : 0.5, 0.8}, "complete", "{}", 3.0);
    add("B", seed, {0.1, 0.8, 0.9}, "complete", "{}", 4.0);
  }
  const Comparison comparison = compare(file_, "", 0.7);
  const CompareRow& a = comparison.rows[0];
  const CompareRow& b = comparison.rows[1];
  const double over_seeds = *student_interval({1, 2}).half_width;
  EXPECT_DOUBLE_EQ(a.time_error_s, 3);
  EXPECT_DOUBLE_EQ(*a.time_s.half_width, std::hypot(over_seeds, 3));
  EXPECT_DOUBLE_EQ(*b.time_s.half_width, 4);
  EXPECT_DOUBLE_EQ(*b.time_difference_s.half_width, std::hypot(over_seeds, 5));
  std::ostringstream text;
  print(comparison, text);
  EXPECT_THAT(text.str(), HasSubstr("Rounds were drawn"));
}

TEST_F(Compare, CountsRunsThatNeverReachTheTargetAndRunsThatFailed) {
  add("A", 1, {0.1, 0.9});
  add("B", 1, {0.1, 0.2});
  add("B", 2, {0.1}, "failed");
  add("B", 3, {0.1, 0.95}, "diverged");
  const Comparison comparison = compare(file_, "", 0.9);
  const CompareRow& b = comparison.rows[1];
  EXPECT_EQ(b.runs, 3);
  EXPECT_EQ(b.reached, 1);
  EXPECT_EQ(b.censored, 2);
  EXPECT_EQ(b.failed, 2);
  EXPECT_EQ(b.time_difference_s.n, 0);
  std::ostringstream out;
  print(comparison, out);
  EXPECT_THAT(out.str(), HasSubstr("1 of 3, 2 failed"));
}

TEST_F(Compare, WithoutATargetTakesTheHighestThatAllReached) {
  add("A", 1, {0.1, 0.72});
  add("B", 1, {0.1, 0.855});
  EXPECT_DOUBLE_EQ(compare(file_, "", std::nullopt).target, 0.72);
}

// Else all would be reached after 0 rounds.
TEST_F(Compare, TheTargetIsAboveWhatTheInitialWeightsOfAnyRunGive) {
  add("A", 1, {0.5, 0.8});
  add("B", 1, {0.12, 0.4});  // 0.4 is what A began above
  const Comparison half = compare(file_, "", std::nullopt);
  EXPECT_DOUBLE_EQ(half.target, 0.8);
  EXPECT_THAT(half.target_choice, AllOf(HasSubstr("half"), HasSubstr("initial weights")));
  EXPECT_EQ(half.rows[0].rounds.mean, 1);

  add("C", 1, {0.1, 0.3});
  add("D", 1, {0.1, 0.3});
  const Comparison one = compare(file_, "", std::nullopt);
  EXPECT_DOUBLE_EQ(one.target, 0.8);
  EXPECT_THAT(one.target_choice, HasSubstr("that a complete run reached"));
}

TEST_F(Compare, ATargetThatAllReachedIsTakenIfItIsOneStepAboveTheInitialWeights) {
  add("A", 1, {0.29, 0.30});
  add("B", 1, {0.1, 0.9});
  const Comparison comparison = compare(file_, "", std::nullopt);
  EXPECT_DOUBLE_EQ(comparison.target, 0.3);
  EXPECT_EQ(comparison.target_choice, "the highest that every complete run reached");
}

TEST_F(Compare, SaysSoWhenNobodyGetsAboveTheInitialWeights) {
  add("A", 1, {0.5, 0.4});
  add("B", 1, {0.5, 0.505});
  const Comparison comparison = compare(file_, "", std::nullopt);
  EXPECT_DOUBLE_EQ(comparison.target, 0.51);
  EXPECT_EQ(comparison.rows[0].reached + comparison.rows[1].reached, 0);
  std::ostringstream out;
  print(comparison, out);
  EXPECT_THAT(out.str(), HasSubstr("no complete run got above the initial weights"));
}

TEST_F(Compare, WithNoCompleteRunTheTargetIsAboveTheInitialWeightsAsWell) {
  add("A", 1, {0.6, 0.7}, "failed");
  EXPECT_DOUBLE_EQ(compare(file_, "", std::nullopt).target, 0.61);
}

TEST_F(Compare, InitialWeightsWithoutAMistakeLeaveNoTargetAbove) {
  add("A", 1, {1, 1});
  EXPECT_DOUBLE_EQ(compare(file_, "", std::nullopt).target, 1);
}

TEST_F(Compare, VariantsWithWideNamesStayAligned) {
  add("圧縮", 1, {0.1, 0.5});
  add("Top-K", 1, {0.1, 0.5});
  std::ostringstream out;
  print(compare(file_, "", 0.5), out);
  EXPECT_THAT(out.str(), HasSubstr("\n圧縮          50.00"));
  EXPECT_THAT(out.str(), HasSubstr("\nTop-K         50.00"));
}

TEST_F(Compare, KeepsThePointsOfASweepApart) {
  add("A", 1, {0.1, 0.5}, "complete", R"({"x":1})");
  add("B", 1, {0.1, 0.6}, "complete", R"({"x":1})");
  add("A", 1, {0.1, 0.7}, "complete", R"({"x":2})");
  add("B", 1, {0.1, 0.9}, "complete", R"({"x":2})");
  const Comparison comparison = compare(file_, "", 0.5);
  ASSERT_EQ(comparison.rows.size(), 4u);
  EXPECT_NEAR(comparison.rows[1].accuracy_difference.mean, 0.1, 1e-12);
  EXPECT_NEAR(comparison.rows[3].accuracy_difference.mean, 0.2, 1e-12);
  std::ostringstream out;
  print(comparison, out);
  EXPECT_THAT(out.str(), HasSubstr("x = 2"));
}

TEST_F(Compare, AVariantThatIsNotSweptAppearsAtEveryPoint) {
  for (const char* x : {R"({"x":1})", R"({"x":2})"}) add("A", 1, {0.1, 0.5}, "complete", x);
  add("dense", 1, {0.1, 0.8});
  const Comparison comparison = compare(file_, "", 0.5);
  ASSERT_EQ(comparison.rows.size(), 4u);
  for (const std::size_t dense : {1, 3}) {
    EXPECT_EQ(comparison.rows[dense].variant, "dense");
    EXPECT_NEAR(comparison.rows[dense].accuracy_difference.mean, 0.3, 1e-12);
  }
  EXPECT_EQ(comparison.rows[3].parameters, R"({"x":2})");
}

TEST_F(Compare, AFirstVariantThatIsNotSweptIsComparedWithAtEveryPoint) {
  add("dense", 1, {0.1, 0.8});
  for (const char* x : {R"({"x":1})", R"({"x":2})"}) add("A", 1, {0.1, 0.5}, "complete", x);
  const Comparison comparison = compare(file_, "", 0.5);
  ASSERT_EQ(comparison.rows.size(), 4u);
  EXPECT_EQ(comparison.rows[2].variant, "dense");
  EXPECT_NEAR(comparison.rows[3].accuracy_difference.mean, -0.3, 1e-12);
}

TEST_F(Compare, SaysOverHowManyPairsADifferenceIs) {
  for (const int seed : {1, 2, 3}) add("A", seed, {0.1, 0.5});
  add("B", 1, {0.1, 0.6});
  add("B", 2, {0.1, 0.7});
  add("B", 3, {0.1}, "failed");
  std::ostringstream out;
  print(compare(file_, "", 0.5), out);
  // Differences of 10 and 20 points: deviation 7.07, t(0.975, 1) = 12.706.
  EXPECT_THAT(out.str(), HasSubstr("+15.00 ± 63.53 (2)"));
  EXPECT_THAT(out.str(), HasSubstr("2 of 3, 1 failed"));
}

TEST_F(Compare, TakesTheLatestExperimentOrTheOneAskedFor) {
  add("A", 1, {0.1, 0.5});
  experiment_ = database_.add_experiment({"later", "", "", "", "", ""});
  add("Z", 1, {0.1, 0.5});
  EXPECT_EQ(compare(file_, "", std::nullopt).experiment, "later");
  EXPECT_EQ(compare(file_, "demo", std::nullopt).rows[0].variant, "A");
  EXPECT_EQ(compare(file_, "1", std::nullopt).rows[0].variant, "A");
  try {
    compare(file_, "demmo", std::nullopt);
    FAIL() << "found";
  } catch (const DatabaseError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean \"demo\"?"));
  }
}

TEST_F(Compare, ARunThatGoesOnIsNeitherCensoredNorFailed) {
  add("A", 1, {0.1, 0.2});
  results::Run run;
  run.experiment_id = experiment_;
  run.variant = "A";
  run.seed = 2;
  database_.add_run(run);
  const CompareRow row = compare(file_, "", 0.5).rows.at(0);
  EXPECT_EQ(row.runs, 2);
  EXPECT_EQ(row.censored, 1);
  EXPECT_EQ(row.failed, 0);
}

// Accuracies are fractions of a test set; a hundredth of them is rarely exact in binary.
TEST_F(Compare, OfModelsWithoutAServerTheWorstOneIsSaid) {
  add("server", 1, {0.1, 0.6});
  for (const std::int64_t seed : {1, 2}) {
    results::Run run;
    run.experiment_id = experiment_;
    run.variant = "gossip";
    run.seed = seed;
    Recorder recorder(file_, database_.add_run(run));
    recorder.evaluation({0, 0, 0.1, 1, 0.0, 0.1, 0.1});
    recorder.evaluation({1, 1, 0.7, 1, 2.5, 0.3 + 0.1 * static_cast<double>(seed), 0.5});
    recorder.finish("complete");
  }
  const Comparison comparison = compare(file_, "", 0.5);
  EXPECT_EQ(comparison.rows[0].worst_accuracy.n, 0);
  EXPECT_NEAR(comparison.rows[1].worst_accuracy.mean, 0.45, 1e-12);
  std::ostringstream out;
  print(comparison, out);
  EXPECT_THAT(out.str(), HasSubstr("worst worker's own at\nthe end, %: gossip 45.00 ± "));
}

TEST_F(Compare, AWholePercentIsReachedByExactlyThatShareOfTheTestSet) {
  std::vector<double> accuracies;
  for (int right = 100; right <= 9900; right += 100) accuracies.push_back((right - 1) / 10000.0);
  for (int right = 100; right <= 9900; right += 100) accuracies.push_back(right / 10000.0);
  std::sort(accuracies.begin(), accuracies.end());  // 0.0099, 0.01, 0.0199, 0.02, ...
  add("A", 1, accuracies);
  const Table wrong = query(file_,
                            "SELECT target, rounds FROM time_to_accuracy WHERE rounds IS NULL OR "
                            "rounds != 2 * CAST(round(100 * target) AS INTEGER) - 1");
  EXPECT_EQ(wrong.rows.size(), 0u);
  EXPECT_EQ(compare(file_, "", 0.29).rows[0].rounds.mean, 57);
}

TEST_F(Compare, TheViewsAgreeWithIt) {
  add("A", 1, {0.1, 0.5, 0.8});
  add("B", 1, {0.1, 0.2});
  const Table reached = query(file_,
                              "SELECT time_s, bits, rounds, reached, censored_at_s FROM "
                              "time_to_accuracy WHERE target = 0.7 ORDER BY run_id");
  EXPECT_EQ(reached.rows[0], (std::vector<Value>{2.0, std::int64_t{2000}, std::int64_t{2},
                                                 std::int64_t{1}, std::monostate()}));
  EXPECT_EQ(reached.rows[1], (std::vector<Value>{std::monostate(), std::monostate(),
                                                 std::monostate(), std::int64_t{0}, 1.0}));
  const Table summary =
      query(file_, "SELECT accuracy, best_accuracy, time_s, bits FROM run_summary");
  EXPECT_EQ(summary.rows[0], (std::vector<Value>{0.8, 0.8, 2.0, std::int64_t{2000}}));
}

}  // namespace
}  // namespace gradwave::results
