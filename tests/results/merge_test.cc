// SPDX-License-Identifier: GPL-2.0-only
#include "results/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

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
  // In a process of its own, whose exit code says whether it threw.
  pid_t merging(const std::vector<fs::path>& files, const std::string& into,
                rlim_t most_bytes = RLIM_INFINITY) {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    const rlimit limit = {most_bytes, most_bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    _exit(refusal(files, into).empty() ? 0 : 1);
  }
  static int exit_code(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::int64_t count(const std::string& name, const std::string& table) {
    return std::get<std::int64_t>(ask(name, "SELECT count(*) FROM " + table).at(0).at(0));
  }
  void expect_whole(const std::string& name) {
    EXPECT_EQ(ask(name, "PRAGMA integrity_check").at(0).at(0), Value("ok"));
    EXPECT_EQ(ask(name, "PRAGMA foreign_key_check").size(), 0u);
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

// A table that is added to the schema has to be filled by add(), and to be copied.
TEST_F(Merge, RowsOfEveryTableAreCopied) {
  add("a.sqlite", {0, 1});
  merge({file("a.sqlite")}, file("all.sqlite"));
  for (const auto& row : ask("a.sqlite", "SELECT name FROM sqlite_master WHERE type = 'table'")) {
    const auto& table = std::get<std::string>(row.at(0));
    EXPECT_GT(count("a.sqlite", table), 0) << table;
    EXPECT_EQ(count("all.sqlite", table), count("a.sqlite", table)) << table;
  }
}

// An open reader keeps its snapshot; what lies in the -wal stays in the file.
TEST_F(Merge, KeepsTheRowsThatAnotherProgramsOpenFileHasInItsLog) {
  add("all.sqlite", {0}, "first");
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open(file("all.sqlite").c_str(), &reader), SQLITE_OK);
  sqlite3_stmt* rows = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(reader, "SELECT id FROM runs", -1, &rows, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(rows), SQLITE_ROW);
  add("all.sqlite", {0, 1}, "second");
  add("a.sqlite", {0, 1, 2}, "third");
  merge({file("a.sqlite")}, file("all.sqlite"));
  EXPECT_EQ(sqlite3_step(rows), SQLITE_DONE) << "the reader sees the one run that was there";
  sqlite3_finalize(rows);
  sqlite3_close(reader);
  EXPECT_EQ(count("all.sqlite", "experiments"), 3);
  EXPECT_EQ(count("all.sqlite", "runs"), 6);
  EXPECT_EQ(count("all.sqlite", "rounds"), 6);
  expect_whole("all.sqlite");
}

TEST_F(Merge, AFileWhoseWriterWasKilledBesideAReaderTakesMore) {
  add("all.sqlite", {0}, "first");
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open(file("all.sqlite").c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "SELECT * FROM runs", nullptr, nullptr, nullptr), SQLITE_OK);
  const pid_t writer = fork();
  if (writer == 0) {
    add("all.sqlite", {0, 1}, "second", "running");
    raise(SIGKILL);
  }
  EXPECT_EQ(exit_code(writer), -SIGKILL);
  add("a.sqlite", {0}, "third");
  merge({file("a.sqlite")}, file("all.sqlite"));
  sqlite3_close(reader);
  EXPECT_EQ(count("all.sqlite", "runs"), 4);
  EXPECT_EQ(count("all.sqlite", "runs WHERE status = 'interrupted'"), 2);
  expect_whole("all.sqlite");
}

TEST_F(Merge, RunsOfAKilledCampaignAreMergedAsInterrupted) {
  const pid_t writer = fork();
  if (writer == 0) {
    add("a.sqlite", {0, 1}, "s", "running");
    raise(SIGKILL);
  }
  EXPECT_EQ(exit_code(writer), -SIGKILL);
  EXPECT_EQ(merge({file("a.sqlite")}, file("all.sqlite")).runs, 2);
  EXPECT_EQ(count("all.sqlite", "runs WHERE status = 'interrupted'"), 2);
}

TEST_F(Merge, SeveralAtOnceAllEndUpInTheFile) {
  std::vector<pid_t> merges;
  for (int i = 0; i < 6; ++i) {
    const std::string name = std::to_string(i) + ".sqlite";
    add(name, {0, 1}, "scenario " + std::to_string(i));
    merges.push_back(merging({file(name)}, "all.sqlite"));
  }
  for (const pid_t pid : merges) EXPECT_EQ(exit_code(pid), 0);
  EXPECT_EQ(count("all.sqlite", "experiments"), 6);
  EXPECT_EQ(count("all.sqlite", "runs"), 12);
  expect_whole("all.sqlite");
}

TEST_F(Merge, OneThatIsKilledLeavesAllOrNothing) {
  add("all.sqlite", {0}, "first");
  const std::string before = fingerprint(file("all.sqlite"));
  std::vector<std::int64_t> places(40);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int64_t>(i);
  add("a.sqlite", places);
  int killed = 0;
  for (int i = 0; i < 40; ++i) {
    fs::copy_file(file("all.sqlite"), file("copy.sqlite"));
    const pid_t pid = merging({file("a.sqlite")}, "copy.sqlite");
    std::this_thread::sleep_for(std::chrono::microseconds(500 * i));
    kill(pid, SIGKILL);
    killed += exit_code(pid) == 0 ? 0 : 1;
    const std::int64_t runs = count("copy.sqlite", "runs");
    EXPECT_TRUE(runs == 1 || runs == 41) << runs;
    expect_whole("copy.sqlite");
    if (runs == 1) {
      EXPECT_EQ(fingerprint(file("copy.sqlite")), before);
      EXPECT_EQ(merge({file("a.sqlite")}, file("copy.sqlite")).runs, 40);
    }
    for (const char* end : {"", "-wal", "-shm"}) fs::remove(file("copy.sqlite").string() + end);
  }
  EXPECT_GT(killed, 0);
}

TEST_F(Merge, ADiskThatIsFullLeavesTheTargetAsItWas) {
  add("all.sqlite", {0}, "first");
  const std::string before = fingerprint(file("all.sqlite"));
  std::vector<std::int64_t> places(100);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int64_t>(i);
  add("a.sqlite", places);
  int failed = 0;
  for (const rlim_t most_bytes : {1U << 12, 1U << 16, 1U << 17, 1U << 18}) {
    const bool has_failed = exit_code(merging({file("a.sqlite")}, "all.sqlite", most_bytes)) != 0;
    ASSERT_TRUE(has_failed || most_bytes > 1U << 16);
    if (!has_failed) break;
    ++failed;
    EXPECT_EQ(fingerprint(file("all.sqlite")), before);
    expect_whole("all.sqlite");
  }
  EXPECT_GE(failed, 2);
}

TEST_F(Merge, ALinkIsFollowed) {
  fs::create_directory(file("data"));
  add("data/all.sqlite", {0}, "first");
  fs::create_symlink("data/all.sqlite", file("all.sqlite"));
  add("a.sqlite", {0});
  merge({file("a.sqlite")}, file("all.sqlite"));
  EXPECT_TRUE(fs::is_symlink(file("all.sqlite")));
  EXPECT_EQ(count("data/all.sqlite", "runs"), 2);
  EXPECT_NE(refusal({file("data/all.sqlite")}, "all.sqlite"), "") << "the same file";
  EXPECT_EQ(count("data/all.sqlite", "runs"), 2);
}

// run --again makes a second experiment of the same scenario.
TEST_F(Merge, AnExperimentAndItsRepetitionStayTwo) {
  for (const char* name : {"a.sqlite", "whole.sqlite"}) add(name, {0, 2});
  add("a.sqlite", {0, 2});
  EXPECT_EQ(merge({file("a.sqlite")}, file("all.sqlite")).experiments, 2);
  EXPECT_EQ(ask("all.sqlite", "SELECT experiment_id, count(*) FROM runs GROUP BY 1"),
            (std::vector<std::vector<Value>>{{std::int64_t{1}, std::int64_t{2}},
                                             {std::int64_t{2}, std::int64_t{2}}}));
  EXPECT_EQ(fingerprint(file("all.sqlite")), fingerprint(file("a.sqlite")));
  // Shards of both, in their order.
  for (int i = 0; i < 2; ++i) add("b.sqlite", {1, 3});
  EXPECT_EQ(merge({file("b.sqlite")}, file("all.sqlite")).experiments, 0);
  EXPECT_EQ(ask("all.sqlite", "SELECT experiment_id, count(*) FROM runs GROUP BY 1"),
            (std::vector<std::vector<Value>>{{std::int64_t{1}, std::int64_t{4}},
                                             {std::int64_t{2}, std::int64_t{4}}}));
  // The first of the two alone is there.
  merge({file("a.sqlite")}, file("other.sqlite"));
  add("c.sqlite", {1, 3});
  EXPECT_EQ(merge({file("c.sqlite")}, file("other.sqlite")).experiments, 0);
  EXPECT_EQ(ask("other.sqlite", "SELECT count(*) FROM runs"),
            (std::vector<std::vector<Value>>{{std::int64_t{6}}}));
}

TEST_F(Merge, MoreFilesThanSqliteAttachesAndFilesThatCannotBeWritten) {
  std::vector<fs::path> files;
  fs::create_directory(file("shards"));
  for (std::int64_t i = 0; i < 14; ++i) {
    const std::string name = "shards/" + std::to_string(i) + ".sqlite";
    add(name, {i});
    fs::permissions(file(name), fs::perms::owner_read);
    files.push_back(file(name));
  }
  fs::permissions(file("shards"), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(merge(files, file("all.sqlite")).runs, 14);
  EXPECT_EQ(count("all.sqlite", "experiments"), 1);
  fs::permissions(file("shards"), fs::perms::owner_all);
}

TEST_F(Merge, AFileOfAnEarlierVersionIsRefused) {
  fs::copy_file(fs::path(GRADWAVE_SOURCE) / "tests/results/data/version7.sqlite", file("7.sqlite"));
  EXPECT_THAT(refusal({file("7.sqlite")}, "all.sqlite"), HasSubstr("is of version 7"));
}

TEST_F(Merge, ARefusalLeavesATargetOfAnEarlierVersionAtThatVersion) {
  const fs::path earlier = fs::path(GRADWAVE_SOURCE) / "tests/results/data/version10.sqlite";
  fs::copy_file(earlier, file("10.sqlite"));
  fs::copy_file(earlier, file("today.sqlite"));
  Database(file("today.sqlite"));  // brings it up to date
  const auto bytes = [&] {
    std::ifstream in(file("10.sqlite"), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string before = bytes();
  EXPECT_NE(refusal({file("today.sqlite")}, "10.sqlite"), "") << "its runs are there already";
  EXPECT_TRUE(bytes() == before);
}

}  // namespace
}  // namespace gradwave::results
