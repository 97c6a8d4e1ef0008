// SPDX-License-Identifier: GPL-2.0-only
// The program as its user meets it: a scenario file in, tables and an exit code out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "learning/compression/codec.h"
#include "results/database.h"
#include "results/query.h"
#include "sim/scenario/settings/settings.h"

namespace gradwave {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr const char* kScenario = R"(
name = "small"
seeds = [1, 2]
[team]
workers = 3
[data]
train_samples = 600
test_samples = 200
[model]
hidden = []
[training]
rounds = 6
batch = 8
evaluate_every = 2
[compression]
ratio = 16
gamma = 0.5
t_hat = 2
[compute]
device = "jetson-nano"
[host]
device = "cpu"
[link]
technology = "wire"
[[variant]]
name = "Top-K"
[[variant]]
name = "AdapTop-K"
compression.schedule = "adaptopk"
)";

struct Ended {
  int code = 0;
  std::string output;  // stdout and stderr
};

Ended shell(const std::string& command) {
  Ended ended;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (const std::size_t n = fread(buffer, 1, sizeof buffer, pipe)) {
    ended.output.append(buffer, n);
  }
  const int status = pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

class Gradwave : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(testing::TempDir()) /
        ("gradwave-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write("small.toml", kScenario);
  }
  void TearDown() override {
    if (!HasFailure()) fs::remove_all(folder_);
  }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  std::string slurp(const std::string& name) const {
    std::ifstream stream(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::string in_folder(const std::string& command) const {
    return "cd '" + folder_.string() + "' && " + command;
  }
  Ended gradwave(const std::string& arguments) const {
    return shell(in_folder(std::string(GRADWAVE_BINARY) + " " + arguments));
  }
  results::Table query(const std::string& sql, const std::string& database = "results.sqlite") {
    return results::query(folder_ / database, sql);
  }
  std::int64_t integer(const std::string& sql, const std::string& database = "results.sqlite") {
    return std::get<std::int64_t>(query(sql, database).rows.at(0).at(0));
  }
  std::string text(const std::string& sql) {
    return std::get<std::string>(query(sql).rows.at(0).at(0));
  }
  // As no verb can.
  void change(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "results.sqlite").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  fs::path folder_;
};

TEST_F(Gradwave, RunsAScenarioIntoTheContractsTables) {
  const Ended run = gradwave("run small.toml");
  EXPECT_EQ(run.code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("AdapTop-K"));
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'complete'"), 4);
  EXPECT_EQ(integer("SELECT count(*) FROM rounds"), 4 * 6);
  EXPECT_EQ(integer("SELECT count(*) FROM transfers"), 4 * 6 * 3 * 2);
  EXPECT_EQ(integer("SELECT count(*) FROM evaluations"), 4 * 4);
  EXPECT_EQ(integer("SELECT count(*) FROM run_summary"), 4);
}

TEST_F(Gradwave, RecordsTheBytesThatTheCodecMakesInEveryRound) {
  ASSERT_EQ(gradwave("run small.toml").code, 0);
  const std::int64_t d = 7850;
  for (const auto& row : query("SELECT k, uplink_payload_bytes FROM rounds").rows) {
    EXPECT_EQ(std::get<std::int64_t>(row[1]),
              3 * learning::encoded_bytes(std::get<std::int64_t>(row[0]), d));
  }
  EXPECT_EQ(integer("SELECT count(*) FROM rounds r WHERE uplink_payload_bytes <> (SELECT "
                    "sum(payload_bytes) FROM transfers t WHERE t.run_id = r.run_id AND t.round = "
                    "r.round AND direction = 'uplink')"),
            0);
}

// A set in MNIST's form: images of 8 x 8 whose upper half is bright in class 1, dark in class 0.
void write_idx(const fs::path& folder) {
  const auto number = [](std::ofstream& file, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) file.put(static_cast<char>(value >> shift));
  };
  fs::create_directories(folder);
  for (const auto& [part, count] : {std::pair("train", 120), std::pair("t10k", 40)}) {
    std::ofstream images(folder / (std::string(part) + "-images-idx3-ubyte"), std::ios::binary);
    std::ofstream labels(folder / (std::string(part) + "-labels-idx1-ubyte"), std::ios::binary);
    for (const std::uint32_t word : {2051, count, 8, 8}) number(images, word);
    for (const std::uint32_t word : {2049, count}) number(labels, word);
    for (int i = 0; i < count; ++i) {
      labels.put(static_cast<char>(i % 2));
      for (int pixel = 0; pixel < 64; ++pixel) {
        images.put(static_cast<char>(pixel < 32 && i % 2 == 1 ? 120 : (7 * i + pixel) % 20));
      }
    }
  }
}

TEST_F(Gradwave, LearnsAnySetOfMnistsFormByAChangedPathAlone) {
  write_idx(folder_ / "fashion");
  const Ended run = gradwave(
      "run small.toml --set data.dataset=mnist --set data.path=fashion --set data.train_samples=0 "
      "--set data.test_samples=0 --set training.rounds=60");
  EXPECT_EQ(run.code, 0) << run.output;
  EXPECT_EQ(integer("SELECT DISTINCT model_size FROM runs"), 65 * 2);
  EXPECT_EQ(integer("SELECT count(*) FROM run_summary WHERE accuracy > 0.95"), 4);
}

TEST_F(Gradwave, TrainsANetworkThatPyTorchExported) {
  write_idx(folder_ / "own");
  fs::copy_file(GRADWAVE_SOURCE "/tests/sim/data/small_net.pt", folder_ / "net.pt");
  const std::string changes =
      " --set data.dataset=mnist --set data.path=own --set data.train_samples=0 "
      "--set data.test_samples=0 --set training.rounds=30 "
      "--set model.architecture=torchscript --set model.file=";
  const Ended run = gradwave("run small.toml" + changes + "net.pt");
  EXPECT_EQ(run.code, 0) << run.output;
  EXPECT_EQ(integer("SELECT DISTINCT model_size FROM runs"), 10 * 4 + 2 * 4 + 257 * 2);
  EXPECT_EQ(integer("SELECT count(*) FROM run_summary WHERE accuracy > 0.95"), 4);

  const Ended mismatch = gradwave(
      "validate small.toml --set model.architecture=torchscript "
      "--set model.file=net.pt");
  EXPECT_EQ(mismatch.code, 2);
  EXPECT_THAT(mismatch.output, HasSubstr("net.pt does not take images of 1 x 28 x 28"));

  // A path that begins at home.
  const Ended home = shell(
      in_folder("HOME=$PWD " GRADWAVE_BINARY " validate small.toml" + changes + "'~/net.pt'"));
  EXPECT_EQ(home.code, 0) << home.output;
}

TEST_F(Gradwave, SaysWhatItLearnsOnAndRefusesAGpuThatIsNotThere) {
  EXPECT_THAT(gradwave("validate small.toml --set host.device=cpu").output,
              HasSubstr("learning on cpu;"));
  EXPECT_EQ(gradwave("run small.toml --set host.device=cpu").code, 0);
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE host_device = 'cpu'"), 4);
  const Ended refused = gradwave("run small.toml --db other.sqlite --set host.device=cuda:99");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.output, HasSubstr("host.device = \"cuda:99\": "));
  EXPECT_FALSE(fs::exists(folder_ / "other.sqlite"));
}

TEST_F(Gradwave, WritesCheckpointsWhereTheScenarioSays) {
  const Ended run = gradwave("run small.toml --set checkpoint.folder=learners");
  EXPECT_EQ(run.code, 0) << run.output;
  for (int id = 1; id <= 4; ++id) {
    EXPECT_GT(fs::file_size(folder_ / "learners" / ("results-run-" + std::to_string(id) + ".pt")),
              7850u);
  }
  write("a-file", "");
  const Ended refused = gradwave("run small.toml --set checkpoint.folder=a-file");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.output, HasSubstr("a-file is not a folder"));
  fs::create_directories(folder_ / "elsewhere");
  const Ended another =
      gradwave("run small.toml --set checkpoint.folder=learners --db elsewhere/results.sqlite");
  EXPECT_EQ(another.code, 2);
  EXPECT_THAT(another.output, HasSubstr("would have the same names"));
  EXPECT_FALSE(fs::exists(folder_ / "elsewhere" / "results.sqlite"));
}

