// SPDX-License-Identifier: GPL-2.0-only
// What a half of a round takes, all its messages together, learned from halves that were simulated
// packet by packet; and how wrong the sum of many such guesses can be. One model a direction.
//
// A latency is a regular part and, now and then, an event: a retransmission time-out.
//
//   regular  of those seen with nearly as many bytes in the same state of the world, a line of
//            latency over bytes, times one of their residuals, drawn
//   events   latencies far above that line. They are counted over more, the nearest among which
//            ten have happened; their share of the guesses gets the excess of one of them
//
// What the guesses together get wrong about packets has two parts. The error of their expectation,
// which more observations make smaller:
//
//   regular  Student's t; variance sum_j (A_j e_j)^2, with A_j how much all guesses together rest
//            upon observation j, and e_j by how much that was guessed wrong before it counted:
//            whatever makes guesses bad, a wrong line or a world that changes, widens it. Times the
//            sum of the autocorrelations of e (Geyer 1992, initial positive sequence). Where the
//            world changes, with what had changed between the guesses and the next observations;
//            of what changes and changes back meanwhile nothing is known
//   events   after the gamma interval of a weighted sum of Poisson counts (Fay and Feuer 1997),
//            but with half an event more than were seen (Jeffreys) instead of a whole one, of the
//            heaviest weight: it holds on average, not at any rate. From seeing none it does not
//            follow that there are none. Times the root of their autocorrelations
//
// And chance: a run that simulates every packet scatters about that expectation, and so does this
// one, from the first guess on also where it simulates, as its packets do not meet the same chances
// any more. How many events such a run has there is not known better than from those that happened
// here.
//
// Parts, and directions, are put together by the squares of their half widths (MOVER, Zou and
// Donner 2008).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "learning/runtime/random.h"

namespace gradwave {

// A half of a round, before it.
struct Phase {
  std::uint64_t pattern = 0;  // who sends to whom: the same number for the same
  double bytes = 0;           // that are sent at first, all messages; > 0
  double time_s = 0;          // simulated
  double farthest_m = 0;      // the robot farthest from the other end of its link; 0: not known
};

// By how many seconds what is in error_bounds may lie below and above.
struct ErrorBounds {
  double below_s = 0, above_s = 0;
};

// Of two quantities added up.
ErrorBounds sum_of(const ErrorBounds& one, const ErrorBounds& other, double correlation);

class LatencyModel {
 public:
  struct Options {
    bool still = true;        // the world stays as it is; else the latest observations count
    bool learns = false;      // latencies remember those before them
    double time_out_s = 0.2;  // of TCP; twice what an event takes at the least
  };

  LatencyModel(const Options& options, learning::Random random);

  // Simulated packet by packet, it took so long; `by_chance` where a run without guesses would have
  // met other chances. Returns by which share it would have been guessed too short, if that is
  // known and it was no event.
  std::optional<double> observe(const Phase& half, double latency_s, bool by_chance);

  // Whether enough has been seen that is like it; and if latencies remember those before them, for
  // so long that there were enough of independent ones.
  bool can_guess(const Phase& half) const;
  // What it takes, drawn. A programming error where it cannot be.
  double guess(const Phase& half);

  // Two-sided, at this confidence: of what is to be expected where all guesses were made; and of
  // what a run without guesses takes there and where this one was observed by chance.
  ErrorBounds of_expectation(double confidence) const { return error_bounds(confidence, false); }
  ErrorBounds of_run(double confidence) const { return error_bounds(confidence, true); }

 private:
  struct Seen {
    Phase half;
    double latency_s = 0;
    std::optional<double> error_s;  // by which it would have been guessed too short, if regular
    double guess_s = 0;             // then
    bool judged = false;            // whether it is an event is known
    double excess_s = 0;            // of an event, > 0
    double weight = 0;              // A_j: of its regular part in the sum of the guesses
    double event_weight = 0;        // of its excess
    bool by_chance = false;
  };
  struct Line {
    std::vector<std::size_t> near;  // regular ones
    double mean_bytes = 0, mean_s = 0, slope = 0,
           squares = 0;  // squares: of bytes about their mean
    double at(double bytes) const { return mean_s + slope * (bytes - mean_bytes); }
  };
  struct Events {
    std::vector<std::size_t> seen;  // the events
    double among = 0;               // observations
  };

  std::vector<std::size_t> like(const Phase& half) const;
  Line line(const Phase& half) const;
  bool covers(const Line& line, double bytes) const;
  void look_back(double error);
  Events events_near(const Phase& half) const;
  ErrorBounds error_bounds(double confidence, bool of_run) const;
  void judge(const std::vector<std::size_t>& group);
  double residual(const Line& line, std::size_t of) const;
  double spread(const Line& line) const;
  void remember() const;
  double distance(const Phase& one, const Phase& other) const;

  Options options_;
  learning::Random random_;
  std::vector<Seen> seen_;
  double chance_s2_ = 0;      // variance of the regular parts, summed, in two runs
  double unseen_weight_ = 0;  // of an event that nobody has seen
  std::int64_t errors_ = 0;   // known
  // In a world that changes: guessed since the last observation, and errors of those after it.
  double paused_s_ = 0, error_after_ = 0;
  std::int64_t errors_after_ = 0;
  double drift_s2_ = 0;  // variance of all such guesses by what had changed meanwhile
  double debt_ = 0;      // events that are due
  // Autocorrelation times, and of how many observations.
  mutable double error_memory_ = 1, event_memory_ = 1;
  mutable std::size_t remembered_ = 0;
};

}  // namespace gradwave
