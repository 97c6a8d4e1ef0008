// SPDX-License-Identifier: GPL-2.0-only
#include "sim/front/instructions.h"

#include <gtest/gtest.h>

#include <set>

namespace gradwave {
namespace {

std::string missing(const std::string& entry, const std::set<std::string>& features) {
  const auto unmet = unmet_demands(
      {"HOME=/", entry}, [&](const std::string& each) { return features.count(each) > 0; });
  return unmet.empty() ? "" : unmet.front().missing;
}

TEST(Instructions, OfZen3LackAvx512) {
  const std::set<std::string> zen3 = {"sse4.2", "avx", "avx2", "fma"};
  const std::string all = "avx512f, avx512bw, avx512cd, avx512dq, avx512vl";
  EXPECT_EQ(missing("OPENBLAS_CORETYPE=SkylakeX", zen3), all);
  EXPECT_EQ(missing("OPENBLAS_CORETYPE=skylakex", zen3), all) << "as OpenBLAS reads it";
  EXPECT_EQ(missing("ATEN_CPU_CAPABILITY=avx512", zen3), all);
  EXPECT_EQ(missing("OPENBLAS_CORETYPE=Bulldozer", zen3), "fma4");
  for (const char* fine :
       {"OPENBLAS_CORETYPE=Haswell", "OPENBLAS_CORETYPE=Zen", "OPENBLAS_CORETYPE=Sandybridge",
        "ATEN_CPU_CAPABILITY=avx2", "ATEN_CPU_CAPABILITY=default",
        "OPENBLAS_CORETYPE=", "OPENBLAS_CORETYPE"}) {
    EXPECT_EQ(missing(fine, zen3), "") << fine;
  }
}

TEST(Instructions, OfAnOlderProcessorLackAvx2) {
  EXPECT_EQ(missing("OPENBLAS_CORETYPE=Haswell", {"sse4.2", "avx"}), "avx2, fma");
  EXPECT_EQ(missing("ATEN_CPU_CAPABILITY=avx2", {"sse4.2", "avx", "avx2"}), "fma");
}

TEST(Instructions, OfThisProcessorMeetWhatItHas) {
  EXPECT_TRUE(unmet_demands({}, this_processor_has).empty());
#ifdef __x86_64__
  EXPECT_EQ(unmet_demands({"ATEN_CPU_CAPABILITY=avx2"}, this_processor_has).empty(),
            __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
#endif
}

}  // namespace
}  // namespace gradwave
