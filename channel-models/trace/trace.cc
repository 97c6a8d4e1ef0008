// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/trace/trace.h"

#include <ns3/random-variable-stream.h>
#include <ns3/simulator.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <deque>
#include <set>

#include "channel-models/internet/internet.h"
#include "channel-models/internet/star.h"
#include "channel-models/internet/tcp.h"
#include "channel-models/ns3/streams.h"
#include "channel-models/trace/trace_file.h"

namespace gradwave::channel {
namespace {

using ns3::Packet;
using ns3::Ptr;

constexpr std::int64_t kMtuBytes = 1500;

double now_s() { return ns3::Simulator::Now().GetSeconds(); }

// One way of one robot.
class Way {
 public:
  Way(std::unique_ptr<TraceLink> trace, double may_be_early_s, const TraceOptions& options,
      std::int64_t stream)
      : trace_(std::move(trace)),
        ahead_s_(may_be_early_s),
        delay_s_(options.delay_s),
        buffer_bytes_(options.buffer_bytes),
        uniform_(ns3::CreateObject<ns3::UniformRandomVariable>()) {
    uniform_->SetStream(stream);
  }

  const TraceLink& trace() const { return *trace_; }

  // From now on the trace holds.
  void begin() {
    origin_s_ = now_s() - ahead_s_;
    measured_ = true;
  }

  // When a packet that comes now arrives at the other end; infinity: it does not.
  double send(std::int64_t bytes) {
    if (!measured_) return arrive(now_s() + delay_s_);
    forget_what_has_gone();
    if (queued_bytes_ + bytes > buffer_bytes_) {
      ++drops_;
      return HUGE_VAL;
    }
    const double begin_s = std::max(now_s(), free_s_);
    free_s_ = origin_s_ + trace_->send(begin_s - origin_s_, static_cast<double>(bytes));
    queue_.push_back({begin_s, free_s_, bytes});
    queued_bytes_ += bytes;
    if (!std::isfinite(free_s_)) return HUGE_VAL;  // it stays in the buffer for ever
    const double at_s = free_s_ - origin_s_;
    ended_ = ended_ || trace_->has_ended(at_s);
    const double arrival_s = arrive(free_s_ + trace_->delay_s(at_s) + delay_s_);
    if (uniform_->GetValue() >= trace_->loss(at_s)) return arrival_s;
    ++losses_;
    return HUGE_VAL;
  }

  bool ended() const { return ended_; }
  double delay_s() const {
    return delay_s_ + (measured_ ? trace_->delay_s(std::max(0.0, now_s() - origin_s_)) : 0);
  }

  // Seconds busy, bytes, losses, drops, the present delay.
  Reading reading() {
    forget_what_has_gone();
    double busy_s = busy_s_, bytes = bytes_;
    if (!queue_.empty() && queue_.front().begin_s < now_s()) {
      const Sent& sent = queue_.front();
      const double passed_s = now_s() - sent.begin_s;
      busy_s += passed_s;
      bytes += static_cast<double>(sent.bytes) * passed_s / (sent.end_s - sent.begin_s);
    }
    return {now_s(),  busy_s, bytes, static_cast<double>(losses_), static_cast<double>(drops_),
            delay_s()};
  }

 private:
  struct Sent {
    double begin_s, end_s;
    std::int64_t bytes;
  };

  // Delays that shrink overtake nobody.
  double arrive(double at_s) { return last_arrival_s_ = std::max(last_arrival_s_, at_s); }

  void forget_what_has_gone() {
    while (!queue_.empty() && queue_.front().end_s <= now_s()) {
      const Sent& sent = queue_.front();
      busy_s_ += sent.end_s - sent.begin_s;
      bytes_ += static_cast<double>(sent.bytes);
      queued_bytes_ -= sent.bytes;
      queue_.pop_front();
    }
  }