TEST_F(Gradwave, BothSchedulesSpendTheSameBudget) {
  ASSERT_EQ(gradwave("run small.toml").code, 0);
  EXPECT_EQ(integer("SELECT count(DISTINCT total) FROM (SELECT sum(k) + (SELECT budget_unused FROM "
                    "runs WHERE id = run_id) AS total FROM rounds GROUP BY run_id)"),
            1);
}

TEST_F(Gradwave, GivesTheSameTablesTwiceAndOthersForAnotherSeed) {
  ASSERT_EQ(gradwave("run small.toml --db a.sqlite --jobs 2").code, 0);
  ASSERT_EQ(gradwave("run small.toml --db b.sqlite --jobs 1").code, 0);
  EXPECT_EQ(results::fingerprint(folder_ / "a.sqlite"), results::fingerprint(folder_ / "b.sqlite"));
  const auto losses = query(
      "SELECT train_loss FROM rounds JOIN runs ON id = run_id WHERE seed = 1 "
      "AND variant = 'Top-K'",
      "a.sqlite");
  const auto others = query(
      "SELECT train_loss FROM rounds JOIN runs ON id = run_id WHERE seed = 2 "
      "AND variant = 'Top-K'",
      "a.sqlite");
  EXPECT_NE(losses.rows, others.rows);
}

// The libraries' own variables stand for processors that have less, or more, than this one.
TEST_F(Gradwave, GivesTheSameTablesWhateverInstructionsTheLibrariesMayTake) {
#ifndef __x86_64__
  GTEST_SKIP() << "nothing is promised here";
#endif
  const auto under = [&](const std::string& variables, const std::string& options = "") {
    fs::remove(folder_ / "results.sqlite");
    const Ended run = shell(in_folder("env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE " + variables +
                                      " " GRADWAVE_BINARY
                                      " run small.toml --variant Top-K --set training.rounds=4 "
                                      "--set compression.error_compensation=true" +
                                      options));
    EXPECT_EQ(run.code, 0) << run.output;
    return results::fingerprint(folder_ / "results.sqlite");
  };
  const std::string less = "ONEDNN_MAX_CPU_ISA=SSE41 ATEN_CPU_CAPABILITY=default";
  std::string sweep = slurp("small.toml");
  sweep.replace(sweep.find("[1, 2]"), 6, "[1]");
  sweep.replace(sweep.find("hidden = []\n"), 12, "hidden = [32]\n");
  write("small.toml", sweep + "[sweep]\nmodel.architecture = [\"mlp\", \"cnn\"]\n");
  const std::string mark = under("");
  EXPECT_EQ(under(less), mark);
  EXPECT_EQ(under("ONEDNN_MAX_CPU_ISA=AVX512_CORE ATEN_CPU_CAPABILITY=avx512 "
                  "OPENBLAS_CORETYPE=SkylakeX"),
            mark);
  EXPECT_EQ(under("GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2 OMP_NUM_THREADS=2 "
                  "OPENBLAS_CORETYPE=Sandybridge OPENBLAS_L2_SIZE=4096 OPENBLAS_BLOCK_FACTOR=50"),
            mark);
  const std::string fastest = " --set host.arithmetic=fastest";
  EXPECT_NE(under(less, fastest), under("", fastest)) << "the limits reach no library";
}

TEST_F(Gradwave, ARunStartedByHandGivesTheSameRowsAndWritesItsProgressNowhere) {
  ASSERT_EQ(gradwave("run small.toml --variant Top-K --set training.rounds=4 "
                     "--set model.hidden=[32]")
                .code,
            0);
  {
    const auto row =
        query("SELECT experiment_id, seed, settings, model_size FROM runs WHERE id = 1").rows.at(0);
    results::Run again;
    again.experiment_id = std::get<std::int64_t>(row[0]);
    again.variant = "again";
    again.seed = std::get<std::int64_t>(row[1]);
    again.settings = std::get<std::string>(row[2]);
    again.workers = 3;
    again.model_size = std::get<std::int64_t>(row[3]);
    again.rounds_planned = 4;
    ASSERT_EQ(results::Database(folder_ / "results.sqlite").add_run(again), 3);
  }
  const Ended ended =
      shell(in_folder("{ env ONEDNN_MAX_CPU_ISA=SSE41 ATEN_CPU_CAPABILITY=default "
                      "OMP_NUM_THREADS=2 " GRADWAVE_BINARY " run-stored --run 3 3>&-; }"));
  EXPECT_EQ(ended.code, 0) << ended.output;
  EXPECT_EQ(ended.output, "");
  EXPECT_EQ(text("SELECT status FROM runs WHERE id = 3"), "complete");
  const std::string rounds = "SELECT round, latency_s, train_loss FROM rounds WHERE run_id = ";
  EXPECT_EQ(query(rounds + "3 ORDER BY round").rows, query(rounds + "1 ORDER BY round").rows);
}

TEST_F(Gradwave, FingerprintSaysBetweenWhichFilesItCanBeEqual) {
  ASSERT_EQ(gradwave("run small.toml --set training.rounds=2").code, 0);
  const Ended print = gradwave("fingerprint");
  EXPECT_THAT(print.output,
              testing::MatchesRegex("[0-9a-f]+\ngradwave [0-9.]+, ns-3 [^\n]+, LibTorch [^\n]+\n"));
  EXPECT_EQ(print.output.substr(0, 17), results::fingerprint(folder_ / "results.sqlite") + "\n");
  ASSERT_EQ(gradwave("run small.toml --set training.rounds=2 --set host.arithmetic=fastest").code,
            0);
  EXPECT_THAT(gradwave("fingerprint").output, HasSubstr("\n4 of 8 runs may differ on another"));
}

TEST_F(Gradwave, AdapTopKWithGammaZeroIsTopKBitForBit) {
  ASSERT_EQ(gradwave("run small.toml --set compression.gamma=0").code, 0);
  const std::string rounds =
      "SELECT rounds.* FROM rounds JOIN runs ON id = run_id WHERE variant = '";
  auto fixed = query(rounds + "Top-K' ORDER BY seed, round").rows;
  auto adaptive = query(rounds + "AdapTop-K' ORDER BY seed, round").rows;
  for (auto* rows : {&fixed, &adaptive}) {
    for (auto& row : *rows) row.erase(row.begin());  // run_id
  }
  EXPECT_EQ(fixed.size(), 12u);
  EXPECT_EQ(fixed, adaptive);
}

TEST_F(Gradwave, VariantsOfASeedShareWeightsBatchesAndPlaces) {
  ASSERT_EQ(gradwave("run small.toml --set link.technology='\"wifi\"'").code, 0);
  EXPECT_EQ(integer("SELECT count(DISTINCT train_loss) FROM rounds WHERE round = 0"), 2);
  EXPECT_EQ(integer("SELECT count(DISTINCT distance_m) FROM transfers"), 2 * 3);
}

TEST_F(Gradwave, KeepsAnEstimatedTHatAndWhatItCameFrom) {
  ASSERT_EQ(
      gradwave("run small.toml --set compression.t_hat=-1 --set compression.pilot_rounds=4").code,
      0);
  EXPECT_EQ(
      integer("SELECT count(*) FROM runs WHERE variant = 'AdapTop-K' AND t_hat BETWEEN 0 AND 6 "
              "AND json_extract(pilot, '$.initial_loss') > 0"),
      2);
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE variant = 'Top-K' AND t_hat IS NULL"), 2);
}

TEST_F(Gradwave, EveryCompleteRunIsHeldAgainstItsBound) {
  ASSERT_EQ(gradwave("run small.toml").code, 0);
  EXPECT_EQ(integer("SELECT count(*) FROM runs"), integer("SELECT count(*) FROM bounds"));
  EXPECT_EQ(integer("SELECT count(*) FROM bounds WHERE bound = bound_of_fixed_k AND "
                    "variant = 'Top-K'"),
            2);
  // Without error compensation the lemma speaks of the gradient.
  EXPECT_EQ(integer("SELECT count(*) FROM rounds WHERE compressor_input_norm IS NOT "
                    "gradient_norm"),
            0);
  ASSERT_EQ(gradwave("run small.toml --set theory.pilot_rounds=0 --db none.sqlite").code, 0);
  EXPECT_THAT(
      gradwave("query \"SELECT count(*) FROM bounds\" --db none.sqlite --format csv").output,
      HasSubstr("\n0\r\n"));
  EXPECT_THAT(
      gradwave("run small.toml --set theory.pilot_rounds=0 --set compression.t_hat=-1").output,
      HasSubstr("theory.pilot_rounds = 0"));
}

