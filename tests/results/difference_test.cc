// SPDX-License-Identifier: GPL-2.0-only
#include "results/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/database.h"
#include "tests/results/scratch.h"

namespace gradwave::results {
namespace {

TEST(Difference, IsOfWhatARunIsAndNotOfItsNumbersAndItsHost) {
  const Scratch scratch;
  const std::filesystem::path file = scratch.folder() / "r.sqlite";
  Database database(file);
  const std::int64_t experiment = database.add_experiment({"e", "", "", "", "", ""});
  const auto add = [&](std::int64_t place, double latency_s, int rounds, const std::string& from) {
    results::Run run;
    run.experiment_id = experiment;
    run.variant = "v";
    run.place = place;
    const std::int64_t id = database.add_run(run);
    Recorder recorder(file, id);
    recorder.plan({-1, 0, "", "cpu", from});
    for (int t = 0; t < rounds; ++t) {
      Round round;
      round.round = t;
      round.latency_s = latency_s;
      recorder.round(round, {});
    }
    recorder.finish("complete");
    return RunOf{file, id};
  };
  const RunOf base = add(0, 0.5, 2, "");
  EXPECT_EQ(first_difference(base, add(7, 0.5, 2, "3")), "");
  EXPECT_EQ(first_difference(base, add(0, 0.25, 2, "")),
            "rounds, row 1: latency_s is 0.5, and 0.25 there");
  EXPECT_EQ(first_difference(base, add(0, 0.5, 1, "")), "rounds: 2 rows, and 1 there");
  EXPECT_THROW(first_difference(base, {file, 99}), DatabaseError);
  // A file of an earlier version lacks columns, which are NULL then.
  const RunOf old = {std::filesystem::path(GRADWAVE_SOURCE) / "tests/results/data/version7.sqlite",
                     1};
  EXPECT_EQ(first_difference(old, old), "");
  EXPECT_NE(first_difference(old, base), "");
}

}  // namespace
}  // namespace gradwave::results
