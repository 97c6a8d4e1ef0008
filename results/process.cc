// SPDX-License-Identifier: GPL-2.0-only
#include "results/process.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace gradwave::results {
namespace {

constexpr const char* kBoot = "/proc/sys/kernel/random/boot_id";

std::string host_name() {
  char name[256] = "unknown";
  gethostname(name, sizeof name - 1);
  return name;
}

std::string first_word_of(const char* file) {
  std::string word;
  std::ifstream(file) >> word;
  return word;
}

// The process numbers that this process sees are of this namespace, "pid:[4026531836]".
std::string pid_namespace() {
  char link[64];
  const ssize_t length = readlink("/proc/self/ns/pid", link, sizeof link);
  return length > 0 ? std::string(link, static_cast<std::size_t>(length)) : "";
}

// /proc may be missing, or be that of another namespace.
bool proc_is_ours() {
  char link[32];
  const ssize_t length = readlink("/proc/self", link, sizeof link);
  return length > 0 &&
         std::string(link, static_cast<std::size_t>(length)) == std::to_string(getpid());
}

struct Stat {
  char state = 0;     // 0: there is no such process, or it is hidden
  std::string start;  // in clock ticks since boot
};

// Fields 3 and 22 of /proc/<pid>/stat; the command's name (field 2) may hold spaces and ends at the
// last parenthesis.
Stat stat_of(const std::string& pid) {
  std::ifstream stream("/proc/" + pid + "/stat");
  std::string text;
  std::getline(stream, text);
  const std::size_t name_end = text.rfind(')');
  Stat stat;
  if (name_end == std::string::npos) return stat;
  std::istringstream fields(text.substr(name_end + 1));
  fields >> stat.state;
  for (int number = 4; number <= 22; ++number) fields >> stat.start;
  return stat;
}

enum class Life { kUnknown, kAlive, kGone };

Life life_of(const std::string& process) {
  std::istringstream words(process);
  std::string host, boot, pid, start, space;
  words >> host >> boot >> pid >> start >> space;  // earlier versions did not say the namespace
  if (host != host_name()) return Life::kUnknown;
  const std::string this_boot = first_word_of(kBoot);
  if (this_boot.empty()) return Life::kUnknown;
  if (boot != this_boot) return Life::kGone;  // the machine has been off since
  if (!space.empty() && space != pid_namespace()) return Life::kUnknown;

  const pid_t number = static_cast<pid_t>(std::strtol(pid.c_str(), nullptr, 10));
  if (number <= 0) return Life::kUnknown;
  if (kill(number, 0) != 0 && errno == ESRCH) return Life::kGone;
  if (!proc_is_ours()) return Life::kUnknown;
  const Stat stat = stat_of(pid);
  if (stat.state == 0) return Life::kUnknown;  // hidden from this user, or it has just ended
  const bool is_a_remainder = stat.state == 'Z' || stat.state == 'X';
  return is_a_remainder || stat.start != start ? Life::kGone : Life::kAlive;
}

}  // namespace

std::string this_host() { return host_name(); }

std::string this_process() {
  return host_name() + " " + first_word_of(kBoot) + " " + std::to_string(getpid()) + " " +
         stat_of("self").start + " " + pid_namespace();
}

bool is_gone(const std::string& process) { return life_of(process) == Life::kGone; }

bool is_alive(const std::string& process) { return life_of(process) == Life::kAlive; }

}  // namespace gradwave::results
