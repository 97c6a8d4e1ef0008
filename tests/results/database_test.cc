// SPDX-License-Identifier: GPL-2.0-only
#include "results/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <thread>

#include "results/query.h"
#include "tests/results/scratch.h"

namespace gradwave::results {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class DatabaseFile : public testing::Test {
 protected:
  static results::Run run(std::int64_t experiment_id) {
    results::Run run;
    run.experiment_id = experiment_id;
    run.variant = "Top-K";
    run.seed = 7;
    run.workers = 2;
    run.model_size = 10;
    run.rounds_planned = 3;
    return run;
  }
  std::int64_t new_run() {
    Database database(file_);
    return database.add_run(run(database.add_experiment({"e", "text", "hash", "0", "3", "1"})));
  }
  static Round round(std::int64_t t) {
    Round round;
    round.round = t;
    round.start_s = static_cast<double>(t);
    round.latency_s = 1;
    round.uplink_payload_bytes = 100;
    round.downlink_payload_bytes = 25;
    round.paper_bits = 10;
    return round;
  }
  static std::vector<Transfer> transfers(std::int64_t t) {
    std::vector<Transfer> all;
    for (std::int64_t worker = 0; worker < 2; ++worker) {
      all.push_back({t,
                     worker,
                     worker,
                     "uplink",
                     "gradient",
                     5,
                     50,
                     0.5,
                     1.5,
                     10.0,
                     1,
                     {{"mac_retries", 2.0}, {"phy_rate_bps", 54e6}, {"airtime_s", 0.1}}});
    }
    return all;
  }
  std::int64_t integer(const std::string& sql) {
    return std::get<std::int64_t>(query(file_, sql).rows.at(0).at(0));
  }
  std::string text(const std::string& sql) {
    return std::get<std::string>(query(file_, sql).rows.at(0).at(0));
  }
  std::string refusal() {
    try {
      Database database(file_);
      return "";
    } catch (const DatabaseError& error) {
      return error.what();
    }
  }
  // Says that the run goes on in this process, as the table has it.
  void claim(const std::string& process) const {
    execute(file_, "UPDATE runs SET status = 'running', host_process = '" + process + "'");
  }
  static std::string slurp(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  const Scratch scratch_;
  const fs::path folder_ = scratch_.folder();
  fs::path file_ = folder_ / "results.sqlite";
};

TEST_F(DatabaseFile, KeepsRoutesAndWhoSentToWhom) {
  const std::int64_t id = new_run();
  {
    Recorder recorder(file_, id);
    recorder.topologies(
        {{0, true, 3, 2, 0.5, {{0, 1, 2, 0.25, 1, std::nullopt, 0.125, 0.75, 0}, {1}}}});
    std::vector<Transfer> all = transfers(0);
    all[0].peer = 1;
    recorder.round(round(0), all);
    recorder.finish("complete");
  }
  EXPECT_EQ(query(file_, "SELECT * FROM topologies").rows,
            (std::vector<std::vector<Value>>{
                {id, 0.0, std::int64_t{1}, std::int64_t{3}, std::int64_t{2}, 0.5}}));
  const std::monostate none;
  EXPECT_EQ(
      query(file_, "SELECT * FROM routes").rows,
      (std::vector<std::vector<Value>>{
          {id, 0.0, std::int64_t{0}, std::int64_t{1}, std::int64_t{2}, 0.25, std::int64_t{1}, none,
           0.125, 0.75, std::int64_t{0}},
          {id, 0.0, std::int64_t{1}, none, none, none, none, none, none, 0.0, std::int64_t{0}}}));
  EXPECT_EQ(query(file_, "SELECT peer FROM transfers ORDER BY worker").rows.at(0).at(0),
            Value(std::int64_t{1}));
}

TEST_F(DatabaseFile, KeepsTheFilesThatAScenarioNames) {
  Database database(file_);
  const std::int64_t id =
      database.add_experiment({"e", "", "", "", "", "", {{"log.csv", "a,b\n"}, {"plan.svg", ""}}});
  EXPECT_EQ(query(file_, "SELECT * FROM inputs").rows,
            (std::vector<std::vector<Value>>{{id, std::string("log.csv"), std::string("a,b\n")},
                                             {id, std::string("plan.svg"), std::string()}}));
}

TEST_F(DatabaseFile, KeepsEveryValueOfARun) {
  const std::int64_t id = new_run();
  {
    Recorder recorder(file_, id);
    recorder.plan({12, 3, R"({"rounds":4})", "cpu"});
    recorder.round(round(0), transfers(0));
    recorder.evaluation({1, 1.0, 0.25, 2.5});
    recorder.finish("complete");
  }
  const Table row = query(file_, "SELECT * FROM transfers WHERE worker = 1");
  EXPECT_EQ(row.rows.at(0),
            (std::vector<Value>{id, std::int64_t{0}, std::int64_t{1}, std::int64_t{1},
                                std::string("uplink"), std::int64_t{0}, std::monostate(),
                                std::string("gradient"), std::int64_t{5}, std::int64_t{50}, 0.5,
                                1.5, 10.0, std::int64_t{1},
                                std::string(R"({"mac_retries":2.0,"phy_rate_bps":54000000.0,)"
                                            R"("airtime_s":0.1})")}));
  EXPECT_EQ(query(file_, "SELECT counter, value FROM transfer_counters WHERE worker = 1").rows,
            (std::vector<std::vector<Value>>{{std::string("mac_retries"), 2.0},
                                             {std::string("phy_rate_bps"), 54e6},
                                             {std::string("airtime_s"), 0.1}}));
  EXPECT_EQ(integer("SELECT t_hat FROM runs"), 12);
  EXPECT_EQ(text("SELECT status FROM runs"), "complete");
  EXPECT_EQ(integer("SELECT finished_at >= started_at AND host_wall_s >= 0 FROM runs"), 1);
  EXPECT_EQ(integer("SELECT error IS NULL FROM runs"), 1);
}

TEST_F(DatabaseFile, ARunIsHeldAgainstItsBound) {
  const std::int64_t id = new_run();
  Recorder recorder(file_, id);
  recorder.round(round(0), transfers(0));
  recorder.evaluation({1, 1.0, 0.25, 2.5});
  Theory theory;
  theory.theorem = 2;
  theory.m_or_p = 4;
  theory.n_or_q = 2;
  theory.adaptation = 0.5;
  theory.adaptation_by_lemma = -1;
  theory.optimal_loss = 0.25;
  theory.final_loss = 1.5;
  theory.violated = R"(["the step size is too large"])";
  recorder.theory(theory);
  recorder.finish("complete");
  EXPECT_EQ(query(file_,
                  "SELECT theorem, bound_of_fixed_k, bound, bound_by_lemma, reached, "
                  "test_loss, violations FROM bounds")
                .rows,
            (std::vector<std::vector<Value>>{
                {std::int64_t{2}, 6.0, 5.5, 7.0, 1.25, 2.5, std::int64_t{1}}}));
  theory.m_or_p = std::numeric_limits<double>::infinity();
  EXPECT_THROW(recorder.theory(theory), DatabaseError) << "a run has one";
  const std::int64_t other = new_run();
  Recorder(file_, other).theory(theory);
  EXPECT_EQ(query(file_, "SELECT bound FROM bounds WHERE run_id = " + std::to_string(other)).rows,
            (std::vector<std::vector<Value>>{{std::numeric_limits<double>::infinity()}}));
}

TEST_F(DatabaseFile, AMessageThatWasLostHasNoEnd) {
  const std::int64_t id = new_run();
  Recorder recorder(file_, id);
  std::vector<Transfer> all = transfers(0);
  all[1].end_s = std::nullopt;
  recorder.round(round(0), all);
  recorder.finish("complete");
  EXPECT_EQ(integer("SELECT worker FROM transfers WHERE end_s IS NULL"), 1);
}

TEST_F(DatabaseFile, WhatALinkDoesNotHaveIsNullAndNotZero) {
  const std::int64_t id = new_run();
  Recorder recorder(file_, id);
  Transfer transfer;
  transfer.direction = "uplink";
  recorder.plan({-1, 0, "", ""});
  recorder.round(round(0), {transfer});
  transfer.round = 1;
  transfer.counters = {{"snr_db", std::numeric_limits<double>::quiet_NaN()},
                       {"rate_bps", std::numeric_limits<double>::infinity()}};
  recorder.round(round(1), {transfer});
  recorder.finish("complete");
  EXPECT_EQ(integer("SELECT count(*) FROM transfers WHERE distance_m IS NULL AND counters IS NULL"),
            2);
  EXPECT_EQ(integer("SELECT count(*) FROM rounds WHERE airtime_s IS NULL"), 2);
  EXPECT_EQ(integer("SELECT count(*) FROM run_summary WHERE airtime_s IS NULL"), 1);
  EXPECT_EQ(integer("SELECT t_hat IS NULL AND pilot IS NULL AND host_device IS NULL FROM runs"), 1);
  EXPECT_EQ(integer("SELECT count(*) FROM transfer_counters"), 0);
}

TEST_F(DatabaseFile, ProgressHasOneRowAnEvaluationWithWhatAPlotNeeds) {
  const std::int64_t id = new_run();
  Recorder recorder(file_, id);
  recorder.evaluation({0, 0, 0.1, 2});
  recorder.round(round(0), {});
  recorder.evaluation({1, 1.5, 0.2, 1});
  recorder.finish("complete");
  EXPECT_EQ(query(file_,
                  "SELECT experiment, variant, seed, parameters, round, time_s, bits, accuracy, "
                  "loss FROM progress ORDER BY run_id, round")
                .rows,
            (std::vector<std::vector<Value>>{
                {std::string("e"), std::string("Top-K"), std::int64_t{7}, std::string("{}"),
                 std::int64_t{0}, 0.0, std::int64_t{0}, 0.1, 2.0},
                {std::string("e"), std::string("Top-K"), std::int64_t{7}, std::string("{}"),
                 std::int64_t{1}, 1.5, std::int64_t{1000}, 0.2, 1.0}}));
}

TEST_F(DatabaseFile, AnEvaluationHasTheBitsOfTheRoundsBeforeIt) {
  const std::int64_t id = new_run();
  Recorder recorder(file_, id);
  recorder.evaluation({0, 0, 0.1, 2});
  for (int t = 0; t < 3; ++t) recorder.round(round(t), {});
  std::this_thread::sleep_for(std::chrono::milliseconds(700));  // written in between
  recorder.evaluation({3, 3, 0.2, 1});
  recorder.round(round(3), {});
  recorder.finish("complete");
  const Table table =
      query(file_, "SELECT uplink_bits, downlink_bits, paper_bits FROM evaluations ORDER BY round");
  EXPECT_EQ(table.rows.at(0), (std::vector<Value>{std::int64_t{0}, std::int64_t{0}, 0.0}));
  EXPECT_EQ(table.rows.at(1), (std::vector<Value>{std::int64_t{2400}, std::int64_t{600}, 30.0}));
}

TEST_F(DatabaseFile, RowsAreReadableWithinASecondWhileTheRunGoesOn) {
  const std::int64_t id = new_run();
  Recorder recorder(file_, id);
  recorder.round(round(0), transfers(0));
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));  // a slow round: no further call
  EXPECT_EQ(integer("SELECT count(*) FROM rounds"), 1);
  EXPECT_EQ(integer("SELECT count(*) FROM transfers"), 2);
}

