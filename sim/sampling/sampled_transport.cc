// SPDX-License-Identifier: GPL-2.0-only
#include "sim/sampling/sampled_transport.h"

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <cassert>
#include <cmath>
#include <limits>

namespace gradwave {
namespace {

// Rounds that do not count: the first of a run, when connections are still opening up, and after a
// pause, when a robot of a cell has to ask anew for the uplink; beside so many time-outs.
constexpr std::int64_t kFirst = 8, kSettling = 1;
constexpr double kTimeOuts = 2;
constexpr double kPause_s = 10;     // at most, where robots move
constexpr std::int64_t kBlock = 8;  // rounds that count after a pause
// One in so many rounds is simulated in any case. Where nothing moves, it tells nothing that the
// rounds before it did not.
constexpr std::int64_t kOneIn = 100, kOneInIfStill = 1000;
constexpr std::size_t kOwnCourses = 8;  // at least, before one is drawn
constexpr std::size_t kCourses = 256;   // kept
constexpr double kLike = 1.25;          // times as many bytes, or as few
constexpr double kMostStretched = 1.5;  // a message's duration; what is beyond is the last one's
constexpr std::int64_t kPairs = 16;     // of errors, before they are said to be alike
constexpr double kReserve = 0.95;       // of the error; what is left the round to come may add
constexpr double kBack = 0.7;           // of that, before rounds are drawn again after a pause

std::uint64_t mixed(std::uint64_t hash, std::int64_t value) {
  return (hash ^ static_cast<std::uint64_t>(value)) * 0x100000001b3;
}

constexpr std::uint64_t kNobody = 0xcbf29ce484222325;

std::uint64_t with(std::uint64_t pattern, const Message& message) {
  return mixed(mixed(mixed(pattern, message.worker), message.peer),
               static_cast<std::int64_t>(message.direction));
}

// Counters whose name ends in _s are parts of the latency (channel-models/link.h).
void stretch_parts(Delivery& delivery, double times) {
  for (auto& [name, value] : delivery.counters) {
    if (name.size() > 2 && name.compare(name.size() - 2, 2, "_s") == 0) value *= times;
  }
}

std::size_t at(Direction direction) { return static_cast<std::size_t>(direction); }

}  // namespace

constexpr const char* kSampled = "sampled";

Words fidelities() {
  return {
      {"packet", "every packet of every round is simulated"},
      {kSampled, "as many rounds are as the stated error needs; the others are drawn from them"}};
}

bool samples(const SamplingOptions& options) { return options.fidelity == kSampled; }

SampledTransport::SampledTransport(Transport& packets, const SamplingOptions& options,
                                   const channel::World& world, std::uint64_t seed,
                                   const Past& past)
    : packets_(packets),
      options_(options),
      world_(world),
      models_{LatencyModel({world.still, world.learns, world.time_out_s},
                           learning::random_stream(seed, "sampling", {0})),
              LatencyModel({world.still, world.learns, world.time_out_s},
                           learning::random_stream(seed, "sampling", {1}))},
      random_(learning::random_stream(seed, "sampling", {2})) {
  for (const PastRound& round : past.rounds) {
    for (const Direction direction : {Direction::kUplink, Direction::kDownlink}) {
      const bool up = direction == Direction::kUplink;
      const double bytes = up ? round.uplink_bytes : round.downlink_bytes;
      if (bytes == 0) continue;
      std::uint64_t pattern = kNobody;
      for (int worker = 0; worker < past.workers; ++worker) {
        pattern = with(pattern, {0, worker, direction});
      }
      models_[at(direction)].observe(
          {pattern, bytes, up ? round.start_s : round.downlink_start_s, 0},
          up ? round.uplink_s : round.downlink_s, false);
    }
  }
}

void SampledTransport::connect() {
  packets_.connect();
  zero_s_ = packets_.now_s();
}

void SampledTransport::begin_round() {
  if (began_) {
    drawn_rounds_ += drew_ ? 1 : 0;
    in_a_row_ = drew_ ? 0 : in_a_row_ + 1;
    since_ = drew_ ? since_ + 1 : 0;
    counted_ = drew_ ? 0 : counted_ + (settled_ ? 1 : 0);
  }
  began_ = true;
  if (in_a_row_ == 0) resumed_s_ = now_s();
  if (since_ == 0) {
    paused_s_ = now_s();
    longest_ = world_.still ? kOneInIfStill
                            : boost::random::uniform_int_distribution<std::int64_t>(
                                  kOneIn / 4, kOneIn)(random_);
  }
  const bool paused = parted_ && !world_.still;
  settled_ = paused
                 ? in_a_row_ >= kSettling && now_s() - resumed_s_ >= kTimeOuts * world_.time_out_s
                 : parted_ || in_a_row_ >= kFirst;

  const bool between = in_a_row_ > 0 && counted_ < (world_.still ? 1 : kBlock);
  const double share = world_.still || drew_ ? kReserve : kReserve * kBack;
  // One more adds about as much as each one before it.
  const double more = drawn_rounds_ > 0 ? (drawn_rounds_ + 1) / drawn_rounds_ : 1;
  may_draw_ = !between && since_ + 1 < longest_ && packets_.ready() &&
              (world_.still || now_s() - paused_s_ < kPause_s) &&
              more * error_s() <= share * options_.max_error * (now_s() - zero_s_);
  drew_ = false;
}

void SampledTransport::begin_half(Direction direction, std::int64_t messages) {
  assert(awaited_ == 0);
  direction_ = direction;
  awaited_ = messages;
  way_ = Way::kUndecided;
}

void SampledTransport::send(const Message& message, double delay_s) {
  if (awaited_ == 0 || way_ == Way::kPackets) {
    packets_.send(message, delay_s);
  } else if (way_ == Way::kUndecided) {
    open_.emplace_back(message, delay_s);
  } else {
    schedule(message, now_s() + delay_s);
  }
}

std::optional<Delivery> SampledTransport::next(double until_s) {
  if (awaited_ > 0 && way_ == Way::kUndecided) decide();
  std::optional<Delivery> delivery =
      awaited_ > 0 && way_ == Way::kDrawn ? next_drawn(until_s) : packets_.next(until_s - drawn_s_);
  if (!delivery) return delivery;
  if (!delivery->drawn) {
    delivery->start_s += drawn_s_;
    delivery->end_s += drawn_s_;
  }
  if (awaited_ == 0) return delivery;
  if (way_ == Way::kPackets) {
    const Message& message = delivery->message;
    course_.deliveries[{message.worker, message.peer, message.direction}] = *delivery;
  }
  if (--awaited_ == 0) end_half();
  return delivery;
}

Phase SampledTransport::half_of_messages() {
  Phase half;
  half.pattern = kNobody;
  half.time_s = now_s() - zero_s_;
  for (const auto& [message, delay_s] : open_) {
    half.pattern = with(half.pattern, message);
    half.bytes += static_cast<double>(message.bytes);
    if (world_.still) continue;
    half.farthest_m =
        std::max(half.farthest_m, packets_.distance_m(message.worker, message.peer).value_or(0));
  }
  // Who has no route yet is waited for by the packets, while robots compute.
  if (world_.routed && direction_ == Direction::kUplink) {
    routes_ = packets_.ready() ? packets_.parents() : std::vector<int>();
  }
  for (const int parent : routes_) half.pattern = mixed(half.pattern, parent);
  return half;
}

// All that is sent at first has been.
void SampledTransport::decide() {
  error_s_.reset();
  wire_bytes_ = packets_.wire_bytes();
  airtime_s_ = packets_.airtime_s().value_or(0);
  computed_s_ = 0;
  for (const auto& [message, delay_s] : open_) {
    computed_s_ = std::max(computed_s_, now_s() + delay_s);
  }
  course_ = {};
  course_.half = half_of_messages();
  LatencyModel& model = models_[at(direction_)];

  bool draws = may_draw_ && model.can_guess(course_.half) &&
               courses_[at(direction_)].size() >= kOwnCourses &&
               course_like(course_.half, 0) != nullptr;
  if (direction_ == Direction::kUplink) {
    if (down_) {
      down_->time_s = now_s() - zero_s_;
      draws = draws && models_[at(Direction::kDownlink)].can_guess(*down_);
    }
    may_draw_ = draws;
  } else {
    down_ = course_.half;
  }
  // The first one is the beginning of error_bounds.
  if (draws && !parted_) draws = may_draw_ = may_begin();
  drew_ = drew_ || draws;
  parted_ = parted_ || draws;
  way_ = draws ? Way::kDrawn : Way::kPackets;
  if (draws) {
    course_.latency_s = model.guess(course_.half);
    like_ = course_like(course_.half, course_.latency_s);
  }
  for (const auto& [message, delay_s] : std::exchange(open_, {})) send(message, delay_s);
}

// How long it takes, as in a half that was simulated.
void SampledTransport::schedule(const Message& message, double start_s) {
  const Delivery& then = like_->deliveries.at({message.worker, message.peer, message.direction});
  const double stretched = course_.latency_s / like_->latency_s;
  const double lasts_s =
      (then.end_s - then.start_s) * (stretched <= kMostStretched ? stretched : 1);
  const double end_s = std::min(start_s + lasts_s, computed_s_ + course_.latency_s);
  under_way_.push_back({message, start_s, std::max(start_s, end_s)});
}

// Nothing is under way. Where nothing moves, the packets' world need not hear of it: to them the
// next round that is simulated follows upon the last one, as it does where all are.
void SampledTransport::pass_until(double time_s) {
  if (world_.still) {
    drawn_s_ += std::max(0.0, time_s - now_s());
  } else {
    packets_.next(time_s);
  }
}

std::optional<Delivery> SampledTransport::next_drawn(double until_s) {
  const auto first =
      std::min_element(under_way_.begin(), under_way_.end(),
                       [](const Sent& a, const Sent& b) { return a.end_s < b.end_s; });
  Sent sent = *first;
  // The half takes what was drawn for it.
  if (awaited_ == 1) sent.end_s = std::max(sent.start_s, computed_s_ + course_.latency_s);
  pass_until(std::min(until_s, sent.end_s));
  if (until_s < sent.end_s) return std::nullopt;
  under_way_.erase(first);
  const Message& message = sent.message;
  const Delivery& then = like_->deliveries.at({message.worker, message.peer, message.direction});
  Delivery delivery = then;
  delivery.message = message;
  delivery.start_s = sent.start_s;
  delivery.end_s = now_s();
  const double lasted_s = then.end_s - then.start_s;
  if (lasted_s > 0) stretch_parts(delivery, (delivery.end_s - delivery.start_s) / lasted_s);
  delivery.distance_m = packets_.distance_m(message.worker, message.peer);
  delivery.drawn = true;
  return delivery;
}

void SampledTransport::end_half() {
  error_s_.reset();
  const std::int64_t wire_bytes = packets_.wire_bytes() - wire_bytes_;
  const double airtime_s = packets_.airtime_s().value_or(0) - airtime_s_;
  if (way_ == Way::kDrawn) {
    const double share = course_.half.bytes / like_->half.bytes;
    drawn_wire_bytes_ += std::llround(share * static_cast<double>(like_->wire_bytes)) - wire_bytes;
    drawn_airtime_s_ += share * like_->airtime_s - airtime_s;
    return;
  }
  if (drew_ || !settled_) return;
  course_.latency_s = now_s() - computed_s_;
  course_.wire_bytes = wire_bytes;
  course_.airtime_s = airtime_s;
  const std::optional<double> error =
      models_[at(direction_)].observe(course_.half, course_.latency_s, parted_);
  if (direction_ == Direction::kUplink) {
    uplink_error_ = error;
  } else if (error && uplink_error_) {
    products_[0] += *uplink_error_ * *uplink_error_;
    products_[1] += *uplink_error_ * *error;
    products_[2] += *error * *error;
    ++pairs_;
  }
  std::deque<PhaseRecord>& courses = courses_[at(direction_)];
  courses.push_back(std::move(course_));
  if (courses.size() > kCourses) courses.pop_front();
}

// Null if none had the same messages.
const SampledTransport::PhaseRecord* SampledTransport::course_like(const Phase& half,
                                                                   double latency_s) const {
  const PhaseRecord* nearest = nullptr;
  double least = std::numeric_limits<double>::infinity();
  for (const PhaseRecord& course : courses_[at(direction_)]) {
    const double larger = course.half.bytes / half.bytes;
    if (course.half.pattern != half.pattern || larger > kLike || larger < 1 / kLike) continue;
    const double unlike =
        std::abs(course.half.bytes / half.bytes - 1) + std::abs(latency_s / course.latency_s - 1);
    if (unlike >= least) continue;
    least = unlike;
    nearest = &course;
  }
  return nearest;
}

// Up and down of one round may be slow for the same reason.
double SampledTransport::correlation() const {
  const double squares = std::sqrt(products_[0] * products_[2]);
  return pairs_ >= kPairs && squares > 0 ? std::max(0.0, products_[1] / squares) : 0;
}

// Whether the error is small enough once this round is drawn.
bool SampledTransport::may_begin() const {
  std::array<LatencyModel, 2> trial = models_;
  double time_s = now_s() - zero_s_ + trial[0].guess(course_.half);
  if (down_) time_s += trial[1].guess(*down_);
  const ErrorBounds after = sum_of(trial[0].of_expectation(options_.confidence),
                                   trial[1].of_expectation(options_.confidence), correlation());
  return std::max(after.below_s, after.above_s) <= kReserve * options_.max_error * time_s;
}

// Nothing is guessed or observed between the end of a round and the beginning of the next, which
// both ask.
double SampledTransport::error_s() const {
  if (error_s_) return *error_s_;
  const ErrorBounds error_bounds =
      sum_of(models_[0].of_expectation(options_.confidence),
             models_[1].of_expectation(options_.confidence), correlation());
  error_s_ = std::max(error_bounds.below_s, error_bounds.above_s);
  return *error_s_;
}

std::vector<channel::RoutesSeen> SampledTransport::take_routes() {
  std::vector<channel::RoutesSeen> seen = packets_.take_routes();
  for (channel::RoutesSeen& look : seen) look.time_s += drawn_s_;
  return seen;
}

std::optional<double> SampledTransport::airtime_s() const {
  const std::optional<double> packets = packets_.airtime_s();
  return packets ? std::optional(*packets + drawn_airtime_s_) : std::nullopt;
}

std::optional<Sampling> SampledTransport::sampling() const {
  const ErrorBounds run = sum_of(models_[0].of_run(options_.confidence),
                                 models_[1].of_run(options_.confidence), correlation());
  return Sampling{drew_      ? "drawn"
                  : settled_ ? "packet"
                             : "settling",
                  error_s(), run.below_s, run.above_s};
}

}  // namespace gradwave
