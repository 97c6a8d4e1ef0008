// SPDX-License-Identifier: GPL-2.0-only
// Tests of what is done in two ways: by loops over this machine's memory, and by LibTorch's
// operators, as on a GPU. Here both work on the CPU.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "learning/compression/sparse.h"

namespace gradwave::learning {

class BothWays : public testing::TestWithParam<bool> {
 protected:
  BothWays() { operators_only = GetParam(); }
  ~BothWays() override { operators_only = false; }
};

inline std::string name_of_way(const testing::TestParamInfo<bool>& way) {
  return way.param ? "operators" : "loops";
}

#define GRADWAVE_BOTH_WAYS(Suite) \
  INSTANTIATE_TEST_SUITE_P(, Suite, testing::Values(false, true), name_of_way)

inline std::vector<float> values_of(const at::Tensor& vector) {
  return {vector.data_ptr<float>(), vector.data_ptr<float>() + vector.numel()};
}

}  // namespace gradwave::learning