  std::unique_ptr<TraceLink> trace_;
  double ahead_s_, delay_s_;
  std::int64_t buffer_bytes_;
  Ptr<ns3::UniformRandomVariable> uniform_;
  bool measured_ = false, ended_ = false;
  double origin_s_ = 0, free_s_ = 0, last_arrival_s_ = 0;
  std::deque<Sent> queue_;
  std::int64_t queued_bytes_ = 0, losses_ = 0, drops_ = 0;
  double busy_s_ = 0, bytes_ = 0;
};

const std::vector<TextFile>& files(const TraceOptions& options, bool up) {
  return up ? options.uplink : options.downlink;
}

std::string key_of(bool up) { return up ? "trace.uplink" : "trace.downlink"; }

Way make_way(const LinkOptions& options, int robot, bool up) {
  const auto& all = files(options.trace, up);
  const std::size_t file = robot % all.size(), rank = robot / all.size();
  return Way(read_trace(key_of(up), all[file], options.trace),
             options.trace.shift_s * static_cast<double>(rank), options.trace,
             kErrorStreams + 2 * robot + (up ? 1 : 0));
}

class Trace final : public Link {
 public:
  explicit Trace(const LinkOptions& options);
  Trace(const Trace&) = delete;  // ns-3's events hold its address
  Trace& operator=(const Trace&) = delete;

  const ns3::NodeContainer& robots() const override { return robots_; }
  Ptr<ns3::Node> server() const override { return server_.Get(0); }
  ns3::Ipv4Address server_address() const override { return star_->hub_address(); }
  bool ready() const override { return true; }
  std::string waiting_for() const override { return ""; }
  std::string failure() const override;
  void begin() override {
    for (Way& way : up_) way.begin();
    for (Way& way : down_) way.begin();
  }
  std::optional<double> distance_m(int, int) const override { return std::nullopt; }
  Reading uplink(int worker) const override { return up_[worker].reading(); }
  Reading downlink(int worker) const override { return down_[worker].reading(); }
  Counters between(const Reading& before, const Reading& after) const override;
  double capacity_bits(bool up, double seconds) const override {
    double bits = 0;
    for (const Way& way : up ? up_ : down_) bits += way.trace().capacity_bits(seconds);
    return bits;
  }
  std::int64_t wire_bytes() const override { return wire_bytes_; }
  std::optional<double> airtime_s() const override { return std::nullopt; }

 private:
  bool send(int robot, bool up, Ptr<Packet> packet);

