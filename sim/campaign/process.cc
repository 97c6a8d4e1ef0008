// SPDX-License-Identifier: GPL-2.0-only
#include "sim/campaign/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>
#include <system_error>
#include <utility>

#include "sim/run/run.h"
#include "sim/run/signal_name.h"

namespace gradwave {
namespace {

constexpr std::size_t kWordsKept = 4096;

// Appends what can be read now; false at the end of the stream.
bool drain(int descriptor, std::string& text) {
  char buffer[4096];
  while (true) {
    const ssize_t n = read(descriptor, buffer, sizeof buffer);
    if (n > 0) {
      text.append(buffer, static_cast<std::size_t>(n));
    } else if (n == 0) {
      return false;
    } else if (errno != EINTR) {
      return errno == EAGAIN;
    }
  }
}

std::string notes_in(const std::string& words) {
  std::string notes, line;
  std::istringstream lines(words);
  while (std::getline(lines, line)) {
    if (line.rfind("note: ", 0) == 0) notes += line + '\n';
  }
  return notes;
}

void close_and_forget(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

}  // namespace

Process::Pipe::Pipe() {
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
}

Process::Process(pid_t pid, int progress, int errors)
    : pid_(pid), progress_(progress), errors_(errors) {
  fcntl(progress_, F_SETFL, O_NONBLOCK);
  fcntl(errors_, F_SETFL, O_NONBLOCK);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      progress_(std::exchange(other.progress_, -1)),
      errors_(std::exchange(other.errors_, -1)),
      line_(std::move(other.line_)),
      words_(std::move(other.words_)) {}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close_and_forget(progress_);
  close_and_forget(errors_);
}

std::vector<std::string> Process::read_progress() {
  std::vector<std::string> lines;
  if (!drain(progress_, line_)) close_and_forget(progress_);
  for (std::size_t end; (end = line_.find('\n')) != std::string::npos;) {
    lines.push_back(line_.substr(0, end));
    line_.erase(0, end + 1);
  }
  return lines;
}

void Process::read_errors() {
  if (!drain(errors_, words_)) close_and_forget(errors_);
  if (words_.size() > kWordsKept) words_.erase(0, words_.size() - kWordsKept);
}

void Process::signal(int number) {
  if (pid_ > 0) kill(pid_, number);
}

std::optional<Process::Ending> Process::ended() {
  int status = 0;
  if (pid_ <= 0 || waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = -1;
  if (errors_ >= 0) read_errors();
  while (!words_.empty() && words_.back() == '\n') words_.pop_back();
  Ending ending;
  ending.notes = notes_in(words_);
  if (WIFSIGNALED(status)) {
    ending.signal = WTERMSIG(status);
    ending.text = "its process was ended by " + signal_name(ending.signal);
    if (ending.signal == SIGKILL) ending.text += ", as the kernel does where memory runs out";
  } else {
    ending.exit_code = WEXITSTATUS(status);
    if (ending.exit_code == 0) return ending;
    if (ending.exit_code == kDiskIsFull) {
      ending.text = words_;  // a sentence, which says all
      return ending;
    }
    ending.text = "its process ended with exit code " + std::to_string(ending.exit_code);
  }
  if (!words_.empty()) ending.text += ": " + words_;
  return ending;
}

}  // namespace gradwave
