// SPDX-License-Identifier: GPL-2.0-only
#include "sim/sampling/latency_model.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/random/uniform_01.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace gradwave {
namespace {

constexpr std::size_t kFew = 8;      // of which no line can be told
constexpr std::size_t kEnough = 16;  // for a guess
// Independent errors: with fewer it may be that the world was never seen as a whole. TCP that loses
// goes from one regime to another and stays there for long.
constexpr double kIndependent = 32, kIndependentIfItLearns = 128;
constexpr std::size_t kLatest = 32;  // that count where the world changes
constexpr std::size_t kManyEvents = 10;
constexpr double kNearBytes = 1.25;  // times as many, or as few
constexpr double kBeyond = 0.01;     // of the bytes seen, as far as the line may be drawn out
constexpr double kFarther = 1.1;     // times the farthest robot that was seen
constexpr double kSpreads = 5;       // above the line, and further than half a time-out: an event
constexpr double kNothing = 1e-9;    // an error that is the clock's own
constexpr double kRuns = 2;          // this one, and the one that simulates every packet
constexpr double kUnseen = 0.5;      // events more than were seen: Jeffreys' prior

double square(double x) { return x * x; }

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double chi_squared(double degrees, double probability) {
  return boost::math::quantile(boost::math::chi_squared(degrees), probability);
}

// The two-sided interval of sum_i w_i x_i, x_i Poisson (Fay and Feuer 1997), of which the sum and
// sum_i w_i^2 x_i are known.
std::pair<double, double> poisson_interval(double sum, double squares, double unseen,
                                           double each_side) {
  double least = 0, most = 0;
  if (sum > 0) least = squares / (2 * sum) * chi_squared(2 * square(sum) / squares, each_side);
  sum += kUnseen * unseen;
  squares += kUnseen * square(unseen);
  if (sum > 0) most = squares / (2 * sum) * chi_squared(2 * square(sum) / squares, 1 - each_side);
  return {least, most};
}

// 1 + 2 sum of the autocorrelations, in pairs as long as these are positive.
double autocorrelation_time(const std::vector<double>& values) {
  if (values.size() < 2 * kFew) return 1;
  const double variance = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  if (variance < square(kNothing) * static_cast<double>(values.size())) return 1;
  const auto correlation = [&](std::size_t lag) {
    return std::inner_product(values.begin() + static_cast<std::ptrdiff_t>(lag), values.end(),
                              values.begin(), 0.0) /
           variance;
  };
  double sum = 0;
  for (std::size_t lag = 0; lag + 1 < values.size() / 2; lag += 2) {
    const double pair = correlation(lag) + correlation(lag + 1);
    if (pair <= 0) break;
    sum += 2 * pair;
  }
  return std::max(1.0, sum - 1);
}

}  // namespace

ErrorBounds sum_of(const ErrorBounds& one, const ErrorBounds& other, double correlation) {
  const auto together = [&](double a, double b) {
    return std::sqrt(a * a + b * b + 2 * correlation * a * b);
  };
  return {together(one.below_s, other.below_s), together(one.above_s, other.above_s)};
}

LatencyModel::LatencyModel(const Options& options, learning::Random random)
    : options_(options), random_(random) {
  debt_ = boost::random::uniform_01<double>()(random_);
}

double LatencyModel::distance(const Phase& one, const Phase& other) const {
  return options_.still ? std::abs(std::log(one.bytes / other.bytes))
                        : std::abs(one.time_s - other.time_s);
}

// In the order in which they were seen.
std::vector<std::size_t> LatencyModel::like(const Phase& half) const {
  std::vector<std::size_t> group;
  for (std::size_t j = 0; j < seen_.size(); ++j) {
    const Phase& other = seen_[j].half;
    if (other.pattern == half.pattern && other.bytes <= kNearBytes * half.bytes &&
        half.bytes <= kNearBytes * other.bytes) {
      group.push_back(j);
    }
  }
  if (options_.still || group.size() <= kLatest) return group;
  const auto last = group.begin() + kLatest;
  std::nth_element(group.begin(), last, group.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(distance(seen_[a].half, half), a) <
           std::pair(distance(seen_[b].half, half), b);
  });
  group.erase(last, group.end());
  std::sort(group.begin(), group.end());
  return group;
}

LatencyModel::Line LatencyModel::line(const Phase& half) const {
  Line line;
  for (const std::size_t j : like(half)) {
    if (seen_[j].judged && seen_[j].excess_s == 0) line.near.push_back(j);
  }
  if (line.near.empty()) return line;
  const auto n = static_cast<double>(line.near.size());
  for (const std::size_t j : line.near) {
    line.mean_bytes += seen_[j].half.bytes / n;
    line.mean_s += seen_[j].latency_s / n;
  }
  double products = 0;
  for (const std::size_t j : line.near) {
    const double bytes = seen_[j].half.bytes - line.mean_bytes;
    line.squares += square(bytes);
    products += bytes * (seen_[j].latency_s - line.mean_s);
  }
  // All the same: there is no slope to be seen.
  if (line.squares <= n * square(1e-3 * line.mean_bytes)) line.squares = 0;
  if (line.squares > 0) line.slope = products / line.squares;
  return line;
}

