// SPDX-License-Identifier: GPL-2.0-only
#include "results/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/database.h"
#include "results/query.h"
#include "tests/results/scratch.h"

namespace gradwave::results {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Merge : public testing::Test {
 protected:
  fs::path file(const std::string& name) const { return scratch_.folder() / name; }

  // Runs of one scenario, whose places in it these are.
  void add(const std::string& name, const std::vector<std::int64_t>& places,
           const std::string& scenario = "s", const std::string& status = "complete") {
    Database database(file(name));
    const std::int64_t experiment = database.add_experiment(
        {"e", scenario, "hash", "1", "2", "3", {{"walk.csv", "text of " + scenario}}});
    for (const std::int64_t place : places) {
      results::Run run;
      run.experiment_id = experiment;
      run.variant = "v" + std::to_string(place % 2);
      run.seed = place / 2;
      run.place = place;
      run.workers = run.rounds_planned = 1;
      const std::int64_t id = database.add_run(run);
      Recorder recorder(file(name), id);
      recorder.plan({-1, 0, "", "cpu", place == places.front() ? "" : "1"});
      Round round;
      round.latency_s = 0.5 + static_cast<double>(place);
      Transfer transfer;
      transfer.direction = "uplink";
      transfer.content = "gradient";
      transfer.end_s = 0.25;
      recorder.topologies({{0, true, 1, 1, 2, {{0}}}});
      recorder.round(round, {transfer});
      recorder.evaluation({1, 0.5, 0.1 * static_cast<double>(place), 1});
      recorder.theory({});
      if (status != "running") recorder.finish(status);
    }
  }
  std::string refusal(const std::vector<fs::path>& files, const std::string& into) {
    try {
      merge(files, file(into));
    } catch (const DatabaseError& error) {
      return error.what();
    }
    return "";
  }
  std::vector<std::vector<Value>> ask(const std::string& name, const std::string& sql) {
    return query(file(name), sql).rows;
  }

  Scratch scratch_;
};

TEST_F(Merge, ShardsTogetherAreTheWhole) {
  add("whole.sqlite", {0, 1, 2, 3, 4});
  add("a.sqlite", {1, 3});
  add("b.sqlite", {0, 2, 4});
  const std::string before = fingerprint(file("a.sqlite"));
  const Merged merged = merge({file("a.sqlite"), file("b.sqlite")}, file("all.sqlite"));
  EXPECT_EQ(merged.experiments, 1);
  EXPECT_EQ(merged.runs, 5);
  EXPECT_EQ(fingerprint(file("all.sqlite")), fingerprint(file("whole.sqlite")));
  EXPECT_EQ(fingerprint(file("a.sqlite")), before);
  EXPECT_EQ(ask("all.sqlite", "PRAGMA foreign_key_check").size(), 0u);
  // Of a file's runs, who learned from its first.
  EXPECT_EQ(ask("all.sqlite", "SELECT id, host_learned_from FROM runs ORDER BY id"),
            (std::vector<std::vector<Value>>{{std::int64_t{1}, std::monostate()},
                                             {std::int64_t{2}, std::monostate()},
                                             {std::int64_t{3}, std::string("1")},
                                             {std::int64_t{4}, std::string("2")},
                                             {std::int64_t{5}, std::string("1")}}));
  EXPECT_FALSE(fs::exists(file("all.sqlite.merging")));
}

TEST_F(Merge, WhatIsThereStaysAndOthersExperimentsAreTheirOwn) {
  add("all.sqlite", {0}, "another");
  add("a.sqlite", {1});
  merge({file("a.sqlite")}, file("all.sqlite"));
  EXPECT_EQ(ask("all.sqlite", "SELECT count(*) FROM experiments"),
            (std::vector<std::vector<Value>>{{std::int64_t{2}}}));
  add("b.sqlite", {0});
  merge({file("b.sqlite")}, file("all.sqlite"));
  EXPECT_EQ(ask("all.sqlite", "SELECT count(*) FROM experiments"),
            (std::vector<std::vector<Value>>{{std::int64_t{2}}}));
  EXPECT_EQ(ask("all.sqlite", "SELECT count(*) FROM inputs"),
            (std::vector<std::vector<Value>>{{std::int64_t{2}}}));
}

TEST_F(Merge, ClashesAreRefusedAndChangeNothing) {
  add("a.sqlite", {0, 1});
  add("b.sqlite", {1});
  EXPECT_THAT(refusal({file("a.sqlite"), file("b.sqlite")}, "all.sqlite"),
              HasSubstr("run 1 (variant \"v1\", seed 0, {}) is in two of the files"));
  EXPECT_FALSE(fs::exists(file("all.sqlite")));
  merge({file("a.sqlite")}, file("all.sqlite"));
  const std::string before = fingerprint(file("all.sqlite"));
  EXPECT_THAT(refusal({file("b.sqlite")}, "all.sqlite"), HasSubstr("is there already"));
  EXPECT_EQ(fingerprint(file("all.sqlite")), before);
  add("c.sqlite", {5}, "s", "running");
  EXPECT_THAT(refusal({file("b.sqlite")}, "c.sqlite"), HasSubstr("run 1 is still under way"));
  EXPECT_THAT(refusal({file("c.sqlite")}, "all.sqlite"), HasSubstr("is still under way"));
  EXPECT_THAT(refusal({file("none.sqlite")}, "all.sqlite"), HasSubstr("there is no such file"));
}

TEST_F(Merge, AFileOfAnEarlierVersionIsRefused) {
  fs::copy_file(fs::path(GRADWAVE_SOURCE) / "tests/results/data/version7.sqlite", file("7.sqlite"));
  EXPECT_THAT(refusal({file("7.sqlite")}, "all.sqlite"), HasSubstr("is of version 7"));
}

}  // namespace
}  // namespace gradwave::results