TEST_F(Gradwave, ABadScenarioCreatesNoDatabase) {
  write("bad.toml", "[training]\nrounds = 0\n");
  const Ended run = gradwave("run small.toml bad.toml");
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.output, HasSubstr("bad.toml:2:10: training.rounds = 0: out of range"));
  EXPECT_FALSE(fs::exists(folder_ / "results.sqlite"));
}

TEST_F(Gradwave, AForeignFileIsLeftAsItWas) {
  const std::string letter(5000, 'x');
  write("results.sqlite", letter);
  const Ended run = gradwave("run small.toml");
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.output, HasSubstr("results.sqlite"));
  EXPECT_EQ(slurp("results.sqlite"), letter);
}

// Of one seed all robots on a disc are in reach, and of another one they are not.
TEST_F(Gradwave, RefusesRobotsOutOfReachOfWhicheverSeed) {
  std::string text = slurp("small.toml");
  const auto refused = [&](const std::string& seeds) {
    std::string with = text;
    with.replace(with.find("[1, 2]"), 6, seeds);
    write("reach.toml", with);
    return gradwave(
               "validate reach.toml --set link.technology='\"wifi\"' "
               "--set placement.layout='\"disc\"' --set placement.radius_m=80")
        .output;
  };
  std::string first, other;
  for (int seed = 1; seed <= 30 && (first.empty() || other.empty()); ++seed) {
    const std::string one = "[" + std::to_string(seed) + "]";
    const bool far = refused(one).find("out of reach with seed") != std::string::npos;
    (far ? other : first) = std::to_string(seed);
  }
  ASSERT_FALSE(first.empty());
  ASSERT_FALSE(other.empty());
  EXPECT_THAT(refused("[" + first + ", " + other + "]"),
              HasSubstr("out of reach with seed " + other));
}

// `validate` warns, and shows where the robots are; `run` refuses.
TEST_F(Gradwave, NamesRobotsOutOfReachAtOnceForEveryTechnology) {
  for (const char* technology : {"wifi", "nr", "lte"}) {
    for (const char* verb : {"run", "validate"}) {
      const Ended ended =
          gradwave(std::string(verb) + " small.toml --set link.technology='\"" + technology +
                   "\"' --set placement.layout='\"circle\"' --set placement.radius_m=90000");
      EXPECT_EQ(ended.code, std::string(verb) == "run" ? 2 : 0) << ended.output;
      EXPECT_THAT(ended.output, HasSubstr("robot 0 (")) << technology;
      EXPECT_FALSE(fs::exists(folder_ / "results.sqlite"));
    }
  }
}

TEST_F(Gradwave, ADivergedRunIsRecordedAsSuch) {
  const Ended run = gradwave(
      "run small.toml --set model.hidden=[32] --set training.learning_rate=1000 "
      "--set training.rounds=200 --set compression.sparsifier='\"none\"' "
      "--set compression.schedule='\"fixed\"'");
  EXPECT_EQ(run.code, 0) << run.output;
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'diverged'"), 4);
  EXPECT_THAT(text("SELECT error FROM runs"), HasSubstr("is not finite"));
}

TEST_F(Gradwave, CtrlCStopsCleanlyAndKeepsTheRounds) {
  const Ended run = shell(in_folder(std::string("timeout -s INT 15 ") + GRADWAVE_BINARY +
                                    " run small.toml --jobs 1 --set training.rounds=1000000"));
  EXPECT_THAT(run.output, HasSubstr("interrupted"));
  EXPECT_EQ(integer("SELECT count(*) FROM runs"), 1);
  EXPECT_EQ(text("SELECT status FROM runs"), "interrupted");
  EXPECT_GT(integer("SELECT count(*) FROM rounds"), 0);
}

TEST_F(Gradwave, AKilledCampaignLeavesItsRoundsAndIsMarkedAtTheNextStart) {
  // kill -9 for the whole process group, as a power cut would.
  shell(in_folder(std::string("timeout -s KILL 15 ") + GRADWAVE_BINARY +
                  " run small.toml --jobs 1 --set training.rounds=1000000"));
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_GT(integer("SELECT count(*) FROM rounds"), 0);
  const Ended next = gradwave("run small.toml");
  EXPECT_EQ(next.code, 0) << next.output;
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'interrupted'"), 1);
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'complete'"), 4);
}

TEST_F(Gradwave, ForecastsCostsAndLearnsFromWhatRunsHaveCost) {
  EXPECT_THAT(gradwave("validate small.toml").output, HasSubstr("by rule of thumb"));
  const Ended first = gradwave("run small.toml --jobs 1");
  EXPECT_THAT(first.output, HasSubstr("forecast, by rule of thumb: "));
  EXPECT_EQ(integer("SELECT count(*) FROM forecasts WHERE measured > 0 AND error IS NOT NULL"),
            4 * 6);
  // The second seed's network has as many events as the first one's, or nearly.
  EXPECT_EQ(integer("SELECT count(*) FROM forecasts WHERE quantity = 'events' AND seed = 2 AND "
                    "abs(error) < 0.05"),
            2);
  EXPECT_THAT(gradwave("validate small.toml").output,
              HasSubstr("after the runs that are there, in results.sqlite"));
  EXPECT_THAT(gradwave("run small.toml --jobs 1 --again").output,
              HasSubstr("forecast, after the runs that are there: "));
  // What host columns say is of no fingerprint.
  const std::string print = results::fingerprint(folder_ / "results.sqlite");
  change("UPDATE runs SET host_forecast = NULL, host_events = 5");
  EXPECT_EQ(results::fingerprint(folder_ / "results.sqlite"), print);
}

TEST_F(Gradwave, BeginsWithTheLongestRunsAndNumbersThemAsTheScenarioDoes) {
  write("long.toml", std::string(kScenario) + "training.rounds = 200\n");
  ASSERT_EQ(gradwave("run long.toml --jobs 1").code, 0);
  const std::string order = "SELECT group_concat(id || variant) FROM (SELECT * FROM runs ORDER BY ";
  EXPECT_EQ(text(order + "id)"), "1Top-K,2AdapTop-K,3Top-K,4AdapTop-K");
  EXPECT_EQ(text(order + "started_at)"), "2AdapTop-K,4AdapTop-K,1Top-K,3Top-K");
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE place <> id - 1"), 0);
  // Also when it goes on.
  change(
      "DELETE FROM evaluations WHERE run_id IN (1, 4); DELETE FROM rounds WHERE run_id IN (1, 4);"
      "DELETE FROM transfers WHERE run_id IN (1, 4); DELETE FROM theory WHERE run_id IN (1, 4);"
      "DELETE FROM runs WHERE id IN (1, 4)");
  ASSERT_EQ(gradwave("run long.toml --jobs 2").code, 0);
  EXPECT_EQ(text(order + "id)"), "1Top-K,2AdapTop-K,3Top-K,4AdapTop-K");
}

TEST_F(Gradwave, ShardsInOneFileHaveTheScenariosNumbers) {
  ASSERT_EQ(gradwave("run small.toml --jobs 1 --shard 2/2").code, 0);
  EXPECT_EQ(integer("SELECT min(id) FROM runs WHERE place > 0 AND id = place + 1"), 2);
  ASSERT_EQ(gradwave("run small.toml --jobs 2").code, 0);
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE id = place + 1 AND status = 'complete'"), 4);
  // A file whose numbers do not say where the first run's was to be.
  ASSERT_EQ(gradwave("run small.toml --jobs 1 --shard 2/2 --db other.sqlite").code, 0);
  const std::string other = "run small.toml --jobs 1 --db merged.sqlite";
  ASSERT_EQ(gradwave("merge other.sqlite --db merged.sqlite").code, 0);
  EXPECT_EQ(gradwave(other).code, 0);
  EXPECT_EQ(
      integer("SELECT count(*) FROM runs WHERE status = 'complete' AND id > 0", "merged.sqlite"),
      4);
}

