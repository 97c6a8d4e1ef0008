// SPDX-License-Identifier: GPL-2.0-only
// Files that others hold, forbid, fill or have written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "results/database.h"
#include "results/query.h"
#include "tests/results/scratch.h"

namespace gradwave::results {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

// What `work` says, or the DatabaseError it throws, in a process of its own.
std::string in_a_child(const std::function<std::string()>& work) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    std::string said;
    try {
      said = work();
    } catch (const DatabaseError& error) {
      said = error.what();
    }
    const bool heard = write(ends[1], said.data(), said.size()) >= 0;
    _exit(heard ? 0 : 1);
  }
  close(ends[1]);
  std::string said;
  char buffer[512];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) said.append(buffer, n);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << "the child ended badly after \"" << said << '"';
  return said;
}

// Permissions mean nothing to root.
void become_nobody() {
  if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(2);
}

class Access : public testing::Test {
 protected:
  std::int64_t new_run() const {
    Database database(file_);
    results::Run run;
    run.experiment_id = database.add_experiment({"e", "", "", "", "", ""});
    run.variant = "a";
    return database.add_run(run);
  }
  // Rounds with two transfers each, until there is no room.
  std::string record_until_full(std::int64_t run_id) const {
    Recorder recorder(file_, run_id);
    Round round;
    for (int t = 0; t < 100000; ++t) {
      round.round = t;
      recorder.round(round, {{t, 0, 0, "uplink"}, {t, 1, 1, "uplink"}});
      if (t % 4 == 0) usleep(1000);
    }
    recorder.finish("complete");
    return "there was room for all";
  }
  std::string count(const std::string& what) const {
    const Table table = query(file_, "SELECT CAST(count(*) AS TEXT) FROM " + what);
    return std::get<std::string>(table.rows.at(0).at(0));
  }
  std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

  const Scratch scratch_;
  const fs::path folder_ = scratch_.folder();
  const fs::path file_ = folder_ / "results #1, 100%.sqlite";  // a name that a URI would misread
};

TEST_F(Access, SeveralProgramsMayMakeTheFileTogether) {
  const auto start = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  std::vector<std::thread> programs;
  std::vector<std::string> said(6);
  for (std::string& words : said) {
    programs.emplace_back([&] {
      words = in_a_child([&] {
        std::this_thread::sleep_until(start);
        new_run();
        return "made";
      });
    });
  }
  for (std::thread& program : programs) program.join();
  EXPECT_THAT(said, testing::Each("made"));
  EXPECT_EQ(count("runs"), "6");
}

TEST_F(Access, WhoFindsTheFileLockedWaits) {
  new_run();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  std::thread release([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
  });
  EXPECT_EQ(new_run(), 2);
  release.join();
  sqlite3_close(other);
}

TEST_F(Access, AskingLeavesNothingBesideTheFile) {
  new_run();
  EXPECT_EQ(count("runs"), "1");
  EXPECT_EQ(files(), 1);
}

TEST_F(Access, AFileInAReadOnlyFolderCanBeAskedButNotWritten) {
  new_run();
  fs::permissions(file_, fs::perms::others_read | fs::perms::owner_read);
  fs::permissions(folder_, fs::perms::owner_exec | fs::perms::others_exec);
  EXPECT_EQ(in_a_child([&] {
              become_nobody();
              return count("runs");
            }),
            "1");
  EXPECT_THAT(in_a_child([&] {
                become_nobody();
                new_run();
                return "written";
              }),
              AllOf(HasSubstr(file_.string()), HasSubstr("read-only")));
}

TEST_F(Access, AFileThatMayNotBeReadSaysSo) {
  new_run();
  fs::permissions(file_, fs::perms::none);
  EXPECT_THAT(in_a_child([&] {
                become_nobody();
                return count("runs");
              }),
              HasSubstr("cannot be opened"));
}