// Of the observation's latency, as a share of what the line says.
double LatencyModel::residual(const Line& line, std::size_t of) const {
  const double said = line.at(seen_[of].half.bytes);
  return said > 0 ? seen_[of].latency_s / said - 1 : 0;
}

double LatencyModel::spread(const Line& line) const {
  double squares = 0;
  for (const std::size_t j : line.near) squares += square(residual(line, j));
  const double degrees = static_cast<double>(line.near.size()) - (line.squares > 0 ? 2 : 1);
  return std::sqrt(squares / std::max(1.0, degrees));
}

// The first of a kind, against their median.
void LatencyModel::judge(const std::vector<std::size_t>& group) {
  std::vector<double> latencies, deviations;
  for (const std::size_t j : group) latencies.push_back(seen_[j].latency_s);
  const double middle = median(latencies);
  for (const double latency : latencies) deviations.push_back(std::abs(latency - middle));
  const double most =
      std::max(options_.time_out_s / 2, kSpreads * 1.4826 * median(std::move(deviations)));
  for (const std::size_t j : group) {
    Seen& seen = seen_[j];
    if (seen.judged) continue;
    seen.judged = true;
    if (seen.latency_s - middle > most) seen.excess_s = seen.latency_s - middle;
  }
}

std::optional<double> LatencyModel::observe(const Phase& half, double latency_s, bool by_chance) {
  const Line before = line(half);
  Seen seen;
  seen.half = half;
  seen.latency_s = latency_s;
  seen.by_chance = by_chance;
  if (before.near.size() >= kFew && covers(before, half.bytes)) {
    const double guess_s = before.at(half.bytes);
    const double error_s = latency_s - guess_s;
    const double most = std::max(options_.time_out_s / 2, kSpreads * spread(before) * guess_s);
    if (by_chance) chance_s2_ += kRuns * square(spread(before) * guess_s);
    seen.judged = true;
    if (error_s > most) {
      seen.excess_s = error_s;
    } else {
      seen.error_s = error_s;
      ++errors_;
      seen.guess_s = guess_s;
      if (!options_.still) look_back(error_s / guess_s);
    }
  }
  seen_.push_back(seen);
  if (seen.error_s) return *seen.error_s / seen.guess_s;
  if (seen.judged) return std::nullopt;
  const std::vector<std::size_t> group = like(half);
  if (group.size() >= kFew) judge(group);
  return std::nullopt;
}

// Whether the line need not be drawn out to get there.
bool LatencyModel::covers(const Line& line, double bytes) const {
  double least = std::numeric_limits<double>::infinity(), most = 0;
  for (const std::size_t j : line.near) {
    least = std::min(least, seen_[j].half.bytes);
    most = std::max(most, seen_[j].half.bytes);
  }
  return bytes >= (1 - kBeyond) * least && bytes <= (1 + kBeyond) * most && line.at(bytes) > 0;
}

bool LatencyModel::can_guess(const Phase& half) const {
  remember();
  if (errors_ < static_cast<std::int64_t>(kFew)) return false;
  const double independent = options_.learns  ? kIndependentIfItLearns
                             : options_.still ? kIndependent
                                              : 0;
  if (static_cast<double>(errors_) < independent * error_memory_) return false;
  const Line seen = line(half);
  if (seen.near.size() < kEnough || !covers(seen, half.bytes)) return false;
  double farthest_m = 0;
  for (const std::size_t j : seen.near) farthest_m = std::max(farthest_m, seen_[j].half.farthest_m);
  return farthest_m == 0 || half.farthest_m <= kFarther * farthest_m;
}

LatencyModel::Events LatencyModel::events_near(const Phase& half) const {
  std::vector<double> distances;
  for (const Seen& seen : seen_) {
    if (seen.excess_s > 0) distances.push_back(distance(seen.half, half));
  }
  const auto within = [&](const auto& is_near) {
    Events events;
    for (std::size_t j = 0; j < seen_.size(); ++j) {
      if (!seen_[j].judged || !is_near(seen_[j])) continue;
      ++events.among;
      if (seen_[j].excess_s > 0) events.seen.push_back(j);
    }
    return events;
  };
  if (distances.size() <= kManyEvents) return within([](const Seen&) { return true; });
  const auto tenth = distances.begin() + kManyEvents - 1;
  std::nth_element(distances.begin(), tenth, distances.end());
  // The event that ends the search is not counted: it would be one too many for so few
  // observations.
  const Events nearer =
      within([&](const Seen& seen) { return distance(seen.half, half) < *tenth; });
  if (!nearer.seen.empty()) return nearer;
  // As near as the nearest there are many.
  return within([&](const Seen& seen) { return distance(seen.half, half) <= *tenth; });
}