TEST_F(Gradwave, AnInterruptedRunWithoutARoundBeginsAnewInSpiteOfACheckpoint) {
  const std::string run =
      "run small.toml --jobs 1 --variant Top-K --set checkpoint.folder=learners "
      "--set checkpoint.every=2";
  ASSERT_EQ(gradwave(run).code, 0);
  change(
      "DELETE FROM rounds WHERE run_id = 1; DELETE FROM transfers WHERE run_id = 1;"
      "DELETE FROM theory WHERE run_id = 1; DELETE FROM evaluations WHERE run_id = 1 AND round > 0;"
      "UPDATE runs SET status = 'interrupted' WHERE id = 1");
  const Ended again = gradwave(run);
  EXPECT_EQ(again.code, 0) << again.output;
  EXPECT_EQ(integer("SELECT count(*) FROM rounds WHERE run_id = 1"), 6);
}

TEST_F(Gradwave, ContinuesWhereItStopped) {
  ASSERT_EQ(gradwave("run small.toml --jobs 1").code, 0);
  fs::copy_file(folder_ / "results.sqlite", folder_ / "whole.sqlite");
  // As kill -9 in the middle of the second run, and of those after it nothing.
  change("UPDATE runs SET status = 'interrupted', error = 'x' WHERE id = 2");
  change("DELETE FROM rounds WHERE run_id = 2 AND round > 1");
  for (const char* table : {"transfers", "evaluations", "theory", "rounds"}) {
    change(std::string("DELETE FROM ") + table + " WHERE run_id > 2");
  }
  change("DELETE FROM runs WHERE id > 2");
  const Ended rest = gradwave("run small.toml --jobs 1");
  EXPECT_EQ(rest.code, 0) << rest.output;
  EXPECT_THAT(rest.output, HasSubstr("resuming experiment 1: 1 of 4 runs are done; the others"));
  EXPECT_THAT(rest.output, HasSubstr("[3/3]"));
  EXPECT_EQ(results::fingerprint(folder_ / "results.sqlite"),
            results::fingerprint(folder_ / "whole.sqlite"));

  const Ended nothing = gradwave("run small.toml");
  EXPECT_EQ(nothing.code, 0);
  EXPECT_THAT(nothing.output, HasSubstr("4 of 4 runs are done; --again repeats all"));
  EXPECT_THAT(nothing.output, HasSubstr("Top-K")) << "they are compared all the same";
  EXPECT_EQ(integer("SELECT count(*) FROM experiments"), 1);
  ASSERT_EQ(gradwave("run small.toml --again").code, 0);
  EXPECT_EQ(integer("SELECT count(*) FROM experiments"), 2);
  EXPECT_EQ(integer("SELECT count(*) FROM runs"), 8);
}

TEST_F(Gradwave, ShowsAStoredRunAsAScenarioThatRepeatsIt) {
  ASSERT_EQ(gradwave("run small.toml").code, 0);
  const Ended shown = gradwave("show 2");
  EXPECT_EQ(shown.code, 0);
  EXPECT_THAT(shown.output, HasSubstr("# run 2 of experiment 1"));
  write("shown.toml", shown.output);
  const Ended again = gradwave("run shown.toml --db again.sqlite");
  ASSERT_EQ(again.code, 0) << again.output;
  const std::string rows =
      "SELECT settings, variant, seed, (SELECT sum(latency_s) FROM rounds "
      "WHERE run_id = runs.id) FROM runs WHERE id = ";
  EXPECT_EQ(query(rows + "2").rows, query(rows + "1", "again.sqlite").rows);
  EXPECT_EQ(gradwave("show 99").code, 2);
}

TEST_F(Gradwave, RerunsAStoredRunAndSaysWhereItDiffers) {
  ASSERT_EQ(gradwave("run small.toml").code, 0);
  const Ended same = gradwave("rerun 2 --verify");
  EXPECT_EQ(same.code, 0) << same.output;
  EXPECT_THAT(same.output, HasSubstr("run 2 comes out again, row for row"));
  EXPECT_EQ(gradwave("rerun 2 --into other.sqlite").code, 0);
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'complete'", "other.sqlite"), 1);
  change("UPDATE rounds SET latency_s = latency_s + 1 WHERE run_id = 2 AND round = 1");
  const Ended other = gradwave("rerun 2 --verify");
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.output, HasSubstr("does not come out again: rounds, row 2: latency_s is "));
  EXPECT_EQ(gradwave("rerun 2").code, 2);
  EXPECT_EQ(gradwave("rerun 99 --verify").code, 2);
  EXPECT_EQ(gradwave("rerun 2 --into results.sqlite").code, 2);
}

// A walk of many corners is longer than what goes through a socket at once.
TEST_F(Gradwave, RunsWhatHasLongSettings) {
  std::string corners;
  for (int i = 0; i < 10000; ++i) {
    corners += "[" + std::to_string(1 + i % 7) + ".123456, " + std::to_string(2 + i % 5) + ".5], ";
  }
  write("long.toml",
        "[team]\nworkers = 1\n[data]\ntrain_samples = 50\ntest_samples = 20\n[model]\nhidden = []\n"
        "[training]\nrounds = 1\nbatch = 1\n[theory]\npilot_rounds = 0\n[compute]\ndevice = "
        "\"jetson-nano\"\n[mobility]\nmodel = \"patrol\"\nloops_m = [[" +
            corners + "]]\n");
  const Ended ran = gradwave("run long.toml");
  EXPECT_EQ(ran.code, 0) << ran.output.substr(0, 500);
  EXPECT_GT(integer("SELECT length(settings) FROM runs"), 150000);
}

// What it had learned is in its checkpoint; what had gone over the network goes over it again.
TEST_F(Gradwave, AKilledRunGoesOnFromItsCheckpoint) {
  const std::string run =
      "run small.toml --jobs 1 --variant Top-K --set training.rounds=3000 --set "
      "training.evaluate_every=250 --set 'checkpoint.folder=\"learners\"' --set "
      "checkpoint.every=100";
  ASSERT_EQ(gradwave(run + " --db whole.sqlite").code, 0);
  // The whole process group, as a power cut would.
  shell(in_folder("{ (exec setsid " + std::string(GRADWAVE_BINARY) + " " + run +
                  " > killed.txt 2>&1) & killed=$!; for i in $(seq 400); do sleep 0.05; [ -f "
                  "learners/results-run-1.pt ] && break; done; kill -9 -$killed; sleep 0.3; }"));
  change("PRAGMA wal_checkpoint(TRUNCATE)");
  const std::int64_t before = integer("SELECT count(*) FROM rounds WHERE run_id = 1");
  ASSERT_GE(before, 100);
  ASSERT_LT(before, 3000);
  fs::create_directory(folder_ / "kept");
  for (const char* file : {"results.sqlite", "learners/results-run-1.pt"}) {
    fs::copy_file(folder_ / file, folder_ / "kept" / fs::path(file).filename());
  }
  const Ended resumed = gradwave(run);
  EXPECT_EQ(resumed.code, 0) << resumed.output;
  EXPECT_EQ(gradwave("fingerprint").output, gradwave("fingerprint --db whole.sqlite").output);

  // If the rows are not what comes again, it does not go on as if they were.
  for (const char* file : {"results.sqlite", "learners/results-run-1.pt"}) {
    fs::copy_file(folder_ / "kept" / fs::path(file).filename(), folder_ / file,
                  fs::copy_options::overwrite_existing);
  }
  change(
      "UPDATE rounds SET latency_s = latency_s + 1 WHERE round = 50; UPDATE runs SET status = "
      "'interrupted'");
  gradwave(run);
  EXPECT_THAT(text("SELECT error FROM runs WHERE id = 1"),
              HasSubstr("round 50 did not come again"));
}

TEST_F(Gradwave, AFailedRunIsNotTriedAgainUnlessAsked) {
  ASSERT_EQ(gradwave("run small.toml").code, 0);
  change("UPDATE runs SET status = 'failed', error = 'x' WHERE id = 2");
  const Ended next = gradwave("run small.toml");
  EXPECT_EQ(next.code, 1) << "as at its first time";
  EXPECT_THAT(next.output, HasSubstr("4 of 4 runs are done (1 failed"));
  EXPECT_EQ(gradwave("run small.toml --retry-failed").code, 0);
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'complete'"), 4);
  EXPECT_EQ(integer("SELECT host_attempts FROM runs WHERE id = 2"), 2);
}