TEST_F(Access, AFileInAFolderThatMayNotBeSearchedIsNotCalledMissing) {
  new_run();
  fs::permissions(folder_, fs::perms::none);
  EXPECT_THAT(in_a_child([&] {
                become_nobody();
                return count("runs");
              }),
              HasSubstr("Permission denied"));
}

TEST_F(Access, AFileOfALaterVersionIsRefused) {
  new_run();
  execute(file_, "PRAGMA user_version = 99");
  EXPECT_THAT(in_a_child([&] { return count("runs"); }),
              HasSubstr("has schema version 99; this gradwave knows version 11"));
}

TEST_F(Access, AFileOfNoVersionIsRefused) {
  new_run();
  execute(file_, "PRAGMA user_version = 0");
  EXPECT_THAT(in_a_child([&] { return count("runs"); }), HasSubstr("has schema version 0"));
}

TEST_F(Access, ANameThatSqliteTakesForSomethingElseIsRefused) {
  const auto refusal = [](const fs::path& name) {
    return in_a_child([&] {
      Database database(name);
      return "opened";
    });
  };
  EXPECT_THAT(refusal(""), HasSubstr("no name"));
  EXPECT_THAT(refusal(":memory:"), HasSubstr(":memory:: is memory to SQLite"));
  EXPECT_THAT(refusal("file:x.sqlite?mode=memory"), HasSubstr("is an address"));
  EXPECT_THAT(refusal("/dev/null"), HasSubstr("is no file that can hold results"));
}

TEST_F(Access, WhatCanBecomeAResultsFileIsKnownBeforeItIsMade) {
  const auto refusal = [&](const fs::path& name) {
    return in_a_child([&] {
      check_results_file(name);
      return "";
    });
  };
  EXPECT_EQ(refusal(file_), "");
  EXPECT_EQ(refusal("results.sqlite"), "");
  EXPECT_EQ(files(), 0);
  EXPECT_THAT(refusal(folder_), HasSubstr("is a folder"));
  EXPECT_THAT(refusal(folder_ / "nowhere" / "results.sqlite"), HasSubstr("there is no folder"));
  EXPECT_THAT(refusal(folder_ / "nowhere" / ""), HasSubstr("there is no folder"));
}

TEST_F(Access, ATruncatedFileIsAnErrorAndNotAnEmptyOne) {
  new_run();
  fs::resize_file(file_, 5000);
  EXPECT_THAT(in_a_child([&] { return count("runs"); }), HasSubstr("malformed"));
}

// A limit on the size of files stands for a quota.
TEST_F(Access, ARunThatMayNotWriteMoreKeepsWhatItHas) {
  const std::int64_t run = new_run();
  EXPECT_THAT(in_a_child([&] {
                signal(SIGXFSZ, SIG_IGN);
                const rlimit limit = {1 << 20, 1 << 20};
                setrlimit(RLIMIT_FSIZE, &limit);
                return record_until_full(run);
              }),
              HasSubstr("is the disk full?"));
  EXPECT_GT(std::stoi(count("rounds")), 100);
  EXPECT_EQ(count("transfers"), std::to_string(2 * std::stoi(count("rounds"))));
  EXPECT_EQ(count("pragma_integrity_check WHERE integrity_check = 'ok'"), "1");
}

TEST_F(Access, AFullDiskIsNamedAndWhatWasCommittedStays) {
  const std::string said = in_a_child([&] {
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=1m") != 0) {
      return std::string("no disk");
    }
    std::string words;
    try {
      words = record_until_full(new_run());
    } catch (const DatabaseError& error) {
      words = error.what();
    }
    const int rounds = std::stoi(count("rounds"));
    if (rounds < 100) words += "; the first rounds are lost";
    if (count("transfers") != std::to_string(2 * rounds)) words += "; half a round was committed";
    return words;
  });
  if (said == "no disk") GTEST_SKIP() << "may not mount a small disk to fill";
  EXPECT_EQ(said, file_.string() + ": the disk is full");
}

}  // namespace
}  // namespace gradwave::results
