// SPDX-License-Identifier: GPL-2.0-only
// A run as a child: what it says is read line by line, and it does not outlive us.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace gradwave {

class Process {
 public:
  // Descriptor on which a child finds its progress pipe.
  static constexpr int kProgress = 3;

  // Of a child that is there, and on whose pipes it is heard.
  Process(pid_t pid, int progress, int errors);
  ~Process();  // kills and reaps a child that still runs
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;

  int progress() const { return progress_; }  // to poll for reading; -1 once it is closed
  int errors() const { return errors_; }      // likewise: the child's stdout and stderr

  // Reads what is there without waiting; complete progress lines come back.
  std::vector<std::string> read_progress();
  void read_errors();

  void signal(int number);

  struct Ending {
    int exit_code = 0, signal = 0;
    std::string text;   // how it ended, in words; empty for exit code 0
    std::string notes;  // lines "note: ..." among what it said
  };

  // Once the child has ended, how; nothing before.
  std::optional<Ending> ended();

  struct Pipe {  // closed by nobody; not for programs that a child becomes
    Pipe();
    int ends[2];
  };

 private:
  pid_t pid_ = -1;
  int progress_ = -1, errors_ = -1;
  std::string line_;   // of progress, incomplete
  std::string words_;  // the end of what it said on stderr
};

}  // namespace gradwave