TEST_F(Gradwave, AFullDiskEndsWithAMessageAndAnIntactDatabase) {
  ASSERT_EQ(gradwave("run small.toml").code, 0);
  const Ended run = shell(in_folder(std::string("trap '' XFSZ; ulimit -f 512; ") + GRADWAVE_BINARY +
                                    " run small.toml --jobs 1 --set training.rounds=100000"));
  EXPECT_NE(run.code, 0);
  EXPECT_THAT(run.output, HasSubstr("results.sqlite"));
  EXPECT_EQ(text("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'complete'"), 4);
}

TEST_F(Gradwave, ValidateSaysWhatWouldRunAndRunsNothing) {
  const Ended validate = gradwave("validate small.toml");
  EXPECT_EQ(validate.code, 0) << validate.output;
  EXPECT_THAT(validate.output, HasSubstr("4 runs (2 variants, 2 seeds), 600 + 200 samples"));
  EXPECT_THAT(validate.output, HasSubstr("7850"));
  EXPECT_THAT(validate.output, HasSubstr("735 or 245"));
  EXPECT_FALSE(fs::exists(folder_ / "results.sqlite"));
}

TEST_F(Gradwave, ExplainsItself) {
  EXPECT_THAT(gradwave("").output, HasSubstr("Examples:"));
  EXPECT_EQ(gradwave("").code, 0);
  for (const std::string verb : {"run", "validate", "list", "query", "compare"}) {
    const Ended help = gradwave(verb + " --help");
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.output, HasSubstr("Usage"));
  }
  EXPECT_EQ(gradwave("walk").code, 2);
  EXPECT_EQ(gradwave("run").code, 2);
}

TEST_F(Gradwave, AnOptionTakesItsOwnArgumentsAndNotTheScenario) {
  const std::string shorter = "--set training.rounds=2 --set team.workers=2 ";
  const Ended run = gradwave("run " + shorter + "small.toml --jobs 1 --variant Top-K");
  EXPECT_EQ(run.code, 0) << run.output;
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE rounds_planned = 2 AND workers = 2"), 2);
  EXPECT_EQ(gradwave("validate --variant Top-K " + shorter + "small.toml").code, 0);
}

TEST_F(Gradwave, AnOptionThatIsOutOfRangeSaysWhatIsExpected) {
  write("results.sqlite", "");
  for (const char* jobs : {"0", "-1", "1.5", "x", "''", "1025", "99999999999999999999", "2x"}) {
    const Ended run = gradwave("run small.toml --jobs " + std::string(jobs));
    EXPECT_EQ(run.code, 2) << jobs;
    EXPECT_THAT(run.output, HasSubstr("--jobs: expected a whole number from 1 to 1024")) << jobs;
    EXPECT_LT(run.output.size(), 200u);
  }
  for (const char* target : {"nan", "-nan", "inf", "-0.1", "1.01", "70", "x", "''", "0.5x"}) {
    for (const char* verb : {"run small.toml", "compare"}) {
      const Ended refused = gradwave(std::string(verb) + " --target " + target);
      EXPECT_EQ(refused.code, 2) << target;
      EXPECT_THAT(refused.output, HasSubstr("--target: expected an accuracy from 0 to 1"))
          << target;
    }
  }
  for (const char* change : {"''", "training.rounds", "=3", "small.toml"}) {
    const Ended refused = gradwave("run --set " + std::string(change) + " small.toml");
    EXPECT_EQ(refused.code, 2) << change;
    EXPECT_THAT(refused.output, HasSubstr("--set: expected group.key=value")) << change;
  }
  EXPECT_EQ(gradwave("run-stored --run 0").code, 2);
  EXPECT_EQ(gradwave("compare --experiment ''").code, 2);
  EXPECT_EQ(gradwave("query 'SELECT 1' --format xml").code, 2);
  EXPECT_EQ(fs::file_size(folder_ / "results.sqlite"), 0u);
}

// Before the scenario is read, which here is none.
TEST_F(Gradwave, ADatabaseThatCanBeNoFileIsRefusedBeforeAnythingElse) {
  write("letter", "Dear reader");
  const auto expect_refusal = [&](const std::string& verb, const std::string& name) {
    const Ended ended = gradwave(verb + " --db " + name);
    EXPECT_EQ(ended.code, 2) << verb << ' ' << name;
    EXPECT_THAT(ended.output, HasSubstr("--db: ")) << verb << ' ' << name;
    EXPECT_THAT(ended.output, Not(HasSubstr("missing.toml")));
  };
  for (const char* name : {":memory:", "''", ".", "file:results.sqlite", "nowhere/results.sqlite",
                           "letter", "/dev/null"}) {
    expect_refusal("run missing.toml", name);
  }
  for (const char* verb : {"query 'SELECT 1'", "compare", "fingerprint", "run-stored --run 1"}) {
    expect_refusal(verb, ":memory:");
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2)
      << "small.toml and the letter";
}

TEST_F(Gradwave, EveryVerbSaysThatItsOutputCouldNotBeWritten) {
  ASSERT_EQ(gradwave("run small.toml --set training.rounds=2").code, 0);
  for (const std::string verb : {"--help", "", "--version", "run --help", "list", "list settings",
                                 "validate small.toml", "compare", "fingerprint",
                                 "query 'SELECT 1'", "query 'SELECT * FROM transfers' --format csv",
                                 "query 'SELECT * FROM transfers' --format json",
                                 "run small.toml --set training.rounds=2 --variant Top-K"}) {
    const Ended ended = shell(in_folder("{ " GRADWAVE_BINARY " " + verb + " > /dev/full; }"));
    EXPECT_EQ(ended.code, 1) << verb;
    EXPECT_THAT(ended.output, HasSubstr("the output could not be written")) << verb;
  }
  const Ended closed = shell(in_folder("{ " GRADWAVE_BINARY " list >&-; }"));
  EXPECT_EQ(closed.code, 1);
  EXPECT_THAT(closed.output, HasSubstr("the output could not be written"));
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'complete'"), 4 + 2)
      << "what was run is stored all the same";
}

TEST_F(Gradwave, APipeThatClosesEndsAQueryAtOnceAndQuietly) {
  ASSERT_EQ(gradwave("run small.toml --set training.rounds=2").code, 0);
  const std::string endless =
      "query 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n' "
      "--format ";
  for (const std::string format : {"csv", "json", "table"}) {
    const std::string pipe = "{ { timeout 60 " GRADWAVE_BINARY " " + endless + format +
                             "; echo $? >&2; } | head -n 1; }";
    const Ended head = shell(in_folder(pipe));
    EXPECT_THAT(head.output, HasSubstr("141\n"));  // SIGPIPE
    EXPECT_LT(head.output.size(), 15u) << head.output;
    // Who ignores the signal is told.
    EXPECT_THAT(shell(in_folder("trap '' PIPE; " + pipe)).output,
                HasSubstr("could not be written"));
  }
}

TEST_F(Gradwave, AFileOfAnEarlierVersionCanBeAskedAsItIsAndIsMigratedByARun) {
  fs::copy_file(GRADWAVE_SOURCE "/tests/results/data/version1.sqlite", folder_ / "results.sqlite");
  const std::string before = slurp("results.sqlite");
  EXPECT_THAT(gradwave("query 'SELECT count(*) FROM progress' --format csv").output,
              HasSubstr("6\r\n"));
  EXPECT_EQ(gradwave("compare").code, 0);
  const Ended print = gradwave("fingerprint");
  EXPECT_EQ(slurp("results.sqlite"), before);
  { results::Database database(folder_ / "results.sqlite"); }
  EXPECT_EQ(gradwave("fingerprint").output, print.output);
  EXPECT_EQ(gradwave("run small.toml --set training.rounds=2").code, 0);
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'complete'"), 2 + 4);
}

constexpr const char* kMesh = R"(
[team]
workers = 3
robots = "robots.csv"
[data]
train_samples = 300
test_samples = 100
[model]
hidden = []
[training]
rounds = 3
batch = 8
[compute]
device = "jetson-nano"
[link]
technology = "mesh"
[mesh]
links = "chain"
[floor]
plan = "plan.toml"
[[variant]]
name = "server"
[[variant]]
name = "relays"
mesh.aggregation = "relays"
)";

constexpr const char* kRobots = "robot,x_m,y_m,device\n0,15,0,\n1,30,0,raspberry-pi-5\n2,45,0,\n";
constexpr const char* kPlan =
    "[[wall]]\nmaterial = \"light\"\npoints = [[-5, 5], [50, 5]]\n"
    "[[wall]]\nmaterial = \"light\"\npoints = [[20, -5], [20, 5]]\n";

