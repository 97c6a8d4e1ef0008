// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/buffers.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

namespace gradwave::learning {
namespace {

TEST(Buffers, StartAlikeAndAreEachWorkersOwn) {
  const Buffers all = for_all({at::arange(3), at::ones({}, at::kLong)}, 2);
  EXPECT_TRUE(all[0].equal(at::arange(3).repeat({2, 1})));
  of_worker(all, 1)[0].add_(1);
  of_worker(all, 1)[1].add_(1);
  EXPECT_TRUE(all[0][0].equal(at::arange(3)));
  EXPECT_TRUE(all[0][1].equal(at::arange(3) + 1));
  EXPECT_EQ(all[1][0].item<std::int64_t>(), 1);
  EXPECT_EQ(all[1][1].item<std::int64_t>(), 2);
}

TEST(Buffers, HaveAMeanIfTheyAreOfFloatingPoint) {
  const at::Tensor numbers = at::tensor({1.0F, 2.0F, 6.0F});
  for (const at::ScalarType type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    const Buffers mean = mean_of({numbers.to(type)});
    EXPECT_EQ(mean[0].scalar_type(), type);
    EXPECT_EQ(mean[0].item<float>(), 3);
  }
  EXPECT_EQ(mean_of({numbers.to(at::kLong)})[0].item<std::int64_t>(), 1) << "worker 0's";
  EXPECT_TRUE(mean_of({at::tensor({1, 0, 0}).to(at::kBool)})[0].item<bool>());
}

// The mean of three times a tenth need not be a tenth.
TEST(Buffers, AreExactWhereAllWorkersAgree) {
  for (const double value : {0.1, 1.0 / 3, 1e300, std::numeric_limits<double>::infinity()}) {
    for (std::int64_t workers = 1; workers < 20; ++workers) {
      EXPECT_EQ(mean_of({at::full({workers}, value, at::kDouble)})[0].item<double>(), value);
    }
  }
}

}  // namespace
}  // namespace gradwave::learning
