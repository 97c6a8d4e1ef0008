// SPDX-License-Identifier: GPL-2.0-only
// Where runs come from: this program once more, with its libraries loaded and the data at hand,
// which becomes a run by forking. It has computed nothing, opened no results and started no thread,
// so that a fork of it is as good as a process of its own, and is there at once.
#pragma once

#include <string>
#include <vector>

#include "sim/campaign/process.h"

namespace gradwave {

class ForkServer {
 public:
  // Its environment is these variables, "NAME=value". Throws std::system_error.
  explicit ForkServer(const std::vector<std::string>& variables);
  ~ForkServer();
  ForkServer(const ForkServer&) = delete;
  ForkServer& operator=(const ForkServer&) = delete;

  // A process that does what `gradwave` with these arguments would. `data`, settings of that group
  // as JSON, say what it will learn from; "" if nothing. Throws std::system_error.
  Process start(const std::vector<std::string>& arguments, const std::string& data);

 private:
  pid_t pid_ = -1;
  int socket_ = -1;
};

// The fork server's own life, on its socket: ends when that is closed. `work` is what a forked
// process does with its arguments; its exit code is what that returns. `campaign` is the process
// that it forks for.
void serve_forks(pid_t campaign, int (*work)(const std::vector<std::string>& arguments));

}  // namespace gradwave