TEST_F(Gradwave, RunsAMeshOfNamedFilesWhichItsResultsKeep) {
  write("mesh.toml", kMesh);
  write("robots.csv", kRobots);
  write("plan.toml", kPlan);
  ASSERT_EQ(gradwave("run mesh.toml --db m.sqlite").code, 0);
  const auto ask = [&](const std::string& sql) {
    return results::query(folder_ / "m.sqlite", sql).rows;
  };
  using Rows = std::vector<std::vector<results::Value>>;
  EXPECT_EQ(ask("SELECT name, text FROM inputs"),
            (Rows{{std::string("plan.toml"), std::string(kPlan)},
                  {std::string("robots.csv"), std::string(kRobots)}}));
  EXPECT_EQ(ask("SELECT DISTINCT worker, hops, parent FROM routes ORDER BY worker"),
            (Rows{{std::int64_t{0}, std::int64_t{1}, std::monostate()},
                  {std::int64_t{1}, std::int64_t{2}, std::int64_t{0}},
                  {std::int64_t{2}, std::int64_t{3}, std::int64_t{1}}}));
  for (const auto& row :
       ask("SELECT max(accuracy) - min(accuracy) FROM evaluations GROUP BY round")) {
    EXPECT_NEAR(std::get<double>(row[0]), 0, 0.02) << "one method, added up in another order";
  }
  EXPECT_EQ(
      ask("SELECT count(*) FROM transfers JOIN runs ON id = run_id WHERE peer IS NOT NULL AND "
          "variant = 'server'"),
      (Rows{{std::int64_t{0}}}));
  EXPECT_EQ(
      ask("SELECT worker, peer, direction FROM transfers JOIN runs ON id = run_id WHERE round "
          "= 1 AND variant = 'relays' AND worker > 0 ORDER BY 1, 3"),
      (Rows{{std::int64_t{1}, std::int64_t{0}, std::string("downlink")},
            {std::int64_t{1}, std::int64_t{0}, std::string("uplink")},
            {std::int64_t{2}, std::int64_t{1}, std::string("downlink")},
            {std::int64_t{2}, std::int64_t{1}, std::string("uplink")}}));
  // A relay's message holds at least its own entries, and is as long as encoded.
  EXPECT_EQ(
      ask("SELECT count(*) FROM transfers a JOIN transfers b USING (run_id, round, direction) "
          "WHERE direction = 'uplink' AND a.peer IS NULL AND b.peer = a.worker AND "
          "(a.k < b.k OR a.payload_bytes < b.payload_bytes)"),
      (Rows{{std::int64_t{0}}}));
}

constexpr const char* kSweep = R"(
[team]
workers = 3
[data]
train_samples = 300
test_samples = 100
[model]
hidden = []
[training]
rounds = 12
batch = 4
evaluate_every = 5
[compression]
ratio = 64
error_compensation = true
[compute]
device = "jetson-nano"
[link]
technology = "wire"
[sweep]
wire.rate_bps = [1e6, 1e7, 1e8]
[[variant]]
name = "Top-K"
[[variant]]
name = "AdapTop-K"
compression.schedule = "adaptopk"
theory.pilot_rounds = 5
)";

TEST_F(Gradwave, LearnsOnceAndRepeatsItOverOtherNetworks) {
  write("sweep.toml", kSweep);
  const auto ask = [&](const std::string& file, const std::string& sql) {
    return results::query(folder_ / file, sql).rows;
  };
  using Rows = std::vector<std::vector<results::Value>>;
  const Ended repeated = gradwave("run sweep.toml --db repeated.sqlite");
  ASSERT_EQ(repeated.code, 0) << repeated.output;
  EXPECT_THAT(repeated.output, HasSubstr(", learned in run 2"));
  EXPECT_EQ(ask("repeated.sqlite", "SELECT host_learned_from FROM runs ORDER BY id"),
            (Rows{{std::monostate()},
                  {std::monostate()},
                  {std::string("1")},
                  {std::string("2")},
                  {std::string("1")},
                  {std::string("2")}}));
  ASSERT_EQ(gradwave("run sweep.toml --db trained.sqlite --retrain").code, 0);
  EXPECT_EQ(ask("trained.sqlite", "SELECT count(host_learned_from) FROM runs"),
            (Rows{{std::int64_t{0}}}));
  // Rounds, messages, evaluations, bounds: bit for bit.
  EXPECT_EQ(results::fingerprint(folder_ / "repeated.sqlite"),
            results::fingerprint(folder_ / "trained.sqlite"));

  ASSERT_EQ(gradwave("run sweep.toml --db other.sqlite --learned-in trained.sqlite --set "
                     "wire.delay_s=0.5")
                .code,
            0);
  EXPECT_EQ(ask("other.sqlite", "SELECT host_learned_from FROM runs WHERE id = 2"),
            (Rows{{std::string("2 of trained.sqlite")}}));
  EXPECT_EQ(gradwave("run sweep.toml --db no.sqlite --retrain --learned-in trained.sqlite").code,
            2);
  // Another seed, or another batch, is learned anew.
  ASSERT_EQ(gradwave("run sweep.toml --db new.sqlite --learned-in trained.sqlite --set "
                     "training.batch=5")
                .code,
            0);
  EXPECT_EQ(ask("new.sqlite", "SELECT count(host_learned_from) FROM runs WHERE id <= 2"),
            (Rows{{std::int64_t{0}}}));
}

// A wire has nothing left to chance, and Wi-Fi has; three seeds and two variants share one network.
TEST_F(Gradwave, DrawsRoundsAndSaysSo) {
  std::string scenario = kScenario;
  const auto replace = [&](const std::string& from, const std::string& to) {
    scenario.replace(scenario.find(from), from.size(), to);
  };
  replace("rounds = 6", "rounds = 300");
  replace("evaluate_every = 2", "evaluate_every = 150");
  replace("[1, 2]", "[1, 2, 3]");
  write("packets.toml", scenario);
  replace("[[variant]]", "[network]\nfidelity = \"sampled\"\n[[variant]]");
  write("wire.toml", scenario);
  replace("technology = \"wire\"", "technology = \"wifi\"\n[placement]\nlayout = \"circle\"");
  replace("fidelity = \"sampled\"", "fidelity = \"sampled\"\nmax_error = 0.2");
  write("wifi.toml", scenario);
  ASSERT_EQ(gradwave("run packets.toml --db packets.sqlite").code, 0);
  const Ended wire = gradwave("run wire.toml --db wire.sqlite --jobs 2");
  ASSERT_EQ(wire.code, 0) << wire.output;
  EXPECT_THAT(wire.output, HasSubstr("rounds drawn (time within 0.0 %)"));
  const char* times = "SELECT time_s FROM run_summary ORDER BY seed, variant";
  const auto drawn = query(times, "wire.sqlite").rows,
             simulated = query(times, "packets.sqlite").rows;
  for (std::size_t i = 0; i < simulated.size(); ++i) {
    const double all_s = std::get<double>(simulated[i][0]);
    EXPECT_NEAR(std::get<double>(drawn[i][0]), all_s, 1e-3 * all_s);
  }
  const char* sent = "SELECT sum(payload_bytes), count(*) FROM transfers";
  EXPECT_EQ(query(sent, "wire.sqlite").rows, query(sent, "packets.sqlite").rows);
  EXPECT_GT(integer("SELECT sum(fidelity = 'drawn') FROM rounds", "wire.sqlite"), 6 * 200);
  EXPECT_EQ(integer("SELECT count(*) FROM rounds WHERE time_low_s > start_s + latency_s + 1e-9 OR "
                    "time_high_s < start_s + latency_s - 1e-9 OR time_error_s IS NULL",
                    "wire.sqlite"),
            0);
  EXPECT_EQ(
      integer("SELECT count(*) FROM rounds WHERE (fidelity = 'drawn') != (SELECT max(drawn) FROM "
              "transfers WHERE run_id = rounds.run_id AND round = rounds.round)",
              "wire.sqlite"),
      0);

  const Ended wifi = gradwave("run wifi.toml --db wifi.sqlite --jobs 2");
  ASSERT_EQ(wifi.code, 0) << wifi.output;
  EXPECT_THAT(wifi.output, HasSubstr("Rounds were drawn"));
  EXPECT_EQ(integer("SELECT count(DISTINCT network_hash) FROM runs", "wifi.sqlite"), 1);
  // The first has nobody to draw from, the last has all but those of its generation.
  EXPECT_GT(integer("SELECT rounds_drawn FROM run_summary WHERE seed = 3 AND variant = 'Top-K'",
                    "wifi.sqlite"),
            integer("SELECT rounds_drawn FROM run_summary WHERE seed = 1 AND variant = 'Top-K'",
                    "wifi.sqlite"));
  EXPECT_EQ(
      integer("SELECT count(*) FROM run_summary WHERE time_error_s > 0.2 * time_s", "wifi.sqlite"),
      0);
  // In another order of events, and once more by itself, the same rows.
  ASSERT_EQ(gradwave("run wifi.toml --db again.sqlite --jobs 1").code, 0);
  EXPECT_EQ(gradwave("fingerprint --db again.sqlite").output,
            gradwave("fingerprint --db wifi.sqlite").output);
  const Ended rerun = gradwave("rerun 6 --verify --db wifi.sqlite");
  EXPECT_EQ(rerun.code, 0) << rerun.output;

  const Ended refused = gradwave(
      "validate wifi.toml --set 'link.technology=\"mesh\"' --set 'mesh.unreached=\"leave-out\"'");
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.output,
              HasSubstr("network.fidelity = \"sampled\" cannot be: mesh.unreached"));
  EXPECT_EQ(gradwave("validate wifi.toml --set 'link.technology=\"mesh\"' --set "
                     "'mobility.model=\"random-waypoint\"'")
                .code,
            2);
}

