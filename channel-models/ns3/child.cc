// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/ns3/child.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <iostream>
#include <system_error>

namespace gradwave::channel {
namespace {

[[noreturn]] void answer(const std::function<std::string()>& work, int pipe) noexcept {
  close(STDERR_FILENO);
  std::set_terminate([] { _exit(1); });
  const std::string text = work();
  const bool whole = write(pipe, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  _exit(whole ? 0 : 1);
}

std::string read_all(int pipe) {
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t n = read(pipe, buffer, sizeof buffer);
    if (n > 0) {
      text.append(buffer, static_cast<std::size_t>(n));
    } else if (n == 0 || errno != EINTR) {
      return text;
    }
  }
}

}  // namespace

std::optional<std::string> in_a_child(const std::function<std::string()>& work) {
  std::cout.flush();  // what is still buffered must not be written by both
  std::fflush(nullptr);
  int ends[2];
  if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const pid_t child = fork();
  if (child == 0) answer(work, ends[1]);
  const int fork_error = errno;
  close(ends[1]);
  const std::string text = child > 0 ? read_all(ends[0]) : "";
  close(ends[0]);
  if (child < 0) throw std::system_error(fork_error, std::generic_category(), "fork");
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
  return std::nullopt;
}

}  // namespace gradwave::channel
