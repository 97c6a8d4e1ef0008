// SPDX-License-Identifier: GPL-2.0-only
// The program that is started: answers questions about results, and becomes gradwave-engine, which
// lies beside it, for everything else. LibTorch and ns-3 take half a second to load.
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>

#include "sim/front/front.h"
#include "sim/front/instructions.h"

namespace gradwave {
namespace {

bool is_about_results(int argc, char** argv) {
  if (argc < 2) return false;
  for (const char* word : {"query", "compare", "fingerprint", "merge", "--version"}) {
    if (std::strcmp(argv[1], word) == 0) return true;
  }
  return false;
}

int ask_results(int argc, char** argv) {
  CLI::App app;
  introduce(app);
  ResultsVerbs values;
  add_results_verbs(app, values);
  const int code = 0;
  return run_app(app, argc, argv, code);
}

int become_engine(char** argv) {
  ignore_unmet_demands();
  const std::filesystem::path engine =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "gradwave-engine";
  execv(engine.c_str(), argv);
  std::cerr << "gradwave: " << engine.string() << ": " << std::strerror(errno) << '\n';
  return 1;
}

}  // namespace
}  // namespace gradwave

int main(int argc, char** argv) {
  // Whoever starts us may ignore it: then no child could be waited for.
  std::signal(SIGCHLD, SIG_DFL);
  using namespace gradwave;
  return with_streams(
      [&] { return is_about_results(argc, argv) ? ask_results(argc, argv) : become_engine(argv); });
}
