// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/torch_runtime.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace gradwave::learning