TEST_F(Gradwave, LearnsTheSameAheadOfTheNetworkAndInStep) {
  const std::string run =
      "run small.toml --set training.rounds=60 --set training.evaluate_every=7 ";
  ASSERT_EQ(gradwave(run + "--db step.sqlite --set host.ahead=0").code, 0);
  ASSERT_EQ(gradwave(run + "--db ahead.sqlite --set host.ahead=5").code, 0);
  for (const char* table : {"rounds", "transfers", "evaluations", "theory"}) {
    const std::string all = "SELECT * FROM " + std::string(table);
    EXPECT_EQ(query(all, "ahead.sqlite").rows, query(all, "step.sqlite").rows) << table;
  }
}

TEST_F(Gradwave, AddsSeedsUntilTheDifferenceIsKnown) {
  const Ended wide = gradwave("run small.toml --until-interval 100000");
  EXPECT_EQ(wide.code, 0) << wide.output;
  EXPECT_THAT(wide.output, HasSubstr("look 1 of at most 8"));
  EXPECT_EQ(integer("SELECT count(*) FROM runs"), 4);
  const Ended narrow = gradwave("run small.toml --until-interval 1e-9 --most-seeds 4");
  EXPECT_EQ(narrow.code, 0) << narrow.output;
  EXPECT_THAT(narrow.output, HasSubstr("not reached"));
  EXPECT_THAT(narrow.output, HasSubstr("4 seeds: the widest difference is known to"));
  EXPECT_EQ(integer("SELECT count(*) FROM experiments"), 1);
  EXPECT_EQ(integer("SELECT count(DISTINCT seed) FROM runs"), 4);
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE status = 'complete'"), 8);
  EXPECT_EQ(integer("SELECT count(DISTINCT place) FROM runs"), 8);
  const Ended alone = gradwave("run small.toml --variant Top-K --until-interval 1");
  EXPECT_NE(alone.code, 0);
  EXPECT_THAT(alone.output, HasSubstr("difference between variants"));
  const Ended wrong = gradwave("run small.toml --until-interval 2m");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.output, HasSubstr("expected points (0.3) or seconds (2s), found \"2m\""));
}

TEST_F(Gradwave, LooksAgainAtAsManySeedsAsThereAre) {
  const std::string run = "run small.toml --until-interval 0.0001 --most-seeds 4 --jobs 2";
  EXPECT_THAT(gradwave(run).output, HasSubstr("4 seeds: the widest difference"));
  const Ended again = gradwave(run);
  EXPECT_THAT(again.output, HasSubstr("4 seeds: the widest difference"));
  EXPECT_THAT(again.output, testing::Not(HasSubstr("2 seeds: the widest")));
  EXPECT_THAT(again.output, testing::Not(HasSubstr("more seeds follow")));
}

TEST_F(Gradwave, KeepsAsManyMessagesAsAskedFor) {
  ASSERT_EQ(gradwave("run small.toml --db all.sqlite").code, 0);
  ASSERT_EQ(gradwave("run small.toml --db none.sqlite --set 'results.transfers=\"none\"'").code, 0);
  EXPECT_EQ(integer("SELECT count(*) FROM transfers", "none.sqlite"), 0);
  const char* rounds = "SELECT * FROM rounds";
  EXPECT_EQ(query(rounds, "none.sqlite").rows, query(rounds, "all.sqlite").rows);
  // What was learned stands in the rounds.
  const Ended again = gradwave(
      "run small.toml --db again.sqlite --learned-in none.sqlite --set 'wire.delay_s=0.01'");
  EXPECT_EQ(again.code, 0) << again.output;
  EXPECT_EQ(integer("SELECT count(*) FROM runs WHERE host_learned_from IS NULL", "again.sqlite"),
            0);
  const char* sent = "SELECT sum(uplink_payload_bytes), sum(downlink_payload_bytes) FROM rounds";
  EXPECT_EQ(query(sent, "again.sqlite").rows, query(sent, "all.sqlite").rows);
}

TEST_F(Gradwave, ShardsMergeIntoTheWhole) {
  write("sweep.toml", kSweep);
  ASSERT_EQ(gradwave("run sweep.toml --db whole.sqlite").code, 0);
  for (const std::string part : {"2", "1"}) {
    ASSERT_EQ(gradwave("run sweep.toml --db " + part + ".sqlite --shard " + part + "/2").code, 0);
    EXPECT_EQ(integer("SELECT count(*) FROM runs", part + ".sqlite"), 3) << "one variant each";
    EXPECT_EQ(integer("SELECT count(host_learned_from) FROM runs", part + ".sqlite"), 2);
  }
  const Ended merged = gradwave("merge 2.sqlite 1.sqlite --db all.sqlite");
  ASSERT_EQ(merged.code, 0) << merged.output;
  EXPECT_THAT(merged.output, HasSubstr("added 6 runs and 1 new experiments"));
  EXPECT_EQ(results::fingerprint(folder_ / "all.sqlite"),
            results::fingerprint(folder_ / "whole.sqlite"));
  EXPECT_THAT(gradwave("run sweep.toml --db all.sqlite").output, HasSubstr("6 of 6 runs are done"));
  EXPECT_EQ(gradwave("merge 1.sqlite --db all.sqlite").code, 2) << "a clash";

  for (const std::string wrong : {"0/2", "3/2", "1", "slurm", "1/2/3"}) {
    EXPECT_EQ(gradwave("run sweep.toml --db no.sqlite --shard " + wrong).code, 2);
  }
  const Ended array = shell(in_folder(
      std::string("SLURM_ARRAY_TASK_ID=8 SLURM_ARRAY_TASK_MIN=7 SLURM_ARRAY_TASK_COUNT=2 ") +
      GRADWAVE_BINARY + " run sweep.toml --db array.sqlite --shard slurm"));
  EXPECT_EQ(array.code, 0) << array.output;
  EXPECT_EQ(results::fingerprint(folder_ / "array.sqlite"),
            results::fingerprint(folder_ / "2.sqlite"));
}

// Of two networks each is in one part, and what its runs draw from with it.
TEST_F(Gradwave, ShardsOfSampledRunsMergeIntoTheWhole) {
  write("two.toml", kScenario + std::string("[network]\nfidelity = \"sampled\"\n[sweep]\n"
                                            "wire.delay_s = [0.001, 0.002]\n"));
  const std::string run = "run two.toml --set training.rounds=120 ";
  ASSERT_EQ(gradwave(run + "--db whole.sqlite").code, 0);
  ASSERT_EQ(gradwave(run + "--shard 1/2 --db 1.sqlite").code, 0);
  ASSERT_EQ(gradwave(run + "--shard 2/2 --db 2.sqlite").code, 0);
  const char* networks = "SELECT count(DISTINCT network_hash) FROM runs";
  EXPECT_EQ(integer(networks, "1.sqlite"), 1);
  EXPECT_EQ(integer(networks, "2.sqlite"), 1);
  EXPECT_GT(integer("SELECT sum(fidelity = 'drawn') FROM rounds", "whole.sqlite"), 0);
  ASSERT_EQ(gradwave("merge 1.sqlite 2.sqlite --db merged.sqlite").code, 0);
  EXPECT_EQ(gradwave("fingerprint --db merged.sqlite").output,
            gradwave("fingerprint --db whole.sqlite").output);
}

