// SPDX-License-Identifier: GPL-2.0-only
// How a campaign shows what it is doing: on a terminal one line per running run, redrawn in place;
// elsewhere a plain line per run now and then.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>

namespace gradwave {

struct RunProgress {
  std::int64_t rounds = 0;
  double simulated_s = 0, loss = 0, accuracy = 0;
};

class Progress {
 public:
  Progress(std::ostream& out, bool terminal);

  // In all, and what they are forecast to take of this machine together; one of them is another's.
  void expect(std::size_t runs, double host_s);
  void leave_out(double host_s);

  void started(std::int64_t run_id, const std::string& label, std::int64_t rounds_planned,
               double host_s);
  void advanced(std::int64_t run_id, const RunProgress& progress);
  void finished(std::int64_t run_id, const std::string& outcome);

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    std::string label;
    std::int64_t rounds_planned;
    double host_s;  // forecast
    Clock::time_point started, printed;
    RunProgress progress;
  };

  std::string line(const Running& run) const;
  double left_s() const;
  void erase();
  void draw();

  std::ostream& out_;
  bool terminal_;
  const Clock::time_point began_ = Clock::now();
  std::size_t runs_ = 0, finished_ = 0;
  double host_s_ = 0, finished_s_ = 0;  // forecast
  std::size_t drawn_ = 0;               // lines on the terminal that are to be redrawn
  std::map<std::int64_t, Running> running_;
};

}  // namespace gradwave
