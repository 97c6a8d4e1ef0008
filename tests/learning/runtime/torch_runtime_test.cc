// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/torch_runtime.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace gradwave::learning {
namespace {

TEST(TorchRuntime, UsesOneThreadForItsOwnLoopsAndForMatrixProducts) {
  prepare_torch();
  EXPECT_EQ(at::get_num_threads(), 1);
  using GetThreads = int (*)();
  void* symbol = dlsym(RTLD_DEFAULT, "openblas_get_num_threads");
  if (symbol == nullptr) GTEST_SKIP() << "this LibTorch does not use OpenBLAS";
  EXPECT_EQ(reinterpret_cast<GetThreads>(symbol)(), 1);
}

TEST(TorchRuntime, SaysWhatAnErrorIsAboutInOneLine) {
  const auto reason_of = [](const char* what) { return reason(std::runtime_error(what)); };
  EXPECT_EQ(reason_of("out of memory\nat line 3"), "out of memory");
  EXPECT_EQ(reason_of("\nUnknown builtin op: aten::new.\nHere are some suggestions"),
            "Unknown builtin op: aten::new.");
  const std::string trace =
      "The following operation failed in the TorchScript interpreter.\n"
      "Traceback of TorchScript (most recent call last):\n    ~~~ <--- HERE\n";
  EXPECT_EQ(reason_of((trace + "RuntimeError: size mismatch\nmore").c_str()), "size mismatch");
  EXPECT_EQ(reason_of((trace + "builtins.ValueError: one value").c_str()), "one value");
  EXPECT_EQ(reason_of((trace + "RuntimeError: AssertionError: no\n").c_str()), "no");
}

}  // namespace
}  // namespace gradwave::learning
