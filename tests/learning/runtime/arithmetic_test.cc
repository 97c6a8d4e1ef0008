// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/arithmetic.h"

#include <gmock/gmock.h>

#include "learning/options.h"

namespace gradwave::learning {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

TEST(Arithmetic, ReproducibleTakesOnePathWhateverTheUserAsksOfTheLibraries) {
#ifndef __x86_64__
  GTEST_SKIP() << "nothing is promised here";
#endif
  const auto bare = environment_for("reproducible", {});
  EXPECT_THAT(bare, AllOf(Contains("ATEN_CPU_CAPABILITY=avx2"), Contains("ONEDNN_MAX_CPU_ISA=AVX2"),
                          Contains("OPENBLAS_CORETYPE=Haswell"), Contains("OMP_NUM_THREADS=1")));
  auto limited = environment_for(
      "reproducible",
      {"ATEN_CPU_CAPABILITY=default", "ONEDNN_MAX_CPU_ISA=SSE41", "OPENBLAS_CORETYPE=Zen",
       "OPENBLAS_L2_SIZE=4096", "OPENBLAS_BLOCK_FACTOR=50", "OMP_NUM_THREADS=8", "MKL_CBWR=AUTO"});
  EXPECT_THAT(limited, testing::UnorderedElementsAreArray(bare));
  limited.push_back("HOME=/home/robot");
  EXPECT_EQ(environment_for("reproducible", limited), limited) << "made of itself it is the same";
}

TEST(Arithmetic, ReproducibleKeepsOfGlibcsTunablesWhatIsNotOfTheProcessor) {
#ifndef __x86_64__
  GTEST_SKIP() << "nothing is promised here";
#endif
  const auto variables = environment_for(
      "reproducible",
      {"GLIBC_TUNABLES=glibc.malloc.check=1:glibc.cpu.hwcaps=-FMA,-AVX2:glibc.malloc.perturb=2"});
  EXPECT_THAT(variables, Contains("GLIBC_TUNABLES=glibc.malloc.check=1:glibc.malloc.perturb=2"));
}

TEST(Arithmetic, FastestLeavesTheEnvironmentToTheUserButForThreads) {
  EXPECT_THAT(environment_for("fastest", {"ATEN_CPU_CAPABILITY=default", "OMP_NUM_THREADS=8"}),
              UnorderedElementsAre("ATEN_CPU_CAPABILITY=default", "OMP_NUM_THREADS=1",
                                   "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1"));
}

TEST(Arithmetic, SaysWhatTheProcessorLacksAndWhatToDo) {
  EXPECT_EQ(lacking(true, true), "");
  EXPECT_THAT(lacking(false, true), StartsWith("this processor has no AVX2,"));
  EXPECT_THAT(lacking(true, false), StartsWith("this processor has no FMA,"));
  EXPECT_THAT(lacking(false, false), AllOf(StartsWith("this processor has neither AVX2 nor FMA,"),
                                           HasSubstr("fastest"), Not(HasSubstr("no neither"))));
}

TEST(Arithmetic, RefusesAnUnknownWordByItsKey) {
  try {
    check_arithmetic("quickest");
    FAIL();
  } catch (const OptionError& error) {
    EXPECT_THAT(error.keys, testing::ElementsAre("host.arithmetic"));
    EXPECT_THAT(error.what(), HasSubstr("'reproducible', 'fastest'"));
  }
}

}  // namespace
}  // namespace gradwave::learning
