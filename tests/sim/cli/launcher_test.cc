// SPDX-License-Identifier: GPL-2.0-only
// The script in the project's root, with a cmake and a package manager that only say what they were
// asked.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace gradwave {
namespace {

namespace fs = std::filesystem;

class Launcher : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "bin");
    program("cmake",
            "echo begin >>$LOG; sleep 0.5\n"
            "if [ $1 = -S ]; then : >$4/build.ninja; else\n"
            "  echo '#!/bin/sh' >$2/gradwave; echo 'echo ran' >>$2/gradwave\n"
            "  chmod +x $2/gradwave; fi\n"
            "echo end >>$LOG\n");
    program("dpkg-query", "printf installed\n");
    program("apt-get", "exit 1\n");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void program(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / "bin" / name) << "#!/bin/sh\n" << text;
    fs::permissions(folder_ / "bin" / name, fs::perms::owner_all);
  }
  int shell(const std::string& command) const {
    const std::string folder = folder_.string();
    return std::system(("cd '" + folder + "' && export LOG='" + folder + "/log' PATH='" + folder +
                        "/bin':$PATH GRADWAVE_BUILD='" + folder + "/build'; " + command)
                           .c_str());
  }
  std::vector<std::string> lines(const std::string& name) const {
    std::vector<std::string> all;
    std::ifstream stream(folder_ / name);
    for (std::string line; std::getline(stream, line);) all.push_back(line);
    return all;
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      ("launcher-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

// As the tasks of a job array do.
TEST_F(Launcher, OfManyThatStartTogetherOneConfiguresAndBuilds) {
  EXPECT_EQ(
      shell("for i in 1 2 3 4; do " GRADWAVE_SOURCE "/gradwave >>ran 2>said-$i || echo failed "
            ">>ran & done; wait"),
      0);
  EXPECT_EQ(lines("ran"), (std::vector<std::string>(4, "ran")));
  EXPECT_EQ(lines("log"), (std::vector<std::string>{"begin", "end", "begin", "end"}));
}

TEST_F(Launcher, AProgramThatRunsKeepsNobodyWaiting) {
  program("cmake",
          "if [ $1 = -S ]; then : >$4/build.ninja; else\n"
          "echo '#!/bin/sh' >$2/gradwave; echo 'sleep $1' >>$2/gradwave\n"
          "chmod +x $2/gradwave; fi\n");
  EXPECT_EQ(shell(GRADWAVE_SOURCE "/gradwave 0 2>said && { " GRADWAVE_SOURCE "/gradwave 20 & "
                                  "long=$!; sleep 0.5; timeout 10 " GRADWAVE_SOURCE
                                  "/gradwave 0; code=$?; kill "
                                  "$long; exit $code; }"),
            0);
}

TEST_F(Launcher, AFileSystemWithoutLocksIsNoObstacle) {
  program("flock", "exit 65\n");
  EXPECT_EQ(shell(GRADWAVE_SOURCE "/gradwave >ran 2>said"), 0);
  EXPECT_EQ(lines("ran"), (std::vector<std::string>{"ran"}));
}

}  // namespace
}  // namespace gradwave
