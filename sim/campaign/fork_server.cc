// SPDX-License-Identifier: GPL-2.0-only
#include "sim/campaign/fork_server.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "learning/inputs.h"
#include "sim/scenario/settings/settings.h"

namespace gradwave {
namespace {

constexpr int kSocket = 3;                   // on which the fork server finds its
constexpr std::size_t kMostBytes = 1 << 17;  // of a request

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// Texts one after the other, each with a zero at its end: the data, then the arguments. With it
// go the ends of the two pipes on which the process is heard.
struct Request {
  std::vector<std::string> texts;
  std::array<int, 2> pipes;  // progress, errors
};

void send(int socket, const Request& request) {
  std::string bytes;
  for (const std::string& text : request.texts) bytes.append(text.c_str(), text.size() + 1);
  if (bytes.size() > kMostBytes)
    throw std::length_error("a run's data have names that are too long");
  iovec data = {bytes.data(), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof request.pipes)] = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof request.pipes);
  std::memcpy(CMSG_DATA(header), request.pipes.data(), sizeof request.pipes);
  if (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) fail("a run could not be started");
}

// Nothing once the other end is closed.
std::optional<Request> receive(int socket) {
  std::string bytes(kMostBytes, '\0');
  Request request;
  iovec data = {bytes.data(), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof request.pipes)] = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t length = 0;
  do {
    length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (length < 0 && errno == EINTR);
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (length <= 0 || header == nullptr) return std::nullopt;
  std::memcpy(request.pipes.data(), CMSG_DATA(header), sizeof request.pipes);
  for (std::size_t begin = 0; begin < static_cast<std::size_t>(length);) {
    request.texts.emplace_back(bytes.c_str() + begin);
    begin += request.texts.back().size() + 1;
  }
  return request;
}

// Whoever is not to be had is so for the run as well, which says why.
void have_data_at_hand(const std::string& settings) {
  if (settings.empty()) return;
  try {
    learning::keep_dataset(learning_options(from_json(nlohmann::json::parse(settings))).data);
  } catch (const std::exception&) {
  }
}

// A run of the campaign's, which has to be its parent, for it to hear of the run's end and for the
// run to hear of its own: the process in between ends at once.
[[noreturn]] void become(const Request& request, pid_t between, pid_t campaign,
                         int (*work)(const std::vector<std::string>&)) {
  while (getppid() == between) sched_yield();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != campaign) _exit(1);  // it died before the line above
  setpgid(0, 0);                        // a terminal's Ctrl-C is the campaign's to pass on
  close(kSocket);
  dup2(request.pipes[1], STDOUT_FILENO);
  dup2(request.pipes[1], STDERR_FILENO);
  const int progress = fcntl(request.pipes[0], F_DUPFD, Process::kProgress + 1);
  dup2(progress, Process::kProgress);
  close(progress);
  for (const int pipe : request.pipes) {
    if (pipe > Process::kProgress) close(pipe);
  }
  const int code = work({request.texts.begin() + 1, request.texts.end()});
  std::cout.flush();
  std::cerr.flush();
  _exit(code);
}

}  // namespace

ForkServer::ForkServer(const std::vector<std::string>& variables) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair");
  // Runs are children of its children: once those have ended, they are ours.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::vector<char*> environment;
  for (const std::string& variable : variables) {
    environment.push_back(const_cast<char*>(variable.c_str()));
  }
  environment.push_back(nullptr);
  const std::string parent = std::to_string(getpid());
  char name[] = "gradwave", verb[] = "fork-server";
  char* const arguments[] = {name, verb, const_cast<char*>(parent.c_str()), nullptr};
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (std::to_string(getppid()) != parent) _exit(1);
    setpgid(0, 0);
    if (ends[1] == kSocket) {
      fcntl(kSocket, F_SETFD, 0);
    } else {
      dup2(ends[1], kSocket);
    }
    execve("/proc/self/exe", arguments, environment.data());
    _exit(127);
  }
  close(ends[1]);
  socket_ = ends[0];
  if (pid_ < 0) fail("fork");
}

ForkServer::~ForkServer() {
  close(socket_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

Process ForkServer::start(const std::vector<std::string>& arguments, const std::string& data) {
  const Process::Pipe progress, errors;
  Request request = {{data}, {progress.ends[1], errors.ends[1]}};
  request.texts.insert(request.texts.end(), arguments.begin(), arguments.end());
  send(socket_, request);
  close(progress.ends[1]);
  close(errors.ends[1]);
  pid_t pid = -1;
  ssize_t length = 0;
  do {
    length = recv(socket_, &pid, sizeof pid, 0);
  } while (length < 0 && errno == EINTR);
  if (length != sizeof pid || pid < 0) {
    close(progress.ends[0]);
    close(errors.ends[0]);
    throw std::runtime_error("a run could not be started: the process that starts them has ended");
  }
  return Process(pid, progress.ends[0], errors.ends[0]);
}

void serve_forks(pid_t campaign, int (*work)(const std::vector<std::string>& arguments)) {
  while (const std::optional<Request> request = receive(kSocket)) {
    have_data_at_hand(request->texts.at(0));
    const pid_t between = fork();
    if (between == 0) {
      const pid_t myself = getpid(), run = fork();
      if (run == 0) become(*request, myself, campaign, work);
      _exit(::send(kSocket, &run, sizeof run, MSG_NOSIGNAL) < 0 ? 1 : 0);
    }
    for (const int pipe : request->pipes) close(pipe);
    if (between < 0) {
      ::send(kSocket, &between, sizeof between, MSG_NOSIGNAL);
    } else {
      waitpid(between, nullptr, 0);
    }
  }
}

}  // namespace gradwave
