// SPDX-License-Identifier: GPL-2.0-only
#include "results/trajectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "results/database.h"
#include "tests/results/scratch.h"

namespace gradwave::results {
namespace {

using testing::ElementsAre;

class TrajectoryOf : public testing::Test {
 protected:
  // Two workers, two rounds.
  std::int64_t add(const std::string& hash, const std::string& status = "complete",
                   bool all_rounds = true) {
    results::Run run;
    run.experiment_id = experiment_;
    run.variant = "x";
    run.workers = run.rounds_planned = 2;
    run.learning_hash = hash;
    const std::int64_t id = database_.add_run(run);
    Recorder recorder(file_, id);
    recorder.plan({7, 3, "{}", "cpu", ""});
    for (std::int64_t t = 0; t < 2; ++t) {
      Round round;
      round.round = t;
      round.k = 10 + t;
      round.paper_bits = 0.1;
      round.train_loss = 1.0 / 3;
      round.gradient_norm = 2;
      round.participants = 2;
      round.uplink_payload_bytes = 2 * (200 + t);
      round.downlink_payload_bytes = 2 * (150 + t);
      round.update_k = 15;
      if (t == 0 || all_rounds) recorder.round(round, {});
    }
    recorder.evaluation({0, 0, 0.1, 2.3});
    recorder.evaluation({2, 5, 0.6, 1.1});
    Theory theory;
    theory.m_or_p = std::numeric_limits<double>::infinity();
    theory.final_loss = 1.0 / 7;
    recorder.theory(theory);
    recorder.finish(status, status == "complete" ? "" : "because");
    return id;
  }

