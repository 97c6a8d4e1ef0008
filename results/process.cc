// SPDX-License-Identifier: GPL-2.0-only
#include "results/process.h"

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace gradwave::results {
namespace {

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

// Field 22 of /proc/<pid>/stat, in clock ticks since boot; the command's name (field 2) may hold
// spaces and ends at the last parenthesis. Empty if there is no such process, or only its remains.
std::string start_time(const std::string& pid) {
  std::ifstream stream("/proc/" + pid + "/stat");
  std::string text;
  std::getline(stream, text);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return "";
  std::istringstream fields(text.substr(name_end + 1));
  std::string field, state;
  fields >> state;
  if (state == "Z" || state == "X") return "";
  for (int number = 4; number <= 22; ++number) fields >> field;
  return field;
}

}  // namespace

std::string this_host() { return host_name(); }

std::string this_process() {
  const std::string pid = std::to_string(getpid());
  return host_name() + " " + first_word_of("/proc/sys/kernel/random/boot_id") + " " + pid + " " +
         start_time(pid);
}

bool is_gone(const std::string& process) {
  std::istringstream words(process);
  std::string host, boot, pid, start;
  words >> host >> boot >> pid >> start;
  if (host != host_name()) return false;
  return boot != first_word_of("/proc/sys/kernel/random/boot_id") || start_time(pid) != start;
}

}  // namespace gradwave::results
