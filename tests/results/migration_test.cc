// SPDX-License-Identifier: GPL-2.0-only
// Files of earlier versions. data/version2.sqlite is what gradwave 0.1.0 made of two runs, one over
// a wire and one over Wi-Fi; data/version1.sqlite holds the same rows as version 1 did,
// version1-first.sqlite as its first files did, whose evaluations had no sums, and version3.sqlite
// as version 3 did, with what a pilot measured in the first run; version4.sqlite to
// version10.sqlite are that file as versions 4 to 10 brought it up to date.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "results/compare.h"
#include "results/database.h"
#include "results/query.h"
#include "tests/results/scratch.h"

namespace gradwave::results {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

using RowsOf = std::vector<std::vector<Value>>;

class Migration : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    fs::copy_file(fs::path(GRADWAVE_SOURCE "/tests/results/data") / GetParam(), file_);
    fs::permissions(file_, fs::perms::owner_write, fs::perm_options::add);
  }

  RowsOf rows(const std::string& sql) const { return query(file_, sql).rows; }
  std::int64_t integer(const std::string& sql) const {
    return std::get<std::int64_t>(rows(sql).at(0).at(0));
  }
  std::string bytes() const {
    std::ifstream stream(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  bool is_before(int version) const { return integer("PRAGMA user_version") < version; }
  // Every row of every table, but for what only some files know.
  std::vector<RowsOf> contents() const {
    std::vector<RowsOf> all;
    for (const char* table : {"experiments", "rounds", "transfers", "evaluations", "progress",
                              "transfer_counters", "time_to_accuracy", "theory", "bounds"}) {
      all.push_back(rows("SELECT * FROM " + std::string(table)));
    }
    all.push_back(rows("SELECT id, variant, seed, settings, status, started_at, t_hat FROM runs"));
    return all;
  }
  void migrate() const { Database database(file_); }
  void record_a_run() const {
    Database database(file_);
    results::Run run;
    run.experiment_id = 1;
    run.variant = "new";
    run.seed = 1;
    Recorder recorder(file_, database.add_run(run));
    recorder.plan({-1, 0, "", "cpu"});
    Transfer transfer;
    transfer.direction = "uplink";
    transfer.counters = {{"airtime_s", 0.25}};
    recorder.round({}, {transfer});
    recorder.evaluation({1, 1, 0.5, 1});
    recorder.finish("complete");
  }

  const Scratch scratch_;
  const fs::path file_ = scratch_.folder() / "results.sqlite";
};

INSTANTIATE_TEST_SUITE_P(Of, Migration,
                         testing::Values("version1-first.sqlite", "version1.sqlite",
                                         "version2.sqlite", "version3.sqlite", "version4.sqlite",
                                         "version5.sqlite", "version6.sqlite", "version7.sqlite",
                                         "version8.sqlite", "version9.sqlite", "version10.sqlite"),
                         [](const auto& file) {
                           std::string name = fs::path(file.param).stem();
                           name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
                           return name;
                         });

TEST_P(Migration, KeepsTheRowsAndTakesNewOnes) {
  record_a_run();
  EXPECT_EQ(integer("PRAGMA user_version"), 11);
  EXPECT_EQ(integer("SELECT count(*) FROM runs"), 3);
  EXPECT_EQ(integer("SELECT count(*) FROM rounds"), 4 + 4 + 1);
  EXPECT_EQ(integer("SELECT count(*) FROM transfers"), 16 + 16 + 1);
  EXPECT_EQ(integer("SELECT count(*) FROM evaluations"), 3 + 3 + 1);
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE id = 3 AND host_device = 'cpu' AND "
                    "status = 'complete'"),
            1);
  EXPECT_EQ(rows("PRAGMA integrity_check"), (RowsOf{{std::string("ok")}}));
  EXPECT_EQ(rows("PRAGMA foreign_key_check"), RowsOf{});
}

TEST_P(Migration, MakesWhatANewFileHas) {
  migrate();
  const fs::path fresh = scratch_.folder() / "new.sqlite";
  { Database database(fresh); }
  const std::string schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2";
  EXPECT_EQ(rows(schema), query(fresh, schema).rows);
}

