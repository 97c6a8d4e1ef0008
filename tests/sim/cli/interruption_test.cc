// SPDX-License-Identifier: GPL-2.0-only
// Campaigns that signals, full disks and files that change under them disturb.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

#include "results/database.h"
#include "results/query.h"

namespace gradwave {
namespace {

namespace fs = std::filesystem;

constexpr const char* kScenario = R"(
name = "one"
seeds = [1]
[team]
workers = 2
[data]
dataset = "mnist"
path = "images"
[model]
hidden = []
[training]
rounds = 100000
batch = 4
evaluate_every = 100000
[compute]
device = "jetson-nano"
[host]
device = "cpu"
[link]
technology = "wire"
[theory]
pilot_rounds = 0
[[variant]]
name = "a"
)";

class Interruption : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "images");
    std::ofstream(folder_ / "one.toml") << kScenario;
    write_images(0);
  }
  void TearDown() override {
    if (!HasFailure()) fs::remove_all(folder_);
  }

  // In MNIST's form, 8 x 8.
  void write_images(int offset) const {
    const auto number = [](std::ofstream& file, std::uint32_t value) {
      for (int shift = 24; shift >= 0; shift -= 8) file.put(static_cast<char>(value >> shift));
    };
    for (const auto& [part, count] : {std::pair("train", 120), std::pair("t10k", 40)}) {
      std::ofstream images(folder_ / "images" / (std::string(part) + "-images-idx3-ubyte"),
                           std::ios::binary);
      std::ofstream labels(folder_ / "images" / (std::string(part) + "-labels-idx1-ubyte"),
                           std::ios::binary);
      for (const std::uint32_t word : {2051, count, 8, 8}) number(images, word);
      for (const std::uint32_t word : {2049, count}) number(labels, word);
      for (int i = 0; i < count; ++i) {
        labels.put(static_cast<char>(i % 2));
        for (int pixel = 0; pixel < 64; ++pixel) {
          images.put(
              static_cast<char>((pixel < 32 && i % 2 == 1 ? 120 : (7 * i + pixel) % 20) + offset));
        }
      }
    }
  }

  // Standard output and error go to out.txt.
  pid_t begin(const std::string& arguments, const std::string& before = "") const {
    const std::string command = "cd '" + folder_.string() + "' && " + before + "exec " +
                                GRADWAVE_BINARY + " " + arguments + " >out.txt 2>&1";
    const pid_t pid = fork();
    if (pid != 0) return pid;
    setpgid(0, 0);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  static int end(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  int gradwave(const std::string& arguments, const std::string& before = "") const {
    return end(begin(arguments, before));
  }
  std::string output() const {
    std::ifstream stream(folder_ / "out.txt");
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static void wait_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (!done()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  results::Value ask(const std::string& sql) const {
    return results::query(folder_ / "results.sqlite", sql).rows.at(0).at(0);
  }
  std::int64_t integer(const std::string& sql) const { return std::get<std::int64_t>(ask(sql)); }
  std::string text(const std::string& sql) const { return std::get<std::string>(ask(sql)); }
  // Once it has stored a round.
  pid_t process_of_a_run() const {
    pid_t pid = 0;
    wait_until([&] {
      try {
        std::string host, boot;
        std::istringstream words(
            text("SELECT coalesce(max(host_process), '') FROM runs WHERE status = 'running' AND id "
                 "IN (SELECT run_id FROM rounds)"));
        return static_cast<bool>(words >> host >> boot >> pid);
      } catch (const results::DatabaseError&) {
        return false;  // there is no file yet
      }
    });
    return pid;
  }
  void change(const std::string& sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "results.sqlite").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      ("gradwave-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(Interruption, ARunThatIsKilledIsTriedOnceMoreByTheSameCommandAndThenFailed) {
  const auto kill_it = [&](const std::string& options = "") {
    const pid_t campaign = begin("run one.toml" + options);
    kill(process_of_a_run(), SIGKILL);
    return end(campaign);
  };
  EXPECT_EQ(kill_it(), 1);
  EXPECT_EQ(text("SELECT status FROM runs"), "interrupted");
  EXPECT_THAT(text("SELECT error FROM runs"), testing::HasSubstr("SIGKILL"));
  EXPECT_EQ(kill_it(), 1);
  EXPECT_EQ(text("SELECT status FROM runs"), "failed");
  EXPECT_EQ(integer("SELECT host_attempts FROM runs"), 2);
  EXPECT_EQ(gradwave("run one.toml"), 1);
  EXPECT_EQ(integer("SELECT host_attempts FROM runs"), 2) << "not a third time";
  EXPECT_EQ(kill_it(" --retry-failed"), 1);
  EXPECT_EQ(text("SELECT status FROM runs"), "interrupted") << "counted from the start";
  EXPECT_EQ(integer("SELECT count(*) FROM runs"), 1);
}

TEST_F(Interruption, ASignalIsReportedAsWhatItIs) {
  for (const auto& [signal, name] : {std::pair(SIGTERM, "SIGTERM"), std::pair(SIGINT, "SIGINT")}) {
    const pid_t campaign = begin("run one.toml");
    process_of_a_run();
    // As `timeout` does: to its child, and to its group.
    kill(campaign, signal);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    kill(-campaign, signal);
    EXPECT_EQ(end(campaign), 128 + signal);
    EXPECT_EQ(text("SELECT status FROM runs"), "interrupted");
    EXPECT_EQ(text("SELECT error FROM runs"), std::string("stopped by ") + name);
    change("UPDATE runs SET error = NULL");
  }
  const pid_t campaign = begin("run one.toml");
  kill(process_of_a_run(), SIGTERM);  // the run alone, as a batch system may
  EXPECT_EQ(end(campaign), 1);
  EXPECT_EQ(text("SELECT error FROM runs"), "stopped by SIGTERM");
}

// It holds the data, and may be what the kernel ends where memory runs out.
TEST_F(Interruption, AProcessThatStartsRunsAndIsKilledIsReplaced) {
  std::ofstream(folder_ / "one.toml", std::ios::app) << "[[variant]]\nname = \"b\"\n"
                                                        "compression.ratio = 16\n";
  const pid_t campaign =
      begin("run one.toml --jobs 1 --set training.rounds=9000 --set training.evaluate_every=9000");
  process_of_a_run();
  ASSERT_EQ(std::system(
                ("kill -9 $(pgrep -o -P " + std::to_string(campaign) + " -f fork-server)").c_str()),
            0);
  EXPECT_EQ(end(campaign), 0) << output();
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'complete'"), 2);
}

TEST_F(Interruption, AFullDiskStopsTheCampaignAndTheSameCommandCompletesIt) {
  const std::string run =
      "run one.toml --jobs 1 --set training.rounds=1500 --set training.evaluate_every=1500";
  ASSERT_EQ(gradwave(run), 0) << output();
  const std::string whole = results::fingerprint(folder_ / "results.sqlite");
  fs::remove(folder_ / "results.sqlite");
  EXPECT_EQ(gradwave(run, "ulimit -f 600; "), 1);
  EXPECT_EQ(text("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'failed'"), 0);
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'complete'"), 0);
  EXPECT_EQ(gradwave(run), 0) << output();
  EXPECT_EQ(results::fingerprint(folder_ / "results.sqlite"), whole);
}

TEST_F(Interruption, WhatIsWrittenToTheDataDuringARunChangesNothing) {
  const std::string run =
      "run one.toml --jobs 1 --set training.rounds=12000 --set training.evaluate_every=4000";
  ASSERT_EQ(gradwave(run), 0) << output();
  const std::string whole = results::fingerprint(folder_ / "results.sqlite");
  fs::remove(folder_ / "results.sqlite");
  const pid_t campaign = begin(run);
  process_of_a_run();
  write_images(100);
  fs::resize_file(folder_ / "images" / "train-images-idx3-ubyte", 100);
  EXPECT_EQ(end(campaign), 0) << output();
  EXPECT_EQ(results::fingerprint(folder_ / "results.sqlite"), whole);
}

// By the hash of before, later campaigns would repeat what it learned from other bytes.
TEST_F(Interruption, ARunWhoseDataWereWrittenToBeforeItReadThemFails) {
  const std::string run = "run one.toml --set training.rounds=20 --set training.evaluate_every=20";
  ASSERT_EQ(gradwave(run), 0) << output();
  EXPECT_EQ(gradwave("rerun 1 --verify"), 0) << output();
  change("UPDATE runs SET status = 'interrupted'");
  write_images(100);
  EXPECT_EQ(gradwave("run-stored --run 1"), 0);
  EXPECT_EQ(text("SELECT status FROM runs"), "failed");
  EXPECT_EQ(gradwave(run), 0) << output();
  EXPECT_EQ(integer("SELECT count(*) FROM experiments"), 2) << "other data, another experiment";
}

TEST_F(Interruption, ADamagedCheckpointIsNotResumedFrom) {
  const std::string run =
      "run one.toml --set training.rounds=40 --set training.evaluate_every=10 --set "
      "checkpoint.folder=learners --set checkpoint.every=20";
  ASSERT_EQ(gradwave(run), 0) << output();
  const std::string whole = results::fingerprint(folder_ / "results.sqlite");
  const fs::path file = folder_ / "learners" / "results-run-1.pt";
  {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(fs::file_size(file) / 2));
    const int byte = stream.peek();
    stream.seekp(static_cast<std::streamoff>(fs::file_size(file) / 2));
    stream.put(static_cast<char>(byte ^ 4));
  }
  change("UPDATE runs SET status = 'interrupted'");
  EXPECT_EQ(gradwave(run), 0) << output();
  EXPECT_THAT(output(), testing::HasSubstr("starts again from round 0"));
  EXPECT_EQ(results::fingerprint(folder_ / "results.sqlite"), whole);
}

}  // namespace
}  // namespace gradwave
