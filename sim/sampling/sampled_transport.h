// SPDX-License-Identifier: GPL-2.0-only
// Sampled simulation (SMARTS, Wunderlich et al., ISCA 2003), of rounds: only so many are simulated
// packet by packet as the stated error of the time that has passed needs, spread over the whole
// run; the others pass by, drawn from these (latency_model.h), while the simulated clock moves on,
// and with it robots and fading.
//
// Round after round it is decided anew: as long as what sampling may have added to the time since
// round 0 is less than `max_error` of that time, the next round may be drawn; else it is simulated.
// So the first rounds are, then fewer and fewer, at least one in a hundred (in a thousand where
// nothing moves), and the target holds all the way, as far as is known then: what is seen later may
// say that the error was larger. A round with more or fewer bytes than have been seen, another tree
// of relays, a robot that is farther or without a link is simulated as well. Of the first rounds,
// when connections are opening up, nothing is concluded.
//
// Where nothing moves, drawn rounds pass by the packets' world altogether: there, simulated rounds
// follow upon each other as if there were no others, and no connection notices a pause. Where
// robots move, packets and robots live through the drawn time, in which nothing is sent. A pause
// leaves its mark: just after one there are fewer time-outs (tests/benchmarks/settling.cc measures
// it). So there rounds are simulated in blocks, of which the first rounds, and at least twice a
// time-out's time, do not count; and pauses end after ten seconds, or some number of rounds that is
// drawn as well, lest they keep step with what repeats.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "channel-models/options.h"
#include "learning/runtime/random.h"
#include "sim/options.h"
#include "sim/sampling/latency_model.h"
#include "sim/transport/transport.h"

namespace gradwave {

// A round of a run in the same world, simulated packet by packet.
struct PastRound {
  double start_s = 0, downlink_start_s = 0;     // since round 0 began
  double uplink_bytes = 0, downlink_bytes = 0;  // all messages; 0: there were none
  double uplink_s = 0, downlink_s = 0;
};
struct Past {
  std::vector<PastRound> rounds;
  int workers = 0;  // M, who all take part
};

class SampledTransport final : public Transport {
 public:
  // Outlived by the packets. `past`, of runs through the server alone, is as good as seen here.
  SampledTransport(Transport& packets, const SamplingOptions& options, const channel::World& world,
                   std::uint64_t seed, const Past& past = {});

  void connect() override;
  double now_s() const override { return packets_.now_s() + drawn_s_; }
  void begin_round() override;
  void begin_half(Direction direction, std::int64_t messages) override;
  void send(const Message& message, double delay_s) override;
  std::optional<Delivery> next(double until_s) override;
  std::set<int> absent() override { return packets_.absent(); }
  std::vector<int> parents() override { return packets_.parents(); }
  std::vector<std::pair<int, int>> neighbours() override { return packets_.neighbours(); }
  std::vector<channel::RoutesSeen> take_routes() override;
  bool ready() override { return packets_.ready(); }
  std::optional<double> distance_m(int worker, int peer) override {
    return packets_.distance_m(worker, peer);
  }
  std::int64_t wire_bytes() const override { return packets_.wire_bytes() + drawn_wire_bytes_; }
  std::optional<double> airtime_s() const override;
  std::optional<Sampling> sampling() const override;

 private:
  using Ends = std::tuple<int, int, Direction>;  // worker and peer, of a message
  struct Sent {                                  // and on its way
    Message message;
    double start_s = 0, end_s = 0;
  };
  struct PhaseRecord {  // how a half that was simulated went, message by message
    Phase half;
    double latency_s = 0;
    std::map<Ends, Delivery> deliveries;
    std::int64_t wire_bytes = 0;
    double airtime_s = 0;
  };
  enum class Way { kUndecided, kPackets, kDrawn };

  Phase half_of_messages();
  void decide();
  void pass_until(double time_s);
  void schedule(const Message& message, double start_s);
  std::optional<Delivery> next_drawn(double until_s);
  void end_half();
  const PhaseRecord* course_like(const Phase& half, double latency_s) const;
  double correlation() const;
  bool may_begin() const;
  double error_s() const;

  Transport& packets_;
  const SamplingOptions options_;
  const channel::World world_;
  std::array<LatencyModel, 2> models_;  // by Direction
  learning::Random random_;             // of pauses
  std::array<std::deque<PhaseRecord>, 2> courses_;
  std::optional<Phase> down_;  // the last one
  bool parted_ = false;        // from what it would be, had every packet been simulated

  double zero_s_ = 0;
  std::int64_t in_a_row_ = 0;  // rounds before this one that were simulated
  std::int64_t counted_ = 0;   // of these, settled ones
  std::int64_t since_ = 0;     // rounds since the last one that was
  double drawn_rounds_ = 0;
  double paused_s_ = 0;                                     // before the last pause
  std::int64_t longest_ = 0;                                // pause, in rounds
  double resumed_s_ = 0;                                    // after the last pause
  bool began_ = false;                                      // a round
  bool settled_ = false, may_draw_ = false, drew_ = false;  // of this round

  mutable std::optional<double> error_s_;  // as long as it is known
  std::vector<int> routes_;                // of this round, where robots relay

  // Of both errors of simulated rounds, the products up-up, up-down, down-down, summed.
  std::array<double, 3> products_{};
  std::int64_t pairs_ = 0;
  std::optional<double> uplink_error_;  // of this round

  // Of this half.
  Direction direction_ = Direction::kUplink;
  std::int64_t awaited_ = 0;  // messages
  Way way_ = Way::kUndecided;
  std::vector<std::pair<Message, double>> open_;  // sent before the way was decided, and delays
  double computed_s_ = 0;                         // when the last of these starts
  std::int64_t wire_bytes_ = 0;                   // of the packets, before
  double airtime_s_ = 0;
  PhaseRecord course_;                 // of the packets; or what was drawn
  const PhaseRecord* like_ = nullptr;  // how the messages of one that is drawn fare
  std::vector<Sent> under_way_;

  double drawn_s_ = 0;  // by which the packets' clock is behind, where nothing moves
  std::int64_t drawn_wire_bytes_ = 0;
  double drawn_airtime_s_ = 0;
};

}  // namespace gradwave
