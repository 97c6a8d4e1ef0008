// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/checkpoint_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "sim/error.h"

namespace gradwave {
namespace {

namespace fs = std::filesystem;

TEST(CheckpointFolder, BelongsToOneResultsFileOfAName) {
  const fs::path folder = fs::path(testing::TempDir()) / "gradwave-checkpoints";
  fs::remove_all(folder);
  claim_checkpoints(folder, "one/results.sqlite");
  claim_checkpoints(folder, "one/results.sqlite");
  claim_checkpoints(folder, "one/../one/results.sqlite");
  claim_checkpoints(folder, "two/others.sqlite");
  EXPECT_THROW(claim_checkpoints(folder, "two/results.sqlite"), SettingError);
  EXPECT_EQ(checkpoint_file(folder, "one/results.sqlite", 7), folder / "results-run-7.pt");
  fs::remove_all(folder);
}

TEST(CheckpointFolder, IsNoFile) {
  const fs::path file = fs::path(testing::TempDir()) / "gradwave-no-folder";
  std::ofstream(file) << "text";
  EXPECT_THROW(claim_checkpoints(file, "results.sqlite"), SettingError);
  fs::remove(file);
}

}  // namespace
}  // namespace gradwave
