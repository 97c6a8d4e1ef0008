// SPDX-License-Identifier: GPL-2.0-only
#include "sim/campaign/forecast.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "results/database.h"
#include "results/query.h"

namespace gradwave {
namespace {

namespace fs = std::filesystem;

constexpr const char* kScenario = R"(
seeds = [1, 2]
[team]
workers = 2
[data]
train_samples = 100
test_samples = 50
[model]
hidden = []
[training]
rounds = 10
[compute]
device = "jetson-nano"
[host]
device = "cpu"
[[variant]]
name = "wire"
link.technology = "wire"
[[variant]]
name = "longer"
link.technology = "wire"
training.rounds = 40
[[variant]]
name = "Wi-Fi"
link.technology = "wifi"
)";

class Forecast : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream(folder_ / "s.toml") << kScenario;
    scenario_ = read_scenario(folder_ / "s.toml");
  }
  void TearDown() override { fs::remove_all(folder_); }

  const PlannedRun& run(const std::string& variant, std::int64_t seed = 1) const {
    for (const PlannedRun& each : scenario_.runs) {
      if (each.variant == variant && each.seed == seed) return each;
    }
    throw std::logic_error(variant);
  }
  static Forecaster::Subject subject_of(const PlannedRun& run) {
    return Forecaster::subject_of(run, estimate(run.settings, run.description));
  }
  Forecaster::Subject subject(const std::string& variant, std::int64_t seed = 1) const {
    return subject_of(run(variant, seed));
  }
  Cost rule(const std::string& variant) const {
    return estimate(run(variant).settings, run(variant).description).cost;
  }
  // Costs so many times what the rule says.
  std::int64_t store(const PlannedRun& done, double times, bool learned = true,
                     const std::string& status = "complete") {
    results::Database database(results_);
    results::Run row;
    row.experiment_id = database.add_experiment({"e", "", "", "", "", ""});
    row.variant = done.variant;
    row.settings = to_json(done.settings).dump();
    row.forecast = Forecaster(results_).text_of(subject_of(done), learned);
    const std::int64_t id = database.add_run(row);
    const Cost cost = estimate(done.settings, done.description).cost;
    results::Recorder recorder(results_, id);
    results::Costs costs;
    if (learned) costs.learning_s = times * cost.learning_s;
    costs.network_s = times * cost.network_s;
    costs.events = static_cast<std::int64_t>(times * cost.events);
    costs.peak_bytes = static_cast<std::int64_t>(times * cost.peak_bytes);
    recorder.finish(status, status == "complete" ? "" : "because", costs);
    return id;
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      ("gradwave-forecast-" +
       std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
  const fs::path results_ = folder_ / "results.sqlite";
  Scenario scenario_;
};

TEST_F(Forecast, IsTheRuleWhereNothingIsKnown) {
  const Forecaster forecaster(results_);
  EXPECT_FALSE(fs::exists(results_));
  EXPECT_FALSE(forecaster.knows(subject("wire")));
  for (const auto& [quantity, value] : kCosts) {
    EXPECT_GT(rule("wire").*value, 0) << quantity;
    EXPECT_EQ(forecaster.of(subject("wire")).*value, rule("wire").*value) << quantity;
  }
}

TEST_F(Forecast, FollowsRunsOfTheSameSettingsThenThoseOfTheKind) {
  store(run("wire", 1), 2);
  store(run("longer", 1), 4);
  const Forecaster forecaster(results_);
  EXPECT_NEAR(forecaster.of(subject("wire", 2)).network_s, 2 * rule("wire").network_s, 1e-9);
  EXPECT_NEAR(forecaster.of(subject("longer", 2)).network_s, 4 * rule("longer").network_s, 1e-9);
  // Of the network nothing is known, of the learning something: weighted by what was to be done.
  EXPECT_EQ(forecaster.of(subject("Wi-Fi")).network_s, rule("Wi-Fi").network_s);
  EXPECT_FALSE(forecaster.knows(subject("Wi-Fi")));
  const double together = (2 * rule("wire").learning_s + 4 * rule("longer").learning_s) /
                          (rule("wire").learning_s + rule("longer").learning_s);
  EXPECT_NEAR(forecaster.of(subject("Wi-Fi")).learning_s, together * rule("Wi-Fi").learning_s,
              1e-9);
}

TEST_F(Forecast, LearnsFromCompleteRunsAlone) {
  store(run("wire"), 9, true, "interrupted");
  store(run("wire"), 9, true, "diverged");
  EXPECT_EQ(Forecaster(results_).of(subject("wire")).events, rule("wire").events);
}

TEST_F(Forecast, OfARunThatRepeatsLearningHasNone) {
  store(run("wire"), 3, false);
  const Forecaster forecaster(results_);
  EXPECT_EQ(forecaster.of(subject("wire")).learning_s, rule("wire").learning_s);
  EXPECT_NEAR(forecaster.of(subject("wire")).network_s, 3 * rule("wire").network_s, 1e-9);
  EXPECT_FALSE(
      nlohmann::json::parse(forecaster.text_of(subject("wire"), false)).contains("learning_s"));
  EXPECT_TRUE(
      nlohmann::json::parse(forecaster.text_of(subject("wire"), true)).contains("learning_s"));
}

TEST_F(Forecast, LearnsFromOneRunMore) {
  Forecaster forecaster(results_);
  forecaster.learn_from(store(run("wire"), 5));
  EXPECT_NEAR(forecaster.of(subject("wire")).peak_bytes, 5 * rule("wire").peak_bytes, 10);
}

TEST_F(Forecast, IsStoredWithItsError) {
  store(run("wire", 1), 2);
  store(run("wire", 2), 4);
  const results::Table table =
      results::query(results_,
                     "SELECT by_rule, forecast, measured, error FROM forecasts WHERE quantity = "
                     "'network_s' ORDER BY run_id");
  ASSERT_EQ(table.rows.size(), 2u);
  const auto real = [&](int row, int column) { return std::get<double>(table.rows[row][column]); };
  EXPECT_EQ(real(0, 0), rule("wire").network_s);
  EXPECT_EQ(real(0, 1), rule("wire").network_s);
  EXPECT_NEAR(real(0, 3), -0.5, 1e-9);
  EXPECT_NEAR(real(1, 1), 2 * rule("wire").network_s, 1e-9);
  EXPECT_NEAR(real(1, 3), -0.5, 1e-9);
}

// What a run takes however few rounds it has is most of what many small ones take.
TEST_F(Forecast, OfManySmallRunsIsThatOfStartingThem) {
  const std::int64_t id = store(run("wire"), 1);
  results::Database(results_).note_elapsed(id,
                                           rule("wire").learning_s + rule("wire").network_s + 0.4);
  const Forecaster forecaster(results_);
  EXPECT_NEAR(forecaster.of(subject("wire", 2)).start_s, 0.4, 1e-9);
  EXPECT_NEAR(forecaster.of(subject("longer")).start_s, 0.4, 1e-9) << "of its kind";
  CampaignCost all;
  for (int i = 0; i < 2000; ++i) all.add(subject("wire"), forecaster.of(subject("wire")), true);
  EXPECT_GT(all.elapsed_s(1), 2000 * 0.4);
  EXPECT_GT(rule("wire").start_s, 0.02);
}

TEST_F(Forecast, OfACampaignCountsLearningOnce) {
  Forecaster forecaster(results_);
  std::vector<Forecaster::Subject> subjects;
  for (const PlannedRun& each : scenario_.runs) subjects.push_back(subject_of(each));
  const CampaignCost all = cost_of(scenario_, subjects, forecaster);
  const double networks =
      2 * (rule("wire").network_s + rule("longer").network_s + rule("Wi-Fi").network_s);
  // Wi-Fi's runs learn what those over the wire have learned.
  const double learning = 2 * (rule("wire").learning_s + rule("longer").learning_s);
  EXPECT_NEAR(all.host_s, networks + learning + 6 * rule("wire").start_s, 1e-9);
  EXPECT_EQ(all.repeating, 2);
  EXPECT_EQ(all.known, 0);
  EXPECT_EQ(all.runs, 6);
  EXPECT_NEAR(all.elapsed_s(2), std::max(all.host_s / 2, all.longest_s), 1e-9);
  EXPECT_EQ(all.elapsed_s(1000), all.longest_s);
}

}  // namespace
}  // namespace gradwave