// What was guessed in a pause rests on what was before it. If that holds no more after it, the
// guesses were wrong by as much at the end; by a third of its square on average, if the world
// changed evenly or at once.
void LatencyModel::look_back(double error) {
  if (paused_s_ == 0) return;
  error_after_ += error;
  if (++errors_after_ < static_cast<std::int64_t>(kFew)) return;
  drift_s2_ += square(paused_s_ * error_after_ / static_cast<double>(kFew)) / 3;
  paused_s_ = error_after_ = 0;
  errors_after_ = 0;
}

double LatencyModel::guess(const Phase& half) {
  assert(can_guess(half));
  const auto one_of = [&](const std::vector<std::size_t>& those) {
    return those[boost::random::uniform_int_distribution<std::size_t>(0,
                                                                      those.size() - 1)(random_)];
  };
  const Line regular = line(half);
  const double said_s = regular.at(half.bytes);
  for (const std::size_t j : regular.near) {
    seen_[j].weight += 1 / static_cast<double>(regular.near.size());
    if (regular.squares > 0) {
      seen_[j].weight += (half.bytes - regular.mean_bytes) *
                         (seen_[j].half.bytes - regular.mean_bytes) / regular.squares;
    }
  }
  double latency_s = said_s * (1 + residual(regular, one_of(regular.near)));

  const Events events = events_near(half);
  for (const std::size_t j : events.seen) {
    seen_[j].event_weight += 1 / events.among;
  }
  unseen_weight_ += 1 / events.among;
  chance_s2_ += kRuns * square(spread(regular) * said_s);
  paused_s_ += said_s;
  debt_ += static_cast<double>(events.seen.size()) / events.among;
  for (; debt_ >= 1; --debt_) latency_s += seen_[one_of(events.seen)].excess_s;
  return latency_s;
}

void LatencyModel::remember() const {
  if (seen_.size() < remembered_ + remembered_ / 20 + 1) return;
  remembered_ = seen_.size();
  std::vector<double> errors, events;
  double share = 0;
  for (const Seen& seen : seen_) {
    if (seen.error_s) errors.push_back(*seen.error_s / seen.guess_s);
    if (seen.judged) events.push_back(seen.excess_s > 0 ? 1 : 0);
  }
  for (const double event : events) share += event / static_cast<double>(events.size());
  for (double& event : events) event -= share;
  error_memory_ = autocorrelation_time(errors);
  event_memory_ = autocorrelation_time(events);
}

ErrorBounds LatencyModel::error_bounds(double confidence, bool of_run) const {
  double squares = 0, errors = 0, largest_s = options_.time_out_s;
  bool one_more = false;
  for (const Seen& seen : seen_) {
    if (seen.error_s) {
      squares += square(*seen.error_s);
      ++errors;
    }
    largest_s = std::max(largest_s, seen.excess_s);
    one_more = one_more || (of_run && seen.by_chance);
  }
  const double unseen_weight = unseen_weight_ + (one_more ? 1 : 0);
  if (unseen_weight == 0) return {};
  // Of the regular parts; of the events, each of which stands for `weight` of them.
  double regular_s2 = 0, events_s = 0, events_s2 = 0, chance_s2 = 0;
  for (const Seen& seen : seen_) {
    // What was observed by chance is in this run's time as well as in its guesses.
    const double regular =
        square(seen.weight) + (of_run && seen.by_chance ? 2 * std::max(0.0, seen.weight) : 0);
    regular_s2 += regular * (seen.error_s ? square(*seen.error_s) : squares / errors);
    const double weight = seen.event_weight + (of_run && seen.by_chance ? 1 : 0);
    events_s += weight * seen.excess_s;
    events_s2 += square(weight * seen.excess_s);
    chance_s2 += weight * square(seen.excess_s);
  }
  const double each_side = (1 - confidence) / 2;
  remember();
  const boost::math::students_t student(std::max(1.0, errors / error_memory_ - 2));
  const double t = boost::math::quantile(student, 1 - each_side);
  const auto [least_s, most_s] =
      poisson_interval(events_s, events_s2, unseen_weight * largest_s, each_side);
  double noise_s2 =
      square(t) * (error_memory_ * (regular_s2 + (of_run ? chance_s2_ : 0)) + drift_s2_);
  if (of_run) noise_s2 += square(t) * event_memory_ * chance_s2;
  return {std::sqrt(noise_s2 + event_memory_ * square(events_s - least_s)),
          std::sqrt(noise_s2 + event_memory_ * square(most_s - events_s))};
}

}  // namespace gradwave