TEST_P(Migration, TurnsZerosThatMeantNothingIntoNullsAndCountersIntoJson) {
  migrate();
  EXPECT_EQ(rows("SELECT DISTINCT distance_m, counters FROM transfers WHERE run_id = 1"),
            (RowsOf{{std::monostate(), std::string(R"({"phy_rate_bps":100000000.0})")}}));
  EXPECT_EQ(rows("SELECT count(*), count(airtime_s) FROM rounds WHERE run_id = 1"),
            (RowsOf{{std::int64_t{4}, std::int64_t{0}}}));
  EXPECT_EQ(rows("SELECT count(airtime_s), round(sum(airtime_s), 9) FROM rounds WHERE run_id = 2"),
            (RowsOf{{std::int64_t{4}, 0.003244024}}));
  EXPECT_EQ(rows("SELECT round(distance_m, 4), counters FROM transfers WHERE run_id = 2 AND "
                 "round = 0 ORDER BY worker, direction"),
            (RowsOf{{29.4075, std::string(R"({"mac_retries":0.0,"phy_rate_bps":73125000.0})")},
                    {29.4075, std::string(R"({"mac_retries":1.0,"phy_rate_bps":73125000.0})")},
                    {22.3168, std::string(R"({"mac_retries":0.0,"phy_rate_bps":97500000.0})")},
                    {22.3168, std::string(R"({"mac_retries":1.0,"phy_rate_bps":97500000.0})")}}));
  EXPECT_EQ(rows("SELECT uplink_bits, downlink_bits FROM evaluations WHERE run_id = 2 ORDER BY "
                 "round"),
            (RowsOf{{std::int64_t{0}, std::int64_t{0}},
                    {std::int64_t{22112}, std::int64_t{41728}},
                    {std::int64_t{44224}, std::int64_t{85600}}}));
}

TEST_P(Migration, AMeanRateKeepsItsLastDigit) {
  if (!is_before(3)) return;  // where the rate was a column
  const double rate = 1e9 / 7;
  execute(file_,
          "UPDATE transfers SET phy_rate_bps = 1e9 / 7 WHERE run_id = 2; "
          "UPDATE transfers SET phy_rate_bps = 0 WHERE run_id = 1");
  migrate();
  EXPECT_EQ(rows("SELECT DISTINCT value FROM transfer_counters WHERE counter = 'phy_rate_bps'"),
            (RowsOf{{rate}}));
  EXPECT_EQ(integer("SELECT count(*) FROM transfers WHERE run_id = 1 AND counters IS NULL"), 16);
}

TEST_P(Migration, ThePilotsVarianceIsThatOfTheMean) {
  migrate();
  EXPECT_EQ(integer("SELECT count(*) FROM theory"), 0);
  EXPECT_EQ(integer("SELECT count(*) FROM rounds WHERE compressor_input_norm IS NULL"), 8);
  if (GetParam() < std::string("version3.sqlite")) return;
  EXPECT_EQ(rows("SELECT json_extract(pilot, '$.worker_variance'), workers * json_extract(pilot, "
                 "'$.gradient_variance'), json_extract(pilot, '$.t_hat') FROM runs WHERE id = 1"),
            (RowsOf{{0.5, 0.5, std::int64_t{13}}}));
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE pilot IS NULL"), 1);
}

TEST_P(Migration, AnOldFileIsReadAsIfItWereNewAndStaysAsItIs) {
  const std::string before = bytes();
  const auto seen = contents();
  const std::string print = fingerprint(file_);
  std::ostringstream compared;
  results::print(compare(file_, "", std::nullopt), compared);
  EXPECT_THAT(compared.str(), HasSubstr("Top-K over Wi-Fi"));
  EXPECT_EQ(bytes(), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch_.folder()), fs::directory_iterator()), 1);

  migrate();
  EXPECT_NE(bytes(), before);
  EXPECT_EQ(contents(), seen);
  EXPECT_EQ(fingerprint(file_), print);
}