TEST_F(Gradwave, RepeatsNothingThatDependsOnTheNetwork) {
  write("sweep.toml", kSweep);
  ASSERT_EQ(gradwave("run sweep.toml --db t.sqlite").code, 0);
  std::string mesh = kSweep;
  mesh.erase(mesh.find("[sweep]"), mesh.find("[[variant]]") - mesh.find("[sweep]"));
  mesh.replace(mesh.find("\"wire\""), 6, "\"mesh\"");
  write("mesh.toml", mesh);
  const auto refused = [&](const std::string& setting) {
    const Ended ended =
        gradwave("run mesh.toml --db no.sqlite --learned-in t.sqlite --set " + setting);
    EXPECT_EQ(ended.code, 2);
    EXPECT_FALSE(fs::exists(folder_ / "no.sqlite"));
    return ended.output;
  };
  EXPECT_THAT(refused("mesh.aggregation=relays"),
              HasSubstr("has to learn itself: mesh.aggregation = \"relays\""));
  EXPECT_THAT(refused("mesh.unreached=leave-out"), HasSubstr("mesh.unreached = \"leave-out\""));
  EXPECT_THAT(refused("checkpoint.folder=."), HasSubstr("checkpoint.folder wants"));
  // Through a server a mesh is as good as a wire.
  ASSERT_EQ(gradwave("run mesh.toml --db m.sqlite --learned-in t.sqlite").code, 0);
  EXPECT_EQ(results::query(folder_ / "m.sqlite", "SELECT count(host_learned_from) FROM runs").rows,
            (std::vector<std::vector<results::Value>>{{std::int64_t{2}}}));
}

// Robots that go out of reach and come back, looked at more often than the run's beginning lasts.
TEST_F(Gradwave, RunsATeamWithoutAServer) {
  write("walk.csv",
        "robot,t_s,x_m,y_m\n0,0,0,0\n1,0,30,0\n2,0,60,0\n2,0.3,60,0\n2,0.6,900,0\n2,1.2,900,0\n"
        "2,1.5,60,0\n");
  write("gossip.toml", R"(
[team]
workers = 3
[data]
train_samples = 300
test_samples = 100
[model]
hidden = []
[training]
rounds = 60
batch = 8
momentum = 0.5
evaluate_every = 20
[compression]
ratio = 64
error_compensation = true
[compute]
device = "jetson-nano"
factors = [2e4, 2e4, 2e4]
[link]
technology = "mesh"
[mesh]
links = "chain"
aggregation = "gossip"
unreached = "leave-out"
update_period_s = 0.05
[mobility]
model = "waypoints"
file = "walk.csv"
[checkpoint]
folder = "."
)");
  const Ended ran = gradwave("run gossip.toml --db g.sqlite");
  ASSERT_EQ(ran.code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("the worst worker's own"));
  EXPECT_TRUE(fs::exists(folder_ / "g-run-1.pt"));
  const auto ask = [&](const std::string& sql) {
    return results::query(folder_ / "g.sqlite", sql).rows;
  };
  using Rows = std::vector<std::vector<results::Value>>;
  const Rows none = {{std::int64_t{0}}};
  EXPECT_EQ(ask("SELECT DISTINCT worker, peer FROM transfers ORDER BY 1, 2"),
            (Rows{{std::int64_t{0}, std::int64_t{1}},
                  {std::int64_t{1}, std::int64_t{0}},
                  {std::int64_t{1}, std::int64_t{2}},
                  {std::int64_t{2}, std::int64_t{1}}}));
  EXPECT_EQ(
      ask("SELECT count(*) FROM transfers t JOIN rounds r USING (run_id, round) WHERE t.k < r.k "
          "OR direction <> 'uplink' OR content <> 'difference'"),
      none);
  // Robot 2 has neighbours, none, and again; who missed something gets more, once.
  EXPECT_NE(ask("SELECT count(*) FROM rounds WHERE round NOT IN (SELECT round FROM transfers WHERE "
                "worker = 2)"),
            none);
  EXPECT_EQ(ask("SELECT count(DISTINCT round) FROM transfers t JOIN rounds r USING (run_id, round) "
                "WHERE t.k > r.k AND end_s IS NOT NULL"),
            (Rows{{std::int64_t{1}}}));
  EXPECT_EQ(ask("SELECT count(*) FROM evaluations WHERE consensus_distance IS NULL OR "
                "worst_worker_accuracy > best_worker_accuracy"),
            none);
  EXPECT_EQ(ask("SELECT count(*) FROM rounds WHERE uplink_s < 0 OR downlink_s <> 0 OR "
                "abs(compute_s + uplink_s - latency_s) > 1e-9"),
            none);
  ASSERT_EQ(gradwave("run gossip.toml --db again.sqlite").code, 0);
  EXPECT_EQ(results::fingerprint(folder_ / "g.sqlite"),
            results::fingerprint(folder_ / "again.sqlite"));
  const Ended said = gradwave("validate gossip.toml");
  EXPECT_THAT(said.output,
              HasSubstr("no server; where robots start: 2 links, of 1 to 2 for a robot"));
  EXPECT_EQ(gradwave("map gossip.toml -o map.svg").code, 0);
  EXPECT_THAT(slurp("map.svg"), Not(HasSubstr("SNR")));
}

TEST_F(Gradwave, DrawsAMapAndSaysCoverage) {
  write("mesh.toml", kMesh);
  write("robots.csv", kRobots);
  write("plan.toml", kPlan);
  const Ended said = gradwave("validate mesh.toml");
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.output, HasSubstr("3 of 3 have a route, of at most 3 hops"));
  EXPECT_THAT(said.output, HasSubstr("SNR dB"));
  const Ended drawn = gradwave("map mesh.toml -o map.svg");
  EXPECT_EQ(drawn.code, 0) << drawn.output;
  const std::string svg = slurp("map.svg");
  EXPECT_THAT(svg, HasSubstr("<svg"));
  EXPECT_THAT(svg, HasSubstr("</svg>"));
  EXPECT_THAT(svg, HasSubstr("SNR, dB"));
  EXPECT_EQ(gradwave("map small.toml -o x.svg").code, 2) << "a wire has no map";
  EXPECT_FALSE(fs::exists(folder_ / "x.svg"));
  EXPECT_EQ(gradwave("map mesh.toml -o no/folder/x.svg").code, 1);
}

TEST_F(Gradwave, ListKnowsItsWordsAndHelpsWithMisspeltOnes) {
  EXPECT_THAT(gradwave("list sparsifiers").output, HasSubstr("topk"));
  const std::string all = gradwave("list").output;
  for (const Setting& setting : settings_table()) {
    if (!setting.values.words) continue;
    for (const auto& [word, meaning] : setting.values.words()) {
      EXPECT_THAT(all, HasSubstr("\n  " + word + " ")) << setting.key;
    }
  }
  const Ended misspelt = gradwave("list sparsifier");
  EXPECT_EQ(misspelt.code, 2);
  EXPECT_THAT(misspelt.output, HasSubstr("did you mean \"sparsifiers\"?"));
}

TEST_F(Gradwave, QueryAnswersInThreeFormats) {
  ASSERT_EQ(gradwave("run small.toml").code, 0);
  const std::string sql = "query \"SELECT count(*) AS n FROM runs\" --format ";
  EXPECT_THAT(gradwave(sql + "table").output, HasSubstr("n"));
  EXPECT_EQ(gradwave(sql + "csv").output, "n\r\n4\r\n");
  EXPECT_THAT(gradwave(sql + "json").output, HasSubstr("\"n\""));
  EXPECT_EQ(gradwave("query 'SELECT accurracy FROM evaluations'").code, 2);
  EXPECT_EQ(gradwave("query 'DELETE FROM runs'").code, 2);
  EXPECT_EQ(gradwave("query 'SELECT 1' --db nowhere.sqlite").code, 2);
}

}  // namespace
}  // namespace gradwave
