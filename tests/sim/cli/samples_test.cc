// SPDX-License-Identifier: GPL-2.0-only
#include "sim/cli/samples.h"

#include <gtest/gtest.h>

#include <sstream>

namespace gradwave {
namespace {

using Counts = std::vector<std::vector<std::int64_t>>;

PlannedRun run_with(const Counts& counts, std::uint64_t seed,
                    const std::string& parameters = "{}") {
  PlannedRun run;
  run.settings.learning.seed = seed;
  run.parameters = parameters;
  run.description.class_counts = counts;
  return run;
}

std::string described(const std::vector<PlannedRun>& runs) {
  Scenario scenario;
  scenario.runs = runs;
  std::ostringstream out;
  describe_samples(scenario, out);
  return out.str();
}

TEST(Samples, TakeOneLineWhereAllWorkersHaveAsManyOfAllClasses) {
  EXPECT_EQ(described({run_with({{5, 5}, {4, 6}}, 1), run_with({{6, 4}, {5, 5}}, 2)}),
            "  training samples: 10 for each worker, of all 2 classes\n");
}

TEST(Samples, AreATableOfTheFirstSeedElsewhere) {
  const Counts apart = {{5, 0, 2}, {0, 0, 3}}, other = {{9, 1, 0}, {1, 9, 0}};
  EXPECT_EQ(described({run_with(apart, 1, "{\"a\":1}"), run_with(apart, 1, "{\"b\":1}"),
                       run_with(other, 2, "{\"a\":2}"), run_with(other, 1, "{\"a\":2}")}),
            R"(  training samples with {"a":1}, seed 1:
    worker  samples  classes  largest classes (samples)
         0        7        2  0 (5), 2 (2)
         1        3        1  2 (3)
  training samples with {"a":2}, seed 1:
    worker  samples  classes  largest classes (samples)
         0       10        2  0 (9), 1 (1)
         1       10        2  1 (9), 0 (1)
)");
}

TEST(Samples, OfManyWorkersAreThoseWithTheFewestClasses) {
  Counts counts(20, {7, 7});
  counts[17] = {0, 3};
  const std::string text = described({run_with(counts, 1)});
  EXPECT_NE(text.find("    worker  samples  classes  largest classes (samples)\n"
                      "        17        3        1  1 (3)\n"
                      "         0       14        2  0 (7), 1 (7)\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("and 8 more"), std::string::npos);
}

}  // namespace
}  // namespace gradwave