TEST_P(Migration, AnOldFileInAReadOnlyFolderCanBeAsked) {
  fs::permissions(file_, fs::perms::owner_read | fs::perms::others_read);
  fs::permissions(scratch_.folder(), fs::perms::owner_exec | fs::perms::others_exec);
  const pid_t child = fork();
  if (child == 0) {
    // Permissions mean nothing to root.
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(2);
    try {
      const bool all = integer("SELECT count(*) FROM progress") == 6 && !fingerprint(file_).empty();
      _exit(all ? 0 : 1);
    } catch (const std::exception&) {
      _exit(3);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_P(Migration, KilledAtAnyMomentLeavesAFileThatIsOldOrNewAndWhole) {
  const std::string print = fingerprint(file_);
  const std::string old = bytes();
  for (int delay_us = 0; delay_us < 20000; delay_us += 1000) {
    for (const char* beside : {"-wal", "-shm", "-journal"}) fs::remove(file_.string() + beside);
    std::ofstream(file_, std::ios::binary) << old;
    const pid_t child = fork();
    if (child == 0) {
      { Database database(file_); }
      _exit(0);
    }
    usleep(static_cast<useconds_t>(delay_us));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    ASSERT_EQ(fingerprint(file_), print) << "after " << delay_us << " us";
    ASSERT_EQ(rows("PRAGMA integrity_check"), (RowsOf{{std::string("ok")}}));
  }
  record_a_run();
}

TEST_P(Migration, ProgramsThatStartTogetherDoItOnce) {
  const std::string print = fingerprint(file_);
  const auto start = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  std::vector<pid_t> programs(6);
  for (pid_t& program : programs) {
    program = fork();
    if (program != 0) continue;
    std::this_thread::sleep_until(start);
    try {
      { Database database(file_); }
      _exit(fingerprint(file_) == print ? 0 : 1);
    } catch (const std::exception&) {
      _exit(2);
    }
  }
  for (const pid_t program : programs) {
    int status = 0;
    waitpid(program, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(integer("PRAGMA user_version"), 11);
}

TEST_P(Migration, KeepsWhatOthersHaveAddedToTheFile) {
  const bool were_columns = is_before(3);  // mac_retries was one
  execute(file_,
          "CREATE TABLE notes (run_id INTEGER REFERENCES runs(id), note TEXT); "
          "INSERT INTO notes VALUES (1, 'mine'); "
          "CREATE VIEW losses AS SELECT loss FROM evaluations; "
          "CREATE INDEX by_loss ON evaluations(loss); "
          "CREATE INDEX by_retries ON transfers(" +
              std::string(were_columns ? "mac_retries" : "counters") + ")");
  migrate();
  EXPECT_EQ(rows("SELECT note FROM notes"), (RowsOf{{std::string("mine")}}));
  EXPECT_EQ(integer("SELECT count(*) FROM losses"), 6);
  EXPECT_EQ(rows("SELECT name FROM sqlite_master WHERE name LIKE 'by\\_%' ESCAPE '\\' "
                 "ORDER BY name"),
            were_columns ? (RowsOf{{std::string("by_loss")}})
                         : (RowsOf{{std::string("by_loss")}, {std::string("by_retries")}}));
  EXPECT_EQ(rows("SELECT \"table\" FROM pragma_foreign_key_list('notes')"),
            (RowsOf{{std::string("runs")}}));
}

// Its statements would no longer fit the tables.
TEST_P(Migration, WaitsForTheEndOfARunThatAnEarlierGradwaveWrites) {
  const std::string claim = "UPDATE runs SET status = 'running', host_process = '";
  execute(file_, claim + this_process() + "' WHERE id = 2");
  try {
    migrate();
    FAIL() << "migrated";
  } catch (const DatabaseError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr(file_.string()), HasSubstr("run 2")));
  }
  EXPECT_EQ(integer("SELECT count(*) FROM runs"), 2);
  execute(file_, claim + "elsewhere x 1 2' WHERE id = 2");
  migrate();
  EXPECT_EQ(integer("PRAGMA user_version"), 11);
}

}  // namespace
}  // namespace gradwave::results
