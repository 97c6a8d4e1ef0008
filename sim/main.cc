// SPDX-License-Identifier: GPL-2.0-only
#include <csignal>

#include "sim/cli/commands.h"

int main(int argc, char** argv) {
  std::signal(SIGCHLD,
              SIG_DFL);  // whoever starts us may ignore it: then no child could be waited for
  return gradwave::command_line(argc, argv);
}