  ns3::NodeContainer robots_, server_;
  std::unique_ptr<Star> star_;
  mutable std::vector<Way> up_, down_;  // [M]
  std::int64_t wire_bytes_ = 0;
};

Trace::Trace(const LinkOptions& options) {
  robots_.Create(options.workers);
  server_.Create(1);
  for (int i = 0; i < options.workers; ++i) {
    up_.push_back(make_way(options, i, true));
    down_.push_back(make_way(options, i, false));
  }
  install_internet({robots_, server_});
  star_ = std::make_unique<Star>(
      robots_, server(), kMtuBytes,
      [this](int robot, bool up, Ptr<Packet> packet) { return send(robot, up, packet); });
}

bool Trace::send(int robot, bool up, Ptr<Packet> packet) {
  wire_bytes_ += packet->GetSize();
  const double arrival_s = (up ? up_ : down_)[robot].send(packet->GetSize());
  if (!std::isfinite(arrival_s)) return true;
  const Ptr<ns3::Node> node = up ? server() : robots_.Get(robot);
  ns3::Simulator::ScheduleWithContext(node->GetId(),
                                      ns3::Seconds(arrival_s) - ns3::Simulator::Now(),
                                      &Star::deliver, star_.get(), robot, up, packet->Copy());
  return true;
}

std::string Trace::failure() const {
  for (const bool up : {true, false}) {
    for (const Way& way : up ? up_ : down_) {
      if (!way.ended()) continue;
      char text[96];
      std::snprintf(text, sizeof text, ": a trace is over after %g s (trace.ending = \"error\")",
                    way.trace().length_s());
      return key_of(up) + text;
    }
  }
  return "";
}

Counters Trace::between(const Reading& before, const Reading& after) const {
  const double sending_s = after[1] - before[1];
  const double others_s = std::max(0.0, after[0] - before[0] - sending_s);
  const double delay_s = std::min(after[5], others_s);
  Counters counters = {{"sending_s", sending_s},
                       {"delay_s", delay_s},
                       {"window_s", others_s - delay_s},
                       {"lost_packets", after[3] - before[3]},
                       {"queue_drops", after[4] - before[4]}};
  if (sending_s > 0) {
    counters.emplace_back("phy_rate_bps", 8 * (after[2] - before[2]) / sending_s);
  }
  return counters;
}

void check_trace(const LinkOptions& options) {
  for (const bool up : {true, false}) {
    if (files(options.trace, up).empty()) {
      throw OptionError({key_of(up), "link.technology"},
                        key_of(up) + ": expected the names of one file or more");
    }
    for (const TextFile& file : files(options.trace, up)) {
      read_trace(key_of(up), file, options.trace);
    }
  }
  check_tcp(options.tcp, kMtuBytes);
}

void apply_trace(const LinkOptions& options) {
  apply_tcp(options.tcp, kMtuBytes, round_trip_s(options));
}

double one_way_s(const LinkOptions& options) { return options.trace.delay_s; }

// What is given and changes nothing.
std::vector<std::string> ineffective_trace(const LinkOptions& options) {
  std::vector<std::string> sentences;
  bool tables = false;
  for (const bool up : {true, false}) {
    const auto all = static_cast<std::int64_t>(files(options.trace, up).size());
    if (all > options.workers) {
      sentences.push_back(key_of(up) + ": the last " + std::to_string(all - options.workers) +
                          " of " + std::to_string(all) + " files have no robot");
    }
    for (const TextFile& file : files(options.trace, up)) tables = tables || !is_mahimahi(file);
  }
  if (!tables && options.trace.between != TraceOptions().between) {
    sentences.emplace_back("trace.between has no effect: all traces are Mahimahi's, without rows");
  }
  return sentences;
}

std::vector<std::string> describe_trace(const LinkOptions& options, const MessageSizes& messages) {
  std::vector<std::string> lines;
  for (const bool up : {true, false}) {
    double slowest_bps = HUGE_VAL;
    for (const TextFile& file : files(options.trace, up)) {
      const auto trace = read_trace(key_of(up), file, options.trace);
      slowest_bps = std::min(slowest_bps, trace->mean_rate_bps());
      char text[160];
      std::snprintf(text, sizeof text,
                    ": %.3g Mbit/s on average over %.3g s, nothing in %.1f %% of it",
                    1e-6 * trace->mean_rate_bps(), trace->length_s(), 100 * trace->outage());
      std::string passed_over;
      for (const std::string& column : trace->passed_over()) {
        passed_over += (passed_over.empty() ? "; passed over: " : ", ") + column;
      }
      lines.push_back((up ? "up, " : "down, ") + file.name + text + passed_over);
    }
    char text[96];
    std::snprintf(text, sizeof text, "%s: a round takes %.3g s at the slowest one's mean rate",
                  up ? "up" : "down",
                  8 * (up ? messages.uplink_bytes : messages.downlink_bytes) / slowest_bps);
    lines.push_back(text);
  }
  return lines;
}

std::unique_ptr<Link> make_trace(const LinkOptions& options) {
  return std::make_unique<Trace>(options);
}

std::string delay_setting(const LinkOptions&) { return "trace.delay_s"; }

World world(const LinkOptions& options) {
  World world;
  world.still = false;
  world.learns = true;
  world.time_out_s = options.tcp.min_rto_s;
  return world;
}

HostWork host_work(double robots) { return {5, 3, 0, 0, 2.2e-6 + 1.25e-8 * robots, 160}; }

}  // namespace

Technology trace_technology() {
  Technology trace;
  trace.check = check_trace;
  trace.apply = apply_trace;
  trace.make = make_trace;
  trace.one_way_s = one_way_s;
  trace.delay_key = delay_setting;
  trace.world = world;
  trace.influence = never;
  trace.unsampled = never;
  trace.host_work = host_work;
  trace.ineffective = ineffective_trace;
  trace.describe = describe_trace;
  return trace;
}

}  // namespace gradwave::channel
