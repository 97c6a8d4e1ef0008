// SPDX-License-Identifier: GPL-2.0-only
#include "sim/campaign/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

namespace gradwave {
namespace {

constexpr auto kPlainLineEvery = std::chrono::seconds(10);

std::string duration(double seconds) {
  char text[32];
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60,
                  whole % 60);
  }
  return text;
}

// A line that wraps could not be redrawn.
std::size_t terminal_width() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

Progress::Progress(std::ostream& out, bool terminal) : out_(out), terminal_(terminal) {}

void Progress::expect(std::size_t runs, double host_s) {
  runs_ = runs;
  host_s_ = host_s;
}

void Progress::leave_out(double host_s) {
  --runs_;
  host_s_ -= host_s;
}

// As much faster or slower than forecast as so far.
double Progress::left_s() const {
  double done_s = finished_s_;
  for (const auto& [id, run] : running_) {
    done_s += run.host_s * static_cast<double>(run.progress.rounds) /
              static_cast<double>(run.rounds_planned);
  }
  const double all_s = std::chrono::duration<double>(Clock::now() - began_).count();
  return done_s > 0 ? all_s * std::max(0.0, host_s_ / done_s - 1) : 0;
}

std::string Progress::line(const Running& run) const {
  const RunProgress& progress = run.progress;
  const double host_s = std::chrono::duration<double>(Clock::now() - run.started).count();
  const double share =
      static_cast<double>(progress.rounds) / static_cast<double>(run.rounds_planned);
  char text[160];
  std::snprintf(text, sizeof text,
                "  round %lld/%lld  simulated %.1f s  loss %.3f  accuracy %.2f %%",
                static_cast<long long>(progress.rounds), static_cast<long long>(run.rounds_planned),
                progress.simulated_s, progress.loss, 100 * progress.accuracy);
  std::string line = run.label + text;
  if (progress.rounds > 0) line += "  ETA " + duration(host_s / share - host_s);
  return line;
}

void Progress::erase() {
  if (drawn_ > 0) out_ << "\x1b[" << drawn_ << "A\x1b[J";
  drawn_ = 0;
}

void Progress::draw() {
  if (!terminal_) return;
  for (const auto& [id, run] : running_) {
    out_ << line(run).substr(0, terminal_width() - 1) << '\n';
  }
  drawn_ = running_.size();
  out_.flush();
}

void Progress::started(std::int64_t run_id, const std::string& label, std::int64_t rounds_planned,
                       double host_s) {
  erase();
  const auto now = Clock::now();
  running_[run_id] = {
      "run " + std::to_string(run_id) + "  " + label, rounds_planned, host_s, now, now, {}};
  draw();
}

void Progress::advanced(std::int64_t run_id, const RunProgress& progress) {
  erase();
  Running& run = running_.at(run_id);
  run.progress = progress;
  if (!terminal_ && Clock::now() - run.printed >= kPlainLineEvery) {
    out_ << line(run) << std::endl;
    run.printed = Clock::now();
  }
  draw();
}

void Progress::finished(std::int64_t run_id, const std::string& outcome) {
  erase();
  const Running run = running_.at(run_id);
  running_.erase(run_id);
  finished_s_ += run.host_s;
  const double host_s = std::chrono::duration<double>(Clock::now() - run.started).count();
  out_ << '[' << ++finished_ << '/' << runs_ << "] " << run.label << "  " << outcome << "  ("
       << duration(host_s);
  if (finished_ < runs_) out_ << "; all in " << duration(left_s());
  out_ << ")" << std::endl;
  draw();
}

}  // namespace gradwave