  Scratch scratch_;
  const std::filesystem::path file_ = scratch_.folder() / "r.sqlite";
  Database database_{file_};
  const std::int64_t experiment_ = database_.add_experiment({"e", "", "", "", "", ""});
};

TEST_F(TrajectoryOf, ARunIsWhatItLearned) {
  Trajectory all = read_trajectory(file_, add("h"));
  EXPECT_EQ(all.plan.t_hat, 7);
  EXPECT_EQ(all.plan.budget_unused, 3);
  EXPECT_EQ(all.plan.host_device, "cpu");
  ASSERT_EQ(all.rounds.size(), 2);
  EXPECT_EQ(all.rounds.at(1).round.k, 11);
  EXPECT_EQ(all.rounds.at(1).round.train_loss, 1.0 / 3);
  EXPECT_FALSE(all.rounds.at(1).round.compressor_input_norm);
  EXPECT_THAT(all.rounds.at(1).uplink_bytes, ElementsAre(201, 201));
  EXPECT_EQ(all.rounds.at(0).update_bytes, 150);
  EXPECT_EQ(all.rounds.at(0).update_k, 15);
  EXPECT_EQ(all.rounds.last_evaluation(), 2);
  EXPECT_EQ(all.rounds.evaluation(0)->accuracy, 0.1);
  EXPECT_FALSE(all.rounds.evaluation(1));
  EXPECT_EQ(all.rounds.evaluation(2)->accuracy, 0.6);
  ASSERT_TRUE(all.theory);
  EXPECT_TRUE(std::isinf(all.theory->m_or_p));
  EXPECT_EQ(all.theory->final_loss, 1.0 / 7);
}

TEST_F(TrajectoryOf, RoundsAreReadAThousandAtATime) {
  results::Run run;
  run.experiment_id = experiment_;
  run.workers = 2;
  run.rounds_planned = 2500;
  const std::int64_t id = database_.add_run(run);
  {
    Recorder recorder(file_, id);
    for (std::int64_t t = 0; t < run.rounds_planned; ++t) {
      if (t % 512 == 0) recorder.evaluation({t, 0, static_cast<double>(t) / 4096, 1});
      Round round;
      round.round = t;
      round.k = 3 * t;
      round.participants = 2;
      recorder.round(round, {});
    }
    recorder.finish("interrupted", "because");
  }
  LearnedRounds rounds(file_, id);
  EXPECT_EQ(rounds.size(), 2500);
  EXPECT_EQ(rounds.last_evaluation(), 2048);
  for (const std::int64_t t : {0, 1, 1023, 1024, 1025, 2047, 2048, 2499, 5}) {
    EXPECT_EQ(rounds.at(t).round.round, t);
    EXPECT_EQ(rounds.at(t).round.k, 3 * t);
  }
  for (std::int64_t t = 0; t < 2500; ++t) {
    const auto evaluation = rounds.evaluation(t);
    ASSERT_EQ(evaluation.has_value(), t % 512 == 0) << t;
    if (evaluation) {
      EXPECT_EQ(evaluation->accuracy, static_cast<double>(t) / 4096);
    }
  }
}

TEST_F(TrajectoryOf, RowsThatAreGoneAreAnError) {
  LearnedRounds rounds(file_, add("h"));
  EXPECT_EQ(rounds.size(), 2);
  execute(file_, "DELETE FROM rounds WHERE round = 1");
  EXPECT_THROW(rounds.at(0), DatabaseError);
}

TEST_F(TrajectoryOf, ARoundWhoseMessagesDifferInSizeIsNotRepeated) {
  LearnedRounds rounds(file_, add("h"));
  execute(file_,
          "UPDATE rounds SET uplink_payload_bytes = uplink_payload_bytes + 1 WHERE round = 1");
  EXPECT_THROW(rounds.at(0), DatabaseError);
}

TEST_F(TrajectoryOf, TheFirstGenerationUnderWayIsKnown) {
  const auto add_at = [&](std::int64_t place, const std::string& status) {
    results::Run run;
    run.experiment_id = experiment_;
    run.variant = "v" + std::to_string(place);
    run.place = place;
    run.network_hash = "one";
    const std::int64_t id = database_.add_run(run);
    if (status != "running") database_.finish_run(id, status, "");
  };
  const auto under_way = [&] { return generation_under_way(file_, experiment_, "one"); };
  add_at(0, "complete");
  add_at(1, "failed");
  EXPECT_EQ(under_way(), std::nullopt);
  add_at(4, "running");  // the third there
  EXPECT_EQ(under_way(), 2);
  EXPECT_EQ(generation_under_way(file_, experiment_, "another"), std::nullopt);
  EXPECT_EQ(generation_under_way(file_, experiment_ + 1, "one"), std::nullopt);
}

TEST_F(TrajectoryOf, ARoundThatMissedSomebodyIsNotRepeated) {
  results::Run run;
  run.experiment_id = experiment_;
  run.workers = run.rounds_planned = 2;
  const std::int64_t id = database_.add_run(run);
  {
    Recorder recorder(file_, id);
    Round round;
    round.participants = 1;
    recorder.round(round, {});
    recorder.finish("complete");
  }
  EXPECT_EQ(LearnedRounds(file_, id).size(), 0);
}

TEST_F(TrajectoryOf, TheFirstCompleteRunWithTheHashIsFound) {
  add("other");
  add("mine", "failed");
  const std::int64_t first = add("mine");
  add("mine");
  EXPECT_EQ(find_learned(file_, "mine"), first);
  EXPECT_FALSE(find_learned(file_, "nobody"));
  EXPECT_FALSE(find_learned(scratch_.folder() / "none.sqlite", "mine"));
}

TEST_F(TrajectoryOf, RunsOverOneNetworkDrawFromTheGenerationsBeforeThem) {
  std::vector<std::int64_t> runs;
  for (std::int64_t place = 0; place < 6; ++place) {
    results::Run run;
    run.experiment_id = experiment_;
    run.variant = "v" + std::to_string(place);
    run.place = place;
    run.network_hash = place == 2 ? "another" : "one";
    runs.push_back(database_.add_run(run));
    Recorder recorder(file_, runs.back());
    for (std::int64_t t = 0; t < 3; ++t) {
      Round round;
      round.round = t;
      round.uplink_s = static_cast<double>(10 * place + t);
      round.fidelity = t == 0 ? "settling" : t == 1 ? "packet" : "drawn";
      recorder.round(round, {});
    }
    recorder.finish(place == 1 ? "failed" : "complete");
  }
  const auto drawn_from = [&](std::size_t run) {
    std::vector<double> seen;
    for (const Round& round : rounds_to_draw_from(file_, runs[run])) seen.push_back(round.uplink_s);
    return seen;
  };
  // Generations 0, 1, -, 2, 2, 3; run 1 has failed.
  EXPECT_THAT(drawn_from(0), ElementsAre());
  EXPECT_THAT(drawn_from(1), ElementsAre(1));
  EXPECT_THAT(drawn_from(2), ElementsAre());
  EXPECT_THAT(drawn_from(3), ElementsAre(1));
  EXPECT_THAT(drawn_from(4), ElementsAre(1));
  EXPECT_THAT(drawn_from(5), ElementsAre(1, 31, 41));
}

TEST_F(TrajectoryOf, ARunThatHasNotAllItsRowsIsRefused) {
  EXPECT_THROW(read_trajectory(file_, add("h", "interrupted")), DatabaseError);
  EXPECT_THROW(read_trajectory(file_, add("h", "complete", false)), DatabaseError);
  EXPECT_THROW(read_trajectory(file_, 99), DatabaseError);
}

}  // namespace
}  // namespace gradwave::results