TEST_F(DatabaseFile, SeveralProcessesWriteAtOnce) {
  constexpr int kProcesses = 4, kRounds = 200;
  std::vector<std::int64_t> ids;
  for (int i = 0; i < kProcesses; ++i) ids.push_back(new_run());
  std::vector<pid_t> children;
  for (const std::int64_t id : ids) {
    const pid_t child = fork();
    if (child == 0) {
      {
        Recorder recorder(file_, id);
        for (int t = 0; t < kRounds; ++t) {
          recorder.round(round(t), transfers(t));
          usleep(5000);
        }
        recorder.finish("complete");
      }
      _exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(integer("SELECT count(*) FROM rounds"), kProcesses * kRounds);
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'complete'"), kProcesses);
}

TEST_F(DatabaseFile, OpeningItOftenInOneProcessDisturbsNoOther) {
  const std::int64_t id = new_run();
  Database database(file_);
  const pid_t child = fork();
  if (child == 0) {
    {
      Recorder recorder(file_, id);
      recorder.round(round(0), transfers(0));
      recorder.finish("complete");
    }
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(integer("SELECT count(*) FROM rounds"), 1);
  database.add_run(run(1));
  EXPECT_EQ(integer("SELECT count(*) FROM runs"), 2);
}

TEST_F(DatabaseFile, AProcessKilledAtAnyMomentLeavesItsRoundsAndIsFoundOut) {
  const std::int64_t id = new_run();
  const pid_t child = fork();
  if (child == 0) {
    Recorder recorder(file_, id);
    for (int t = 0;; ++t) {
      recorder.round(round(t), transfers(t));
      usleep(1000);
    }
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1300));
  EXPECT_EQ(Database(file_).mark_interrupted(), 0) << "it still lives";
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(Database(file_).mark_interrupted(), 1);
  EXPECT_EQ(text("SELECT status FROM runs"), "interrupted");
  EXPECT_GT(integer("SELECT count(*) FROM rounds"), 100);
  EXPECT_EQ(2 * integer("SELECT count(*) FROM rounds"), integer("SELECT count(*) FROM transfers"))
      << "half a round was committed";
  EXPECT_EQ(text("PRAGMA integrity_check"), "ok");
}

TEST_F(DatabaseFile, ARunOfAnotherMachineIsNotJudged) {
  new_run();
  claim("elsewhere x 1 2");
  EXPECT_EQ(Database(file_).mark_interrupted(), 0);
  EXPECT_EQ(text("SELECT status FROM runs"), "running");
}

// As a program in another container sees a run, whose process number means another process to it.
TEST_F(DatabaseFile, ARunOfAnotherNamespaceOfProcessesIsNotJudged) {
  new_run();
  std::istringstream words(this_process());
  std::string host, boot, pid, start, space;
  words >> host >> boot >> pid >> start >> space;
  EXPECT_THAT(space, testing::StartsWith("pid:["));
  const std::string gone = host + " " + boot + " 999999999 1";
  claim(gone + " pid:[1]");
  EXPECT_EQ(Database(file_).mark_interrupted(), 0);
  claim(gone + " " + space);
  EXPECT_EQ(Database(file_).mark_interrupted(), 1);
  claim(gone);  // by an earlier version
  EXPECT_EQ(Database(file_).mark_interrupted(), 1);
  claim(host + " another-boot 1 1 pid:[1]");  // the machine has been off since
  EXPECT_EQ(Database(file_).mark_interrupted(), 1);
  claim(host + " " + boot + " " + pid + " " + start);  // an earlier version's, and alive
  EXPECT_EQ(Database(file_).mark_interrupted(), 0);
}

TEST_F(DatabaseFile, ALiveRunIsLeftAloneByAProgramInAnotherNamespaceOfProcesses) {
  new_run();
  const pid_t child = fork();
  if (child == 0) {
    const int spaces = CLONE_NEWPID | CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER);
    if (unshare(spaces) != 0) _exit(9);
    const pid_t inside = fork();
    if (inside == 0) {
      if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          mount("proc", "/proc", "proc", 0, nullptr) != 0) {
        _exit(9);
      }
      Database database(file_);
      _exit(database.mark_interrupted() == 0 ? 0 : 1);
    }
    int status = 0;
    waitpid(inside, &status, 0);
    _exit(inside > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 9) GTEST_SKIP() << "may not make a namespace of processes";
  EXPECT_EQ(status, 0);
  EXPECT_EQ(text("SELECT status FROM runs"), "running");
}

TEST_F(DatabaseFile, ANumberThatIsNoneIsNull) {
  const std::int64_t id = new_run();
  Recorder recorder(file_, id);
  Round bad = round(0);
  bad.train_loss = std::numeric_limits<double>::quiet_NaN();
  recorder.round(bad, {});
  recorder.finish("diverged", "loss");
  EXPECT_EQ(integer("SELECT train_loss IS NULL FROM rounds"), 1);
}

TEST_F(DatabaseFile, FinishKeepsAnEarlierVerdict) {
  const std::int64_t id = new_run();
  Database database(file_);
  database.finish_run(id, "failed", "first");
  database.finish_run(id, "interrupted", "second");
  EXPECT_EQ(text("SELECT status || ' ' || error FROM runs"), "failed first");
}

TEST_F(DatabaseFile, AFileThatIsNoDatabaseIsRefusedAndLeftAlone) {
  const std::string letter = "Dear reader, " + std::string(5000, 'x');
  std::ofstream(file_) << letter;
  EXPECT_THAT(refusal(), AllOf(HasSubstr(file_.string()), HasSubstr("it is no SQLite database")));
  EXPECT_EQ(slurp(file_), letter);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(DatabaseFile, AForeignDatabaseIsRefusedAndLeftAlone) {
  ASSERT_EQ(
      std::system(("/usr/bin/python3 -c \"import sqlite3; c = sqlite3.connect('" + file_.string() +
                   "'); c.execute('PRAGMA journal_mode = WAL'); "
                   "c.execute('CREATE TABLE t (x)'); c.commit(); c.close()\"")
                      .c_str()),
      0);
  const std::string before = slurp(file_);
  EXPECT_THAT(refusal(), HasSubstr("a SQLite database of something else"));
  EXPECT_EQ(slurp(file_), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(DatabaseFile, AMissingFolderIsNamed) {
  file_ = folder_ / "nowhere" / "results.sqlite";
  EXPECT_THAT(refusal(), AllOf(HasSubstr(file_.string()), HasSubstr("is its folder there")));
}

TEST_F(DatabaseFile, AFolderInItsPlaceIsRefused) {
  fs::create_directory(file_);
  EXPECT_THAT(refusal(), HasSubstr("is a folder"));
}

TEST_F(DatabaseFile, TheFingerprintSeesEveryRowAndNothingOfTheHost) {
  const auto write = [&](const fs::path& file, double loss) {
    Database database(file);
    const std::int64_t id =
        database.add_run(run(database.add_experiment({"e", "text", "hash", "0", "3", "1"})));
    Recorder recorder(file, id);
    Round one = round(0);
    one.train_loss = loss;
    recorder.round(one, transfers(0));
    recorder.finish("complete");
  };
  write(folder_ / "a", 1.0);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  write(folder_ / "b", 1.0);
  write(folder_ / "c", std::nextafter(1.0, 2.0));
  EXPECT_EQ(fingerprint(folder_ / "a"), fingerprint(folder_ / "b"));
  EXPECT_NE(fingerprint(folder_ / "a"), fingerprint(folder_ / "c"));
}

TEST_F(DatabaseFile, TheFingerprintSeesEveryTableThatHasAKeyOrNone) {
  new_run();
  const std::string before = fingerprint(file_);
  execute(file_, "CREATE TABLE extra (host_s REAL, b INTEGER PRIMARY KEY, a TEXT, bytes BLOB)");
  EXPECT_EQ(fingerprint(file_), before) << "nothing was recorded yet";
  execute(file_, "INSERT INTO extra VALUES (1, 2, 'x', NULL), (1, 1, 'y', NULL)");
  const std::string two = fingerprint(file_);
  EXPECT_NE(two, before);
  execute(file_, "UPDATE extra SET host_s = 5");
  EXPECT_EQ(fingerprint(file_), two);
  execute(file_, "ALTER TABLE extra ADD COLUMN c REAL");
  EXPECT_EQ(fingerprint(file_), two) << "it is empty";
  execute(file_, "UPDATE extra SET bytes = x'0000' WHERE b = 1");
  const std::string blob = fingerprint(file_);
  execute(file_, "UPDATE extra SET bytes = x'0001' WHERE b = 1");
  EXPECT_NE(fingerprint(file_), blob);
}

TEST_F(DatabaseFile, TheFingerprintDoesNotDependOnTheOrderInWhichRowsCame) {
  new_run();
  fs::copy_file(file_, folder_ / "other.sqlite");
  const char* table =
      "CREATE TABLE keyed (x TEXT, y INTEGER, PRIMARY KEY (y, x)); CREATE TABLE plain (x, y)";
  for (const fs::path& file : {file_, folder_ / "other.sqlite"}) execute(file, table);
  execute(file_,
          "INSERT INTO keyed VALUES ('a', 1), ('b', 1), ('a', 2); "
          "INSERT INTO plain VALUES (1, 2), (2, 1)");
  execute(folder_ / "other.sqlite",
          "INSERT INTO keyed VALUES ('a', 2), ('b', 1), ('a', 1); "
          "INSERT INTO plain VALUES (2, 1), (1, 2)");
  EXPECT_EQ(fingerprint(file_), fingerprint(folder_ / "other.sqlite"));
}

TEST_F(DatabaseFile, ARunWhoseProcessDiesIsInterruptedOnceAndThenFailed) {
  const std::int64_t id = new_run();
  Database database(file_);
  const auto status = [&] {
    return std::get<std::string>(query(file_, "SELECT status FROM runs").rows.at(0).at(0));
  };
  database.finish_dead_run(id, "killed");
  EXPECT_EQ(status(), "interrupted");
  ASSERT_TRUE(database.restart_run(id, false));
  database.finish_run(id, "interrupted", "stopped");  // by its user, which does not count
  ASSERT_TRUE(database.restart_run(id, false));
  database.finish_dead_run(id, "killed");
  EXPECT_EQ(status(), "failed");
  EXPECT_FALSE(database.restart_run(id, false)) << "it is not interrupted";
  ASSERT_TRUE(database.restart_run(id, false, "failed"));
  database.finish_dead_run(id, "killed");
  EXPECT_EQ(status(), "interrupted");
  EXPECT_EQ(query(file_, "SELECT host_attempts, host_killed FROM runs").rows.at(0),
            (std::vector<Value>{std::int64_t{4}, std::int64_t{1}}));
}

TEST_F(DatabaseFile, KeepsTheNormalisationOfARun) {
  const std::int64_t id = new_run();
  Plan plan;
  Recorder(file_, id).plan(plan);
  const std::string sql = "SELECT data_mean, data_deviation FROM runs";
  EXPECT_EQ(query(file_, sql).rows.at(0), (std::vector<Value>{std::monostate(), std::monostate()}));
  plan.data_mean = {0.5, 0.25};
  plan.data_deviation = {1, 0.125};
  Recorder(file_, id).plan(plan);
  EXPECT_EQ(query(file_, sql).rows.at(0), (std::vector<Value>{"[0.5,0.25]", "[1.0,0.125]"}));
}

TEST_F(DatabaseFile, KeepsTheSamplesOfEachWorkerByClass) {
  const std::int64_t id = new_run();
  const std::string sql = "SELECT worker, class, samples FROM worker_samples ORDER BY 1, 2";
  Plan plan;
  Recorder(file_, id).plan(plan);
  EXPECT_TRUE(query(file_, sql).rows.empty());
  plan.class_counts = {{3, 0}, {1, 5}};
  Recorder(file_, id).plan(plan);
  const auto row = [](std::int64_t worker, std::int64_t label, std::int64_t samples) {
    return std::vector<Value>{worker, label, samples};
  };
  EXPECT_EQ(query(file_, sql).rows, (std::vector<std::vector<Value>>{row(0, 0, 3), row(0, 1, 0),
                                                                     row(1, 0, 1), row(1, 1, 5)}));
}

}  // namespace
}  // namespace gradwave::results
